#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The real logrotate and a daemon that writes all the while: every decision is in exactly one file, whole.
# Needs root and $PICKET.
set -euo pipefail
# shellcheck source=contrib/test.d/stage.bash
. "$(dirname "${BASH_SOURCE[0]}")/stage.bash"
need_root
need logrotate ip nft python3 setpriv
rotations=5
scanners=200

stage
user=65534 # nobody, whom logrotate wants by name
settings ""
cp "$PICKET" "$work/picket"
chmod 755 "$work/picket"
chown "$user:$user" "$work"/{lib,log,run}

# As it is installed, as far as this host has a user of the name and systemd.
sed -e "s|/var/log/picket|$work/log|; s|su picket picket|su nobody nogroup|" \
    -e "s|systemctl kill.*|kill -USR1 \$(cat $work/pid)|" "$here/../logrotate/picket" >"$work/rotate"
for changed in "^$work/log" 'su nobody' 'kill -USR1'; do
    grep -q "$changed" "$work/rotate" || fail "contrib/logrotate/picket is not what this test knows: $changed"
done
logrotate -d -s "$work/state" "$work/rotate" >"$work/words" 2>&1 || fail "logrotate -d does not take it"
! grep -e '^error' "$work/words" || fail "logrotate -d complains"

ip netns exec "$in" setpriv --reuid "$user" --regid "$user" --clear-groups --bounding-set -all,+net_admin \
    --inh-caps -all,+net_admin --ambient-caps -all,+net_admin --no-new-privs \
    "$work/picket" run --config "$work/picket.yaml" --format ecs >"$work/all" 2>"$work/words" &
children+=($!)
echo $! >"$work/pid"
await "the daemon is up" grep -q 'watching NFLOG' "$work/words"

"$here/scan.py" "$out" "$scanners" 1 0.02 &
children+=($!)
scan=$!
reopened() { [ "$(grep -c 'log file reopened' "$work/words")" = "$1" ]; }
reached() { [ "$(grep -c '"action":"scan-detected"' "$work/all")" -ge "$1" ]; }
for ((turn = 1; turn <= rotations; turn++)); do
    await "scanners go on" reached $((turn * scanners / (rotations + 2)))
    logrotate -v --force -s "$work/state" "$work/rotate" >"$work/said" 2>&1 ||
        { cat "$work/said" >&2; fail "logrotate --force failed"; }
    await "the daemon opens the new file" reopened "$turn"
done
wait "$scan"
await "all scanners are named" reached "$scanners"
kill -TERM "$(cat "$work/pid")"
code=0
wait "$(cat "$work/pid")" || code=$?
[ "$code" = 0 ] || fail "the daemon ended with $code"

files=("$work"/log/decisions.json*)
[ "${#files[@]}" = $((rotations + 1)) ] || fail "not $((rotations + 1)) files: ${files[*]}"
for file in "${files[@]}"; do
    [ "$(stat -c '%U:%a' "$file")" = nobody:640 ] || fail "$file: $(stat -c '%U:%a' "$file")"
    case $file in
        *.gz) zcat "$file" ;;
        *) cat "$file" ;;
    esac
done >"$work/lines"
# Standard output has each decision too: the same lines, each whole, each once.
cmp <(LC_ALL=C sort "$work/all") <(LC_ALL=C sort "$work/lines") || fail "the files do not hold what was decided"
python3 - "$work/lines" "$scanners" <<'CHECK' || fail "not every scanner has exactly one line"
import collections, json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
found = collections.Counter(x["source"]["ip"] for x in lines if x["event"]["action"] == "scan-detected")
sys.exit(not (len(found) == int(sys.argv[2]) and set(found.values()) == {1}))
CHECK
echo "logrotate: $(wc -l <"$work/lines") decisions in ${#files[@]} files over $rotations rotations, none lost"
