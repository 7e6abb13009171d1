#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Replay must read at least a million packets of a pcap, and 500,000 lines of a kernel log, for each
# second of CPU time that it uses; the median of three runs counts.
#
# Builds the release configuration when it is not there. PICKET=PATH tests another program.
# Needs about 500 MB in TMPDIR, which are removed.
set -eu

packets=2000000
lines=600000
packets_wanted=1000000
lines_wanted=500000

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ -z "${PICKET:-}" ]; then
    echo "speed: building the release configuration"
    swift build --package-path "$root" -c release --product picket >&2
    PICKET=$(swift build --package-path "$root" -c release --show-bin-path)/picket
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/picket-speed.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# rate FILE COUNT: how many of COUNT are read in a second of CPU time, the median of three runs.
rate() {
    for run in 1 2 3; do
        "$PICKET" replay "$1" >"$folder/decisions" 2>"$folder/summary"
        # "2000000 packets, 200.0 s of traffic, 1.53 s of CPU (…)"
        sed -n '1s/.*, \([0-9.]*\) s of CPU.*/\1/p' "$folder/summary"
        if [ "$run" = 1 ]; then sed 's/^/  /' "$folder/summary" >&2; fi
    done | sort -n | awk -v count="$2" 'NR == 2 { printf "%d\n", count / ($1 > 0 ? $1 : 0.01) }'
}

# judge WHAT RATE WANTED
judge() {
    echo "speed: $1: ${2:-none} a CPU second, wanted $3"
    if [ "${2:-0}" -lt "$3" ]; then
        echo "speed: FAILED: $1 is too slow" >&2
        failed=1
    fi
}

failed=0
/usr/bin/python3 "$here/make-load.py" pcap "$packets" >"$folder/load.pcap"
judge "packets of a pcap" "$(rate "$folder/load.pcap" "$packets")" "$packets_wanted"
rm "$folder/load.pcap"
/usr/bin/python3 "$here/make-load.py" log "$lines" >"$folder/load.log"
judge "lines of a kernel log" "$(rate "$folder/load.log" "$lines")" "$lines_wanted"
exit "$failed"
