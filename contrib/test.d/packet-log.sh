#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The packet log (`log.packets`) of a real scan, read by the programs that people have for kern.log: fail2ban and fwlogwatch
# installed, psad and CrowdSec where contrib/scoreboard has unpacked them. Needs root and $PICKET.
# Everything happens in two network namespaces that go with the script. Can be run twice.
set -euo pipefail
: "${PICKET:?the path of the picket binary}"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [ "$(id -u)" != 0 ]; then
    [ "${CI:-}" != true ] || { echo "no root: the packet log cannot be tried" >&2; exit 1; }
    echo "skipped: needs root"
    exit 0
fi

work=$(mktemp -d)
target=picket-log-$$-t
scanner=picket-log-$$-s
daemon=
leave() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    ip netns delete "$target" 2>/dev/null || true
    ip netns delete "$scanner" 2>/dev/null || true
    rm -r "$work"
}
trap leave EXIT

fail() { echo "packet log: $1" >&2; cat "$work/words" >&2 || true; exit 1; }

await() { # await WHAT COMMAND...: until the command succeeds
    local what=$1 tries
    shift
    for ((tries = 0; tries < 300; tries++)); do
        "$@" && return
        sleep 0.1
    done
    fail "never: $what"
}

ip netns add "$target"
ip netns add "$scanner"
ip link add net0 netns "$target" type veth peer name net0 netns "$scanner"
for name in "$target" "$scanner"; do
    ip netns exec "$name" sysctl -qw net.ipv6.conf.net0.accept_dad=0 net.ipv4.conf.all.rp_filter=0
    ip -n "$name" link set lo up
    ip -n "$name" link set net0 up
done
ip -n "$target" address add 192.0.2.1/24 dev net0
ip -n "$target" address add 2001:db8:1::1/64 nodad dev net0
ip -n "$scanner" address add 192.0.2.7/24 dev net0
ip -n "$scanner" address add 2001:db8:1::7/64 nodad dev net0
ip netns exec "$target" nft -f - <<'RULES'
table inet edge {
    chain input {
        type filter hook input priority 0; policy drop;
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        log prefix "INPUT DROP " group 5 drop
    }
}
RULES

cat >"$work/picket.yaml" <<SETTINGS
detection: {table: off, facts: off, home-networks: [192.0.2.1, "2001:db8:1::1"]}
log: {decisions: off, packets: $work/packets.log}
journal: off
evidence: off
control: {socket: $work/control.sock}
SETTINGS
ip netns exec "$target" "$PICKET" run --config "$work/picket.yaml" >"$work/decisions" 2>"$work/words" &
daemon=$!
await "it watches" grep -q "watching NFLOG groups" "$work/words"
scan() { ip netns exec "$scanner" nmap -n -Pn -T4 --max-retries 0 --min-parallelism 100 "$@" >/dev/null; }
scan -sS -p 1-60 192.0.2.1
scan -sU -p 1-30 192.0.2.1
scan -6 -sS -p 1-40 2001:db8:1::1
ip netns exec "$scanner" ping -q -n -c 3 -i 0.2 -W 1 192.0.2.1 >/dev/null || true
lines() { [ "$(wc -l <"$work/packets.log")" -ge 133 ]; }
await "133 lines are written" lines
kill "$daemon"
wait "$daemon" || true
daemon=
log=$work/packets.log
all=$(wc -l <"$log")

# ----- fail2ban: a filter as people write it for the kernel's log
cat >"$work/filter.conf" <<'FILTER'
[Definition]
failregex = ^\s*\S+ kernel: \[\s*\d+\.\d+\] INPUT DROP IN=\S* OUT=\S* .*SRC=<HOST> DST=
FILTER
matched=$(fail2ban-regex "$log" "$work/filter.conf" | sed -n 's/^Lines: .* \([0-9]*\) matched, .*/\1/p')
[ "$matched" = "$all" ] || fail "fail2ban matched ${matched:-nothing} of $all lines"
echo "fail2ban: $matched of $all lines"

# ----- fwlogwatch
fwlogwatch -c /dev/null -P n -d -p "$log" >"$work/summary" 2>&1
read_lines=$(sed -n 's/^\([0-9]*\) .*of [0-9]* entries in the file.*/\1/p' "$work/summary" | head -n 1)
[ "$read_lines" = "$all" ] || {
    cat "$work/summary" >&2
    fail "fwlogwatch read ${read_lines:-none} of $all lines"
}
echo "fwlogwatch: $read_lines of $all lines"

# ----- psad and CrowdSec, unpacked
root=.build/scoreboard/root
if [ -x "$root/usr/sbin/psad" ] && [ -x "$root/usr/bin/crowdsec" ]; then
    python3 -B Tests/Scoreboard/packetlog.py "$root" "$log" "$work"
else
    echo "skipped: psad and CrowdSec are not unpacked; contrib/scoreboard does it"
fi
