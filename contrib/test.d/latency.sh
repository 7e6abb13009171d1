#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From the decisive packet to the line of `picket watch --json`: at most 10 ms in 99 of 100 cases, at
# 100 packets a second. Needs root, $PICKET (a release build), and the tests' debug build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${PICKET:?the path of the picket binary}"
if [ "$(id -u)" != 0 ]; then
    [ "${CI:-}" != true ] || { echo "no root: the latency cannot be measured" >&2; exit 1; }
    echo "skipped: needs root"
    exit 0
fi

export PICKET PICKET_LATENCY_BOUND=10
swift test --skip-build --filter 'KernelTests.EndToEnd/Latency'
