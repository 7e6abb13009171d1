#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian package with a real systemd: a fresh Debian 12 is booted in namespaces and a control group of its own, where
# the service starts, is reloaded, rotated, upgraded, hangs, crashes, and goes. Needs root, $PICKET and a
# cgroup2 file system.
set -euo pipefail
# shellcheck source=contrib/test.d/stage.bash
. "$(dirname "${BASH_SOURCE[0]}")/stage.bash"
# shellcheck source=contrib/test.d/fresh.bash
. "$(dirname "${BASH_SOURCE[0]}")/fresh.bash"
need_root
need debootstrap dpkg-deb dpkg-shlibdeps strip unshare nsenter ip nft python3
cd "$here/../.."
groups=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
group=$groups/picket-test-$$
if [ -z "$groups" ] || ! mkdir "$group" 2>/dev/null; then
    echo "service: skipped: no control group can be made here"
    exit 0
fi
stage
power_off() {
    # Everything in there, and nothing else.
    echo 1 >"$group/cgroup.kill" 2>/dev/null || true
    await "the end of all processes" grep -qx 'populated 0' "$group/cgroup.events"
    find "$group" -depth -type d -exec rmdir {} +
    unstage
}
trap power_off EXIT

version=$("$PICKET" --version | sed 's/^picket //')
old=$(build --output "$work")
new=$(build --output "$work" --version "$version+1")
root=$work/root
fresh_debian "$old" "$root"
cp "$old" "$new" "$root/root/"

# shellcheck disable=SC2016  # for the inner shells
bash -euc 'echo $$ >"$1/cgroup.procs"
    exec ip netns exec "$2" unshare --mount --pid --fork --kill-child --uts --ipc --cgroup bash -euc "$3" "$4"' \
    boot "$group" "$in" '
    mount --make-rprivate /
    mount --bind "$0" "$0"
    cd "$0"
    mount -t proc proc proc
    mount -t sysfs -o ro sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs dev
    for device in null zero full random urandom tty; do
        touch "dev/$device"
        mount --bind "/dev/$device" "dev/$device"
    done
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    for folder in dev/shm run tmp; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
    hostname fresh
    pivot_root . mnt
    cd /
    umount -l /mnt
    exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=multi-user.target
    ' "$root" </dev/null >"$work/words" 2>&1 &
booting=$!
# power_off ends it; the shell need not tell.
disown "$booting"
is_up() { [ -n "$(pgrep -P "$booting" -x systemd)" ]; }
await "systemd starts" is_up
inside=(nsenter -t "$(pgrep -P "$booting" -x systemd)" -a)
# shellcheck disable=SC2016
until_up='for try in $(seq 300); do case $(systemctl is-system-running 2>/dev/null) in running) exit 0 ;; esac; sleep 0.1; done; exit 1'
"${inside[@]}" sh -c "$until_up" || fail "the fresh system does not come up"

run() { "${inside[@]}" "$@" >"$work/words" 2>&1 || fail "in the booted system: $* failed"; }
property() { "${inside[@]}" systemctl show -P "$1" picket.service; }
is() { [ "$(property "$1")" = "$2" ]; }
journal() { "${inside[@]}" journalctl -u picket.service -o cat --no-pager _SYSTEMD_UNIT=picket.service; }
detected() { [ "$(cat "$root"/var/log/picket/decisions.json* | grep -c '"action":"scan-detected"')" = "$1" ]; }
scan() { # scan COUNT: so many scanners, all of whom were there before but the last
    "$here/scan.py" "$out" "$1" 1
    await "scanner $1 is named" detected "$1"
}

# ----- installed: it runs, as the unit says --------------------------------------------------
run dpkg -i "/root/$(basename "$old")"
is ActiveState active || fail "the service does not run after the installation"
is UnitFileState enabled || fail "the service is not enabled"
first=$(property MainPID)
[ "$("${inside[@]}" stat -c %U "/proc/$first")" = picket ] || fail "the daemon is not picket's"
run grep -qx $'CapEff:\t0000000000001000' "/proc/$first/status"
scan 3
run runuser -u picket -- picket status
grep -q '^groups .*buffer 64 MiB' "$work/words" || fail "the receive buffer is not 64 MiB"
run systemctl reload picket.service
journal | grep -q 'settings reloaded' || fail "the reload is not told"
run logrotate --force /etc/logrotate.d/picket
await "a new log file" test -e "$root/var/log/picket/decisions.json"
scan 4
[ "$(grep -c scan-detected "$root/var/log/picket/decisions.json")" = 1 ] || fail "the fourth scan is not in the new file"

# ----- upgraded: the new version goes on where the old one was -------------------------------
run dpkg -i "/root/$(basename "$new")"
is ActiveState active || fail "the service does not run after the upgrade"
second=$(property MainPID)
[ "$second" != "$first" ] || fail "the upgrade did not restart the service"
journal | grep -q 'table restored: 4 sources' || fail "the table was not kept"
scan 5

# ----- it hangs, crashes, cannot start -------------------------------------------------------
# No complaint until here, of the daemon or of its runtime.
journal | grep -v -e ': info: ' -e ': notice: ' -e '^scan-[a-z]*, level ' >"$work/words" && fail "the journal has complaints"
run mkdir -p /run/systemd/system/picket.service.d
run sh -c 'printf "[Service]\nWatchdogSec=1s\nRestartSec=100ms\n" >/run/systemd/system/picket.service.d/test.conf'
run systemctl daemon-reload
run systemctl restart picket.service
other() { is ActiveState active && ! is MainPID "$before"; }
before=$(property MainPID)
is ActiveState active || fail "the service does not run with a watchdog of a second"
run systemctl kill --kill-who=main --signal=STOP picket.service
await "a daemon that hangs is started anew" other
before=$(property MainPID)
run systemctl kill --kill-who=main --signal=SEGV picket.service
await "a daemon that crashes is started anew" other
scan 6
is NRestarts 2 || fail "it was started anew $(property NRestarts) times, not twice"
run sed -i 's/^  targets: 5$/  targets: five/' /etc/picket/picket.yaml
! "${inside[@]}" systemctl restart picket.service >"$work/words" 2>&1 || fail "it starts with wrong settings"
is ActiveState failed || fail "it is not over with wrong settings"
is ExecMainStatus 78 || fail "wrong settings end it with $(property ExecMainStatus), not 78"
run sed -i 's/^  targets: five$/  targets: 5/' /etc/picket/picket.yaml
run systemctl restart picket.service

# ----- removed, installed again, purged ------------------------------------------------------
last=$(property MainPID)
run test -e "/proc/$last"
run dpkg -r picket
! "${inside[@]}" test -e "/proc/$last" || fail "the daemon runs after the removal"
[ -s "$root/var/lib/picket/table" ] || fail "the removal took the table"
run dpkg -i "/root/$(basename "$new")"
is ActiveState active || fail "the service does not run after being installed again"
scan 7
run dpkg -P picket
! "${inside[@]}" getent passwd picket >/dev/null || fail "the user is left"
for left in /etc/picket /var/lib/picket /var/log/picket /run/picket; do
    ! "${inside[@]}" test -e "$left" || fail "the purge left $left"
done
"${inside[@]}" systemctl is-system-running >"$work/words" || fail "something failed meanwhile"
echo "service: installed, reloaded, rotated, upgraded, hung, crashed, removed and purged under systemd"
