#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `picket report` over what replay decides about every scenario, and over prefixes that mean harm,
# read by strict parsers. How it looks: contrib/screenshots.
# Usage: contrib/test.d/report.sh        PICKET names the binary.
set -euo pipefail
here=$(dirname "$0")
picket=${PICKET:?names the binary}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$picket" replay --json --quiet "$here"/../../Tests/Scenarios/*.scenario >"$work/decisions.json"
python3 - "$work" <<'PYTHON'
import json, sys
folder = sys.argv[1]
lines = [json.loads(line) for line in open(folder + "/decisions.json")]
hostile = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "\x1b]0;x\x07\x1b[2J",
           "a\nb\r\nc", '=cmd|"x"!A0', "+1", "@x", "\u202egnp", '"\u0301,=1', "<\u0301script>",
           "日本語の接頭辞" * 9, "x" * 5000, "\ufffe\uffff", "\x00\x85\u2028"]
with open(folder + "/hostile.json", "w") as out:
    for index, line in enumerate(lines):
        text = hostile[index % len(hostile)]
        line["observer"]["name"] = text
        if "firewall" in line["picket"]:
            line["picket"]["firewall"]["prefix"] = text
            line["picket"]["firewall"]["hook"] = text
        if "scan" in line["picket"]:
            line["picket"]["scan"]["tool"] = text
            line["picket"]["scan"]["techniques"] = [text]
        out.write(json.dumps(line) + "\n")
PYTHON
for name in decisions hostile; do
    for format in text html csv; do
        "$picket" report --from "$work/$name.json" --format "$format" --output "$work/$name.$format"
        python3 "$here/check-report.py" "$format" "$work/$name.$format"
    done
done
