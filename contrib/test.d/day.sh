#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A day of traffic through `picket replay`: its memory must not grow with the hours.
# Usage: contrib/test.d/day.sh [--quick|--full]   10 packets a second of that day, or 100;
#        PICKET names the binary. Takes some ten seconds, or two minutes.
set -euo pipefail
case ${1:---quick} in
    --quick) rate=10 ;;
    --full) rate=100 ;;
    *) echo "usage: $0 [--quick|--full]" >&2; exit 64 ;;
esac
python3 "$(dirname "$0")/../../Tests/Traffic/day.py" "${PICKET:?names the binary}" "$rate"
