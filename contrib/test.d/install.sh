#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# contrib/install and contrib/uninstall: exactly the files they say, twice the same, nothing left; man pages without
# a complaint; completions that the shells take and that complete. Needs $PICKET, and root for the last part.
# shellcheck disable=SC2016  # $ and ` for sed and the inner shells
set -euo pipefail
# shellcheck source=contrib/test.d/stage.bash
. "$(dirname "${BASH_SOURCE[0]}")/stage.bash"
need mandoc groff zsh fish python3
cd "$here/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DESTDIR=$work/dest

expected() { # expected PREFIX: what is installed there, without the settings
    printf '%s\n' /etc/logrotate.d/picket
    printf "$1/%s\n" bin/picket lib/systemd/system/picket.service lib/sysusers.d/picket.conf \
        lib/tmpfiles.d/picket.conf share/bash-completion/completions/picket share/doc/picket/CHANGELOG.md \
        share/doc/picket/LICENSE share/doc/picket/README.md share/fish/vendor_completions.d/picket.fish \
        share/man/man1/picket.1 share/man/man5/picket.yaml.5 share/picket/manifest share/picket/picket.yaml \
        share/picket/sysctl/60-picket.conf share/picket/uninstall share/zsh/site-functions/_picket
    git ls-files iptables | sed "s|^|$1/share/picket/|"
}
sums() { (cd "$DESTDIR" && find . \( -type f -o -type l \) -exec sha256sum {} + | LC_ALL=C sort -k 2); }

# ----- the files -----------------------------------------------------------------------------
for prefix in /usr/local /opt/picket; do
    rm -rf "$DESTDIR"
    contrib/install --prefix "$prefix" --binary "$PICKET" >"$work/words" 2>&1 || fail "install ends with $?"
    { expected "$prefix"; echo /etc/picket/picket.yaml; } | LC_ALL=C sort >"$work/expected"
    (cd "$DESTDIR" && find . -type f -printf '/%P\n' | LC_ALL=C sort) >"$work/found"
    diff "$work/expected" "$work/found" >"$work/words" || fail "not the files that are expected"
    cmp "$PICKET" "$DESTDIR$prefix/bin/picket" || fail "not the same binary"
    cmp contrib/picket.yaml "$DESTDIR/etc/picket/picket.yaml" || fail "not the sample's settings"
    grep -q "^ExecStart=$prefix/bin/picket " "$DESTDIR$prefix/lib/systemd/system/picket.service" ||
        fail "the unit does not start $prefix/bin/picket"
    while IFS= read -r file; do
        case $file in
            */bin/picket | */uninstall) mode=755 ;;
            */iptables/*) mode=755; [ -x "iptables/${file#*/share/picket/iptables/}" ] || mode=644 ;;
            *) mode=644 ;;
        esac
        [ "$(stat -c %a "$DESTDIR$file")" = "$mode" ] || fail "$file has mode $(stat -c %a "$DESTDIR$file"), not $mode"
    done <"$work/found"

    # Again, over changed settings, and with a file that only an older version had.
    sums >"$work/first"
    echo "$prefix/share/picket/old-file" >>"$DESTDIR$prefix/share/picket/manifest"
    echo "/etc/passwd" >>"$DESTDIR$prefix/share/picket/manifest"
    touch "$DESTDIR$prefix/share/picket/old-file" "$DESTDIR/etc/passwd"
    contrib/install --prefix "$prefix" --binary "$PICKET" >"$work/words" 2>&1 || fail "install again ends with $?"
    [ -e "$DESTDIR/etc/passwd" ] || fail "a changed manifest made it remove a file that is not Picket's"
    rm "$DESTDIR/etc/passwd"
    diff "$work/first" <(sums) >"$work/words" || fail "the second time is not the first"
    echo "# mine" >>"$DESTDIR/etc/picket/picket.yaml"
    contrib/install --prefix "$prefix" --binary "$PICKET" >"$work/words" 2>&1 || fail "install again ends with $?"
    grep -q '^# mine$' "$DESTDIR/etc/picket/picket.yaml" || fail "settings were overwritten"

    mkdir -p "$DESTDIR/var/lib/picket"
    touch "$DESTDIR/var/lib/picket/table" "$DESTDIR$prefix/share/mine"
    for turn in first second; do
        contrib/uninstall --prefix "$prefix" >"$work/words" 2>&1 || fail "the $turn uninstall ends with $?"
        left=$(cd "$DESTDIR" && find . -type f -printf '/%P\n' | LC_ALL=C sort | tr '\n' ' ')
        [ "$left" = "$(printf '%s\n' /etc/picket/picket.yaml "$prefix/share/mine" /var/lib/picket/table |
            LC_ALL=C sort | tr '\n' ' ')" ] || fail "the $turn uninstall leaves: $left"
    done
    [ ! -e "$DESTDIR$prefix/share/picket" ] || fail "an empty folder is left"
    contrib/uninstall --prefix "$prefix" --purge >"$work/words" 2>&1 || fail "uninstall --purge ends with $?"
    [ "$(cd "$DESTDIR" && find . -type f)" = ".$prefix/share/mine" ] || fail "--purge left something"
