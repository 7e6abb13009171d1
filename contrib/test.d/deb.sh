#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Debian package in a fresh Debian 12: installs, works, is upgraded with its table and settings, is
# removed, and leaves nothing after a purge, all without systemd running; service.sh is the same with it.
# Needs root and $PICKET.
# shellcheck disable=SC2016  # $ and {} for apt, dpkg and the inner shell
set -euo pipefail
# shellcheck source=contrib/test.d/stage.bash
. "$(dirname "${BASH_SOURCE[0]}")/stage.bash"
# shellcheck source=contrib/test.d/fresh.bash
. "$(dirname "${BASH_SOURCE[0]}")/fresh.bash"
need_root
need debootstrap dpkg-deb dpkg-shlibdeps lintian strip unshare chroot ip nft python3
cd "$here/../.."

# ----- the package ---------------------------------------------------------------------------
stage
version=$("$PICKET" --version | sed 's/^picket //')
old=$(build --output "$work/one")
again=$(build --output "$work/two")
cmp "$old" "$again" || fail "the same binary gave two packages"
new=$(build --output "$work/one" --version "$version+1")
lintian --fail-on error,warning "$old" >"$work/words" 2>&1 || fail "lintian is not content"
grep -q '^[EW]:' "$work/words" && fail "lintian is not content"
rm "$work/words"

# ----- the system ----------------------------------------------------------------------------
root=$work/root
fresh_debian "$old" "$root"
cp "$old" "$new" "$root/root/"

