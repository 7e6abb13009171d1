#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The systemd unit: how exposed it is, and that Picket works as it says: another user, CAP_NET_ADMIN alone,
# read-only files, few system calls. systemd does not run here; as-unit.py does what the unit asks.
# Needs root and $PICKET.
set -euo pipefail
# shellcheck source=contrib/test.d/stage.bash
. "$(dirname "${BASH_SOURCE[0]}")/stage.bash"
need_root
need systemd-analyze setpriv nft ipset ip python3
if ! /usr/bin/python3 -c 'import seccomp' 2>/dev/null; then
    [ "${CI:-}" != true ] || fail "no python3-seccomp: run contrib/install-dependencies package"
    echo "unit: skipped: no python3-seccomp"
    exit 0
fi
unit=$here/../systemd/picket.service

exposure=$(systemd-analyze security --offline=true --no-pager "$unit" |
    sed -n 's/.*Overall exposure level for picket.service: \([0-9.]*\).*/\1/p')
[ -n "$exposure" ] || fail "systemd-analyze does not tell the exposure"
awk -v now="$exposure" 'BEGIN { exit !(now <= 2.0) }' || fail "the exposure is $exposure, more than 2.0"
grep -qF "exposure level $exposure" "$here/../systemd/README.md" ||
    fail "contrib/systemd/README.md does not say that the exposure level is $exposure"

stage
user=64999
settings ""
cp "$PICKET" "$here/as-unit.py" "$unit" "$work/"
chmod 755 "$work/$(basename "$PICKET")" "$work/as-unit.py"
chown "$user:$user" "$work"/{lib,log,run}
program=$work/$(basename "$PICKET")
# In the firewall's namespace, as the unit says.
as_unit=(ip netns exec "$in" "$work/as-unit.py" "$work/picket.service" "$user"
    "$work/lib:$work/log:$work/run")

# What a child may do, as the blocker will need it, and what it may not.
"${as_unit[@]}" /bin/bash -c 'nft add table inet unit_test && ipset create unit_test hash:ip' ||
    fail "nft or ipset, started as the unit says, cannot change their tables"
ip netns exec "$in" nft list table inet unit_test >/dev/null || fail "the table of nft is not there"
ip netns exec "$in" ipset list -n | grep -qx unit_test || fail "the set of ipset is not there"
! "${as_unit[@]}" /bin/bash -c ': >/etc/picket-unit-test' 2>/dev/null || fail "/etc can be written"
! "${as_unit[@]}" /bin/bash -c 'ls /root || ls /home' >/dev/null 2>&1 || fail "/root or /home can be read"
! "${as_unit[@]}" /usr/bin/unshare -U true 2>/dev/null || fail "a namespace can be made"
! "${as_unit[@]}" /usr/bin/chown 0 "$work/lib" 2>/dev/null || fail "chown is there"
! "${as_unit[@]}" /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_INET)' 2>/dev/null ||
    fail "a socket for IPv4 can be made"
! "${as_unit[@]}" /usr/bin/python3 -c 'import mmap; mmap.mmap(-1, 4096, prot=7)' 2>/dev/null ||
    fail "memory that is written can be run"

"$here/listen.py" "$work/notify" >"$work/told" &
children+=($!)
await "the manager listens" test -S "$work/notify"
NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=600000 "${as_unit[@]}" "$program" run --config "$work/picket.yaml" \
    >/dev/null 2>"$work/words" &
children+=($!)
daemon=$!
await "READY=1" grep -qx READY=1 "$work/told"
# What was started is ip, which became as-unit.py, setpriv and at last the daemon: one process.
[ "$(tr '\0' ' ' <"/proc/$daemon/cmdline" | cut -d' ' -f2)" = run ] || fail "process $daemon is not the daemon"
for status in /proc/"$daemon"/task/*/status; do
    # A thread may have ended meanwhile.
    thread=$(cat "$status" 2>/dev/null) || continue
    [ "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' <<<"$thread")" = "$user $user $user $user" ] ||
        fail "a thread is another user's"
    for set in Inh Prm Eff Bnd Amb; do
        [ "$(awk "/^Cap$set:/ { print \$2 }" <<<"$thread")" = 0000000000001000 ] ||
            fail "Cap$set of a thread is not CAP_NET_ADMIN alone"
    done
    grep -qx $'NoNewPrivs:\t1' <<<"$thread" || fail "a thread may gain rights"
done

seen() { grep -q "\"action\":\"scan-detected\".*\"ip\":\"$1\"" "$work/log/decisions.json" 2>/dev/null; }
"$here/scan.py" "$out" 1 1
await "the scan is named" seen 198.18.0.1
"$program" status --config "$work/picket.yaml" >"$work/status" || fail "the control socket does not answer"
grep -q '^groups .*buffer 64 MiB' "$work/status" || fail "the receive buffer is not 64 MiB"

# A reload opens another group with the right that is left; the log file is opened anew.
sed -i 's/groups: \[5\]/groups: [5, 6]/' "$work/picket.yaml"
kill -HUP "$daemon"
await "the reload" grep -q 'settings reloaded' "$work/words"
grep -qx RELOADING=1 "$work/told" || fail "the manager was not told of the reload"
mv "$work/log/decisions.json" "$work/log/decisions.json.1"
kill -USR1 "$daemon"
await "the new log file" test -e "$work/log/decisions.json"
"$here/scan.py" "$out" 1 2
await "the second scan is named" seen 198.18.0.2

# The watchdog: signs of life while all is well, none while one of the two threads stands still.
signs() { grep -cx WATCHDOG=1 "$work/told" || true; }
told_times() { [ "$(grep -c "no answer from the thread $thread:" "$work/words")" -ge "$1" ]; }
more_signs() { [ "$(signs)" -gt "$before" ]; }
mkfifo "$work/release"
for thread in reader detector; do
    before=$(signs)
    await "a sign of life" more_signs
    id=$(grep -lx "$thread" /proc/"$daemon"/task/*/comm | cut -d/ -f5)
    "$here/hold.py" "$id" <"$work/release" >"$work/held" &
    children+=($!)
    exec 3>"$work/release"
    await "the $thread is held" grep -qx held "$work/held"
    await "that is told" told_times 1
    before=$(signs)
    await "that is told again" told_times 3
    [ "$(signs)" = "$before" ] || fail "signs of life although the $thread stands still"
    exec 3>&-
    await "life goes on after the $thread" more_signs
done

kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
[ "$code" = 0 ] || fail "the end: exit code $code"
grep -qx STOPPING=1 "$work/told" || fail "the manager was not told of the end"
[ -s "$work/lib/table" ] || fail "the table was not saved"
! grep -v -e ': info: ' -e ': notice: ' -e 'no answer from the thread' "$work/words" || fail "it complained"
echo "unit: exposure $exposure; works as the unit says"