done

# ----- what it refuses -----------------------------------------------------------------------
refused() { # refused CODE WORDS COMMAND...
    local code=0 wanted=$1 words=$2
    shift 2
    "$@" >"$work/words" 2>&1 || code=$?
    [ "$code" = "$wanted" ] || fail "$*: exit code $code, not $wanted"
    grep -q -- "$words" "$work/words" || fail "$*: it does not say: $words"
}
refused 64 'usage\|Usage' contrib/install --unknown
refused 64 'usage\|Usage' contrib/install --prefix
refused 64 'absolute path' contrib/install --prefix relative
refused 64 'absolute path' contrib/uninstall --prefix relative
refused 69 'swift build' contrib/install --binary "$work/none"
if [ "$(id -u)" = 0 ]; then
    mkdir "$work/contrib"
    cp contrib/install contrib/uninstall "$work/contrib/"
    chmod -R a+rX "$work"
    for script in install uninstall; do
        refused 77 sudo env -u DESTDIR setpriv --reuid 65534 --regid 65534 --clear-groups bash "$work/contrib/$script"
    done
fi

# ----- man pages and completions -------------------------------------------------------------
rm -rf "$DESTDIR"
contrib/install --binary "$PICKET" >"$work/words" 2>&1 || fail "install ends with $?"
share=$DESTDIR/usr/local/share
for page in "$share"/man/man1/picket.1 "$share"/man/man5/picket.yaml.5; do
    # Whether the pages that it names are on this host is not the page's matter.
    mandoc -T lint -W style "$page" 2>&1 | grep -v -e 'referenced manual not found' -e 'outdated mandoc.db' >"$work/words" || true
    [ ! -s "$work/words" ] || fail "mandoc complains of $(basename "$page")"
    groff -ww -man -K utf8 -T utf8 "$page" 2>"$work/words" >"$work/page" || fail "groff does not take $(basename "$page")"
    [ ! -s "$work/words" ] || fail "groff complains of $(basename "$page")"
done
# Every command and option that the binary shows, and every setting of the sample.
man() { mandoc -T ascii "$1" | col -b; }
man "$share/man/man1/picket.1" >"$work/page"
"$PICKET" --experimental-dump-help | python3 -c '
import json, sys
def walk(command, name=""):
    for item in command.get("arguments", []):
        if item.get("shouldDisplay") and item["kind"] != "positional":
            print("--" + item["preferredName"]["name"])
    for sub in command.get("subcommands", []):
        if sub.get("shouldDisplay") and sub["commandName"] != "help":
            print("picket " + (name + sub["commandName"]) * (not sub.get("subcommands")))
            walk(sub, name + sub["commandName"] + " ")
