#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `picket lab`: names its scan, and leaves nothing behind however it ends. Needs root and $PICKET.
set -euo pipefail
: "${PICKET:?the path of the picket binary}"
if [ "$(id -u)" != 0 ]; then
    [ "${CI:-}" != true ] || { echo "no root: the lab cannot run" >&2; exit 1; }
    echo "skipped: needs root"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

fail() { echo "lab: $1" >&2; cat "$work/words" >&2; exit 1; }

nothing_left() { # nothing_left PID
    if ip netns list | grep -q "^picket-lab-$1-" || [ -e "/run/picket-lab-$1" ]; then
        fail "$2: something of process $1 is left"
    fi
}

await() { # await TEXT PID: until the lab has said the text
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        grep -q "$1" "$work/words" && return
        kill -0 "$2" 2>/dev/null || fail "it ended before it said: $1"
        sleep 0.1
    done
    fail "it never said: $1"
}

start() { # start ARGUMENT...: a lab in the background, its process in $lab
    : >"$work/words"
    "$PICKET" lab "$@" >"$work/decisions" 2>"$work/words" &
    lab=$!
}

start
code=0; wait "$lab" || code=$?
[ "$code" = 0 ] || fail "exit code $code"
[ -s "$work/decisions" ] || fail "no decision on stdout"
nothing_left "$lab" "the usual end"

start --stay
await 'The lab stays' "$lab"
kill -INT "$lab"
code=0; wait "$lab" || code=$?
[ "$code" = 0 ] || fail "Ctrl-C at play: exit code $code"
nothing_left "$lab" "Ctrl-C"

start
await 'From the other namespace' "$lab"
kill -TERM "$lab"
code=0; wait "$lab" || code=$?
[ "$code" = 143 ] || fail "SIGTERM in the middle: exit code $code, not 143"
nothing_left "$lab" "SIGTERM"

start --stay
await 'The lab stays' "$lab"
kill -KILL "$lab"
wait "$lab" 2>/dev/null || true
killed=$lab
start
code=0; wait "$lab" || code=$?
[ "$code" = 0 ] || fail "after a lab that was killed: exit code $code"
nothing_left "$killed" "the lab after a killed one"

if command -v setpriv >/dev/null; then
    cp "$PICKET" "$work/picket"
    chmod 755 "$work" "$work/picket"
    code=0
    setpriv --reuid 65534 --regid 65534 --clear-groups "$work/picket" lab 2>"$work/words" || code=$?
    [ "$code" = 77 ] || fail "without root: exit code $code, not 77"
    grep -q sudo "$work/words" || fail "without root: it does not say sudo"
fi
echo "lab: all five endings are clean"