# In the firewall's namespace, with /proc, /sys and an empty /run of its own.
inside=(ip netns exec "$in" unshare --mount --pid --fork --kill-child bash -c '
    mount --make-rprivate / && mount --bind "$0" "$0" && cd "$0" &&
    mount -t proc proc proc && mount -t sysfs sysfs sys && mount -t tmpfs tmpfs run &&
    exec chroot . "$@"' "$root")
run() { "${inside[@]}" "$@" >"$work/words" 2>&1 || fail "in the fresh system: $* failed"; }
# Without logs, caches, dpkg's own, and the backups of passwd(5) that any change of a user makes.
files() { (cd "$root" && find . -xdev ! -regex './etc/\(passwd\|group\|shadow\|gshadow\)-' ! -path './var/log/*' \
    ! -path './var/cache/*' ! -path './var/lib/dpkg/*' -printf '%M %u %g %p %l\n' | LC_ALL=C sort); }
users() { cut -d: -f1 "$root/etc/passwd" "$root/etc/group" "$root/etc/shadow" | LC_ALL=C sort; }
files >"$work/before"
users >"$work/users"

# ----- installed -----------------------------------------------------------------------------
# The first time on a host without systemd's tools.
mv "$root/usr/bin/systemd-sysusers" "$work/"
run dpkg -i "/root/$(basename "$old")"
run dpkg -i "/root/$(basename "$old")"
run /var/lib/dpkg/info/picket.postinst configure
mv "$work/systemd-sysusers" "$root/usr/bin/"
[ -z "$("${inside[@]}" dpkg -V picket)" ] || fail "installed files differ from the package"
for folder in var/lib/picket var/log/picket; do
    [ "$("${inside[@]}" stat -c '%U:%G:%a' "/$folder")" = picket:picket:750 ] || fail "/$folder is not picket's"
done
[ -L "$root/etc/systemd/system/multi-user.target.wants/picket.service" ] || fail "the service is not enabled"
grep -q '^ExecStart=/usr/bin/picket ' "$root/lib/systemd/system/picket.service" || fail "the unit starts another binary"
for file in usr/share/man/man1/picket.1.gz usr/share/man/man5/picket.yaml.5.gz usr/share/doc/picket/copyright \
    usr/share/doc/picket/changelog.gz usr/share/bash-completion/completions/picket \
    usr/share/zsh/vendor-completions/_picket usr/share/fish/vendor_completions.d/picket.fish \
    usr/lib/sysusers.d/picket.conf usr/lib/tmpfiles.d/picket.conf etc/logrotate.d/picket etc/picket/picket.yaml; do
    [ -s "$root/$file" ] || fail "/$file is missing"
done
diff -r iptables "$root/usr/share/picket/iptables" >"$work/words" || fail "the rules are not those of iptables/"

code=0
"${inside[@]}" picket check >"$work/words" 2>&1 || code=$?
[ "$code" = 0 ] || fail "picket check ends with $code although rules feed the group"
run picket lab
grep -q 'scan-detected' "$work/words" || fail "the lab named no scan"

# ----- watching, as root would start it by hand ----------------------------------------------
daemon() { # daemon: until it has subscribed
    : >"$work/words"
    "${inside[@]}" picket run --format ecs >"$work/said" 2>"$work/words" &
    children+=($!)
    await "the daemon is up" grep -q 'watching NFLOG' "$work/words"
    # unshare, its child bash that became picket.
    daemon=$(pgrep -P "$(pgrep -P "$!" || echo "$!")" || pgrep -P "$!")
}
ended() { ! kill -0 "$daemon" 2>/dev/null; }
detected() { [ "$(grep -c '"action":"scan-detected"' "$root/var/log/picket/decisions.json")" = "$1" ]; }
sed -i 's/^  targets: 5$/  targets: 6/' "$root/etc/picket/picket.yaml"
daemon
"$here/scan.py" "$out" 3 1
await "three scans are named" detected 3
kill -TERM "$daemon"
await "the daemon ends" ended
[ -s "$root/var/lib/picket/table" ] || fail "there is no table"
[ "$("${inside[@]}" stat -c %U /var/lib/picket/table /var/log/picket/decisions.json | sort -u)" = picket ] ||
    fail "state and log are not picket's"
cp "$root/var/lib/picket/table" "$work/table"
cp "$root/etc/picket/picket.yaml" "$work/kept.yaml"

# ----- upgraded ------------------------------------------------------------------------------
run dpkg -i "/root/$(basename "$new")"
[ "$("${inside[@]}" dpkg-query -W -f '${Version} ${db:Status-Status}' picket)" = "$version+1 installed" ] ||
    fail "the new version is not there"
cmp "$work/table" "$root/var/lib/picket/table" || fail "the table is not what it was"
cmp "$work/kept.yaml" "$root/etc/picket/picket.yaml" || fail "the settings are not what they were"
daemon
# Scans that were open go on; the fourth is new.
"$here/scan.py" "$out" 4 1
await "the fourth scan is named" detected 4
kill -TERM "$daemon"
await "the daemon ends" ended
detected 4 || fail "a scan from before the upgrade was named again"

# ----- removed, purged -----------------------------------------------------------------------
clean() { # clean WHEN: as it was before the first installation
    files >"$work/after"
    diff "$work/before" "$work/after" >"$work/words" || fail "$1 left something, or took too much"
    [ ! -e "$root/var/log/picket" ] || fail "$1 left /var/log/picket"
    diff "$work/users" <(users) >"$work/words" || fail "$1 left the user"
}
run dpkg -r picket
[ ! -e "$root/usr/bin/picket" ] || fail "the binary is still there after removal"
cmp "$work/kept.yaml" "$root/etc/picket/picket.yaml" || fail "the settings went with the removal"
for file in lib/picket/table log/picket/decisions.json; do
    [ -s "$root/var/$file" ] || fail "/var/$file went with the removal"
done
run dpkg -i "/root/$(basename "$new")"
cmp "$work/kept.yaml" "$root/etc/picket/picket.yaml" || fail "installing again changed the settings"
run dpkg -P picket
run dpkg -P picket
clean "the purge"

echo "deb: $(basename "$old"), $(stat -c %s "$old") bytes: installed, upgraded, removed, purged"
