#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From the decisive packet to the line of `picket watch --json`: at most 10 ms in 99 of 100 cases, at
# 100 packets a second; the median of three runs, since two late wake-ups of a machine that is
# shared already are the 99th of 100. Needs root, $PICKET (a release build), and the tests' debug build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${PICKET:?the path of the picket binary}"
if [ "$(id -u)" != 0 ]; then
    [ "${CI:-}" != true ] || { echo "no root: the latency cannot be measured" >&2; exit 1; }
    echo "skipped: needs root"
    exit 0
fi

# The test's own bound only guards against a hang here; what is promised is compared below.
export PICKET PICKET_LATENCY_BOUND=1000
results=()
for _ in 1 2 3; do
    output=$(swift test --skip-build --filter 'KernelTests.EndToEnd/Latency' 2>&1) || {
        printf '%s\n' "$output"
        exit 1
    }
    line=$(grep -o 'latency in ms: {.*}' <<<"$output")
    echo "$line"
    p99=${line#*\"p99\": }
    results+=("${p99%%,*}")
done
median=$(printf '%s\n' "${results[@]}" | sort -n | sed -n 2p)
echo "latency: p99 $median ms, wanted at most 10"
awk -v p99="$median" 'BEGIN { exit !(p99 > 0 && p99 <= 10) }'
