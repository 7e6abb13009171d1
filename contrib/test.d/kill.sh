#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Kills the daemon at random moments under load, and looks whether the journal has every decision
# that was logged or watched, opens, and whether a line of the log is torn.
# Usage: contrib/test.d/kill.sh [ROUNDS]        20 rounds take about a minute.
# Needs root, $PICKET (a release build), and the tests' debug build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${PICKET:?the path of the picket binary}"
if [ "$(id -u)" != 0 ]; then
    [ "${CI:-}" != true ] || { echo "no root: nothing can be killed" >&2; exit 1; }
    echo "skipped: needs root"
    exit 0
fi
rounds=${1:-20}
export PICKET PICKET_KILLS=$rounds
output=$(swift test --skip-build --filter 'KernelTests.EndToEnd/Journal/killed' 2>&1) || {
    printf '%s\n' "$output"
    exit 1
}
grep -q 'Test run with 1 test' <<<"$output" || { printf '%s\n' "$output"; exit 1; }
echo "killed $rounds times: nothing that was shown is missing"
