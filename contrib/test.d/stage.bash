#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the scripts beside it: two namespaces with a cable, a firewall that feeds group 5, and a daemon.
# Sets $work (a folder that other users may enter), $out and $in (namespaces). Everything goes at the end.

: "${PICKET:?the path of the picket binary}"
# shellcheck disable=SC2034  # for who sources it
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$(basename "$0" .sh)

fail() {
    echo "$name: $1" >&2
    [ ! -f "${work:-}/words" ] || sed 's/^/    /' "$work/words" >&2
    exit 1
}

need_root() {
    [ "$(id -u)" != 0 ] || return 0
    [ "${CI:-}" != true ] || fail "no root: this cannot run"
    echo "$name: skipped: needs root"
    exit 0
}

need() { # need PROGRAM...: what contrib/install-dependencies installs
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null && continue
        [ "${CI:-}" != true ] || fail "no $program: run contrib/install-dependencies test package"
        echo "$name: skipped: no $program"
        exit 0
    done
}

await() { # await WHAT COMMAND...: until the command succeeds, at most 30 s
    local what=$1 tries
    shift
    for ((tries = 0; tries < 300; tries++)); do
        "$@" && return 0
        sleep 0.1
    done
    fail "waited in vain: $what"
}

children=()
stage() { # stage: the folder and the two namespaces
    work=/run/picket-test-$name-$$
    out=$name-out-$$
    in=$name-in-$$
    trap unstage EXIT
    mkdir -m 755 "$work"
    ip netns add "$out"
    ip netns add "$in"
    ip -n "$out" link add cable type veth peer name cable netns "$in"
    ip -n "$out" address add 192.0.2.1/24 dev cable
    ip -n "$in" address add 192.0.2.2/24 dev cable
    ip -n "$out" link set cable up
    ip -n "$in" link set cable up
    ip -n "$in" link set lo up
    ip -n "$in" route add 198.18.0.0/15 via 192.0.2.1
    # A whole network of targets.
    ip -n "$in" route add local 203.0.113.0/24 dev lo
    ip -n "$out" route add 203.0.113.0/24 via 192.0.2.2
    ip netns exec "$in" nft -f - <<'RULES'
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
        log prefix "INPUT DROP " group 5
    }
}
RULES
}

unstage() {
    local child
    for child in "${children[@]}"; do
        # One that has ended may have left its number to somebody else.
        if [ "$(ps -o ppid= -p "$child" | tr -d ' ')" = $$ ]; then
            kill "$child" 2>/dev/null || true
            wait "$child" 2>/dev/null || true
        fi
    done
    ip netns delete "$out" 2>/dev/null || true
    ip netns delete "$in" 2>/dev/null || true
    rm -rf "$work"
}

settings() { # settings [LINE...]: the daemon's, all its files below $work
    mkdir -p "$work"/{lib,log,run}
    cat >"$work/picket.yaml" <<END
nflog: {groups: [5]}
detection: {table: $work/lib/table, facts: $work/lib/facts.json, home-networks: [203.0.113.0/24]}
log: {decisions: {path: $work/log/decisions.json}}
control: {socket: $work/run/control.sock}
journal: {path: $work/lib/picket.db}
evidence: {path: $work/lib/evidence}
END
    printf '%s\n' "$@" >>"$work/picket.yaml"
}
