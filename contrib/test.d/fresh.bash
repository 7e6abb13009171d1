#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the scripts beside it, after stage.bash: the package, and a Debian 12 that nothing was done to.
# shellcheck disable=SC2016,SC2154  # ${} for dpkg; what stage.bash sets

# build ARGUMENT...: a package of $PICKET; prints its path.
build() { contrib/deb --fast --binary "$PICKET" "$@" 2>"$work/words" || fail "contrib/deb failed"; }

# fresh_debian DEB FOLDER: a copy of it. The first time it comes from the mirror that apt uses here; it is kept in
# .build/debian-bookworm, with what the package depends on and what the tests start.
fresh_debian() {
    local base=$PWD/.build/debian-bookworm include mirror
    include=$(dpkg-deb -f "$1" Depends | sed 's/ *([^)]*)//g; s/ //g'),iproute2,nftables,logrotate,systemd-sysv
    if [ "$(cat "$base/.include" 2>/dev/null)" != "$include" ]; then
        mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' 2>/dev/null | head -n 1)
        [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
        [ -n "$mirror" ] || fail "apt knows no mirror. Run apt-get update"
        rm -rf "$base"
        debootstrap --variant=minbase --include="$include" bookworm "$base" "$mirror" >"$work/words" 2>&1 ||
            { rm -rf "$base"; fail "debootstrap failed"; }
        rm -rf "$base"/var/cache/apt/archives/*.deb "$work/words"
        echo "$include" >"$base/.include"
    fi
    cp -a "$base" "$2"
}