walk(json.load(sys.stdin)["command"])' | sort -u >"$work/wanted"
[ "$(wc -l <"$work/wanted")" -ge 12 ] || fail "the binary shows too few commands and options"
while IFS= read -r words; do
    grep -qF -- "$words" "$work/page" || fail "picket(1) does not have: $words"
done <"$work/wanted"
man "$share/man/man5/picket.yaml.5" >"$work/page"
sed -n 's/^| `\([a-z]*\.[a-z0-9.-]*\)` | .*/\1/p' docs/commands.md >"$work/wanted"
[ "$(wc -l <"$work/wanted")" -ge 20 ] || fail "docs/commands.md shows too few settings"
while IFS= read -r words; do
    grep -qF -- "$words" "$work/page" || fail "picket.yaml(5) does not have: $words"
done <"$work/wanted"

bash -n "$share/bash-completion/completions/picket" || fail "bash does not take its completions"
zsh -n "$share/zsh/site-functions/_picket" || fail "zsh does not take its completions"
fish -n "$share/fish/vendor_completions.d/picket.fish" || fail "fish does not take its completions"

# What is offered after the words of a command line.
mkdir -p "$work/home"
offered_bash() {
    PATH=$DESTDIR/usr/local/bin:$PATH bash -c '. "$0"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
        COMP_POINT=${#COMP_LINE}
        _picket picket "${!#}" "${COMP_WORDS[$((COMP_CWORD - 1))]}"
        printf "%s\n" "${COMPREPLY[@]}"' "$share/bash-completion/completions/picket" "$@"
}
offered_fish() {
    PATH=$DESTDIR/usr/local/bin:$PATH HOME=$work/home fish -c 'source $argv[1]; complete -C "$argv[2]"' \
        "$share/fish/vendor_completions.d/picket.fish" "$*"
}
offers() { # offers SHELL WORD COMMAND-LINE...
    local shell=$1 word=$2
    shift 2
    "offered_$shell" "$@" >"$work/words"
    cut -f1 "$work/words" | grep -qx -e "$word" || fail "$shell does not complete: $*"
}
for shell in bash fish; do
    offers $shell replay picket re
    offers $shell --format picket replay --f
    offers $shell psad picket run --format p
    offers $shell detection.targets= picket replay --set detection.tar
done
grep -q "___format=(.*'psad'" "$share/zsh/site-functions/_picket" || fail "zsh does not complete a format"

# ----- for real, in a copy of /etc and an empty /usr/local -----------------------------------
if [ "$(id -u)" != 0 ]; then
    [ "${CI:-}" != true ] || fail "no root: the last part cannot run"
    echo "install: files, pages and completions are right; as root more is tested"
    exit 0
fi
cp "$PICKET" "$work/picket"
# What happens in there changes nothing outside.
env -u DESTDIR unshare --mount bash -euo pipefail -c '
    mount --make-rprivate /
    mkdir "$0/etc"
    cp -a /etc/. "$0/etc/"
    mount --bind "$0/etc" /etc
    for folder in /usr/local /var/lib /var/log /run; do mount -t tmpfs tmpfs "$folder"; done
    ! getent passwd picket >/dev/null || userdel picket
    contrib/install --binary "$0/picket"
    [ "$(getent passwd picket | cut -d: -f6,7)" = /var/lib/picket:/usr/sbin/nologin ]
    contrib/install --binary "$0/picket"
    [ "$(/usr/local/bin/picket --version)" = "$("$0/picket" --version)" ]
    /usr/local/share/picket/uninstall
    [ -f /etc/picket/picket.yaml ] && [ ! -e /usr/local/bin/picket ]
    contrib/uninstall --purge
    [ ! -e /etc/picket ] && [ -z "$(find /usr/local -type f)" ]
    ! getent passwd picket
    ' "$work" >"$work/words" 2>&1 || fail "installing for real failed"
echo "install: files, pages and completions are right; nothing is left"
