# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/SCOREBOARD.md: the totals, and a row for each case."""

import glob
import os
import platform
import subprocess
import time

import expect
import picket
from scanlogd import LONGEST, MOST

TITLES = {"psad": "psad", "psad-acks": "psad, ACK packets on", "crowdsec": "CrowdSec",
          "scanlogd": "scanlogd", "picket": "Picket"}


def versions(root):
    """Of the unpacked Debian packages, by the names that apt gave the files."""
    found = {}
    for path in glob.glob(os.path.join(root, "*.deb")):
        name, version, _ = os.path.basename(path).replace("%3a", ":").split("_")
        found[name] = version
    return found


def wanted(case):
    parts = []
    for scan in case.scans:
        level = " or ".join(map(str, scan.level)) if isinstance(scan.level, tuple) else scan.level
        whole = [scan.source or f"{len(scan.members)} sources",
                 "" if scan.direction == "inbound" else scan.direction, scan.kind,
                 "+".join(scan.techniques), " or ".join(scan.tool), f"level {level}"]
        parts.append(" ".join(word for word in whole if word))
    if case.flood:
        parts.append("a flood")
    return "; ".join(parts) or "nothing"


def said(answer):
    """What Picket found, in short."""
    words = [finding.words() for finding in answer.findings[:2]]
    words += [f"{len(answer.findings) - 2} more"] if len(answer.findings) > 2 else []
    words += ["a flood" if answer.floods == 1 else f"{answer.floods} floods"] if answer.floods else []
    return "; ".join(words) or "nothing"


def cell(case, answer, verdict):
    """A peer's answer, in short."""
    if verdict is None:
        return "not played"
    alerts = f", {answer.alerts} alerts" if answer.alerts > 1 else ""
    if verdict.fields:
        return f"right{alerts}"
    if verdict.right:
        return f"source right{alerts}; but {'; '.join(verdict.wrong)}"
    if not answer.findings:
        return "nothing"
    named = {finding.source for finding in answer.findings}
    hit = [scan for scan in case.scans if scan.source and any(
        expect.matches(scan, finding) for finding in answer.findings)]
    return f"{'not only that: ' if hit else ''}{len(named)} source{'s' * (len(named) > 1)}{alerts}"


def total(rows, name, count, chosen=lambda case: True):
    """How many of the chosen cases count, and of how many where not all were played."""
    pairs = [(case, *answers[name]) for case, answers in rows if chosen(case)]
    played = [pair for pair in pairs if pair[2] is not None]
    number = sum(count(answer, verdict) for _, answer, verdict in played)
    return number, len(played), len(pairs)


def totals(rows, names):
    scans = lambda case: not case.quiet
    right = lambda answer, verdict: verdict.right
    lines = (("decision right", right, lambda case: True), ("scans found", right, scans),
             ("quiet ones silent", right, lambda case: case.quiet),
             ("every field right", lambda answer, verdict: verdict.fields, lambda case: True),
             ("alerts on the quiet ones", lambda answer, verdict: answer.alerts,
              lambda case: case.quiet),
             ("alerts on the scans", lambda answer, verdict: answer.alerts, scans))
    yield "| | " + " | ".join(TITLES[name] for name in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for title, count, chosen in lines:
        many = sum(1 for case, _ in rows if chosen(case))
        cells = []
        for name in names:
            number, played, _ = total(rows, name, count, chosen)
            alone = "alerts" in title or played == many
            cells.append(f"{number:,}" if alone else f"{number} of {played} played")
        yield f"| {title}{'' if 'alerts' in title else f', of {many}'} | {' | '.join(cells)} |"


def details(rows, names):
    peers = [name for name in names if name != "picket"]
    yield ("| case | what | expected | Picket | at target | "
           + " | ".join(TITLES[name] for name in peers) + " |")
    yield "|---" * (len(peers) + 5) + "|"
    for case, answers in rows:
        answer, verdict = answers["picket"]
        found = "as expected" if verdict.fields else f"**{said(answer)}**"
        at = ", ".join(str(finding.targets) for finding in answer.findings[:2] if finding.targets)
        cells = [cell(case, *answers[name]) for name in peers]
        yield (f"| `{case.name}` | {case.title} | {wanted(case)} | {found} | {at} | "
               + " | ".join(cells) + " |")


def write(path, rows, peers, binary, root, most_lines):
    found = versions(root)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                            cwd=os.path.dirname(os.path.abspath(__file__)), check=False).stdout
    names = [*peers, "picket"]
    rule = expect.__doc__.split("\n\n", 1)[1].strip()
    text = [
        "# Scoreboard", "",
        "Written by `contrib/scoreboard`; do not edit. Every case is a capture of packets that a "
        "firewall dropped: recorded from the real tool in network namespaces "
        "(`Tests/Scoreboard/record.py`), or built packet by packet (`scans.py`, `quiet.py`). "
        "All programs get the same packets. What a peer of the same version said before of the "
        "same packets is not asked again (`--anew` does).", "",
        f"- {time.strftime('%Y-%m-%d', time.gmtime())}, Linux {'.'.join(platform.release().split('.')[:2])}, commit "
        f"{commit.strip() or 'unknown'}",
        f"- {picket.version(binary).capitalize()}: `picket replay --json`, once without settings and once "
        "with `detection.home-networks` (a host knows them); right means right both times",
        f"- psad {found.get('psad')}: `psad --Analyze -m LOG --analysis-write-data "
        "--email-analysis`, its mails counted; once as packaged, once with "
        "`IGNORE_CONNTRACK_BUG_PKTS N`",
        f"- CrowdSec {found.get('crowdsec')}: `crowdsec -dsn file://LOG -type syslog`, with "
        "`iptables-scan-multi_ports` and its parsers from the hub that the package ships",
        f"- scanlogd {found.get('scanlogd')}: listens while the capture is played at its own speed; "
        f"captures longer than {LONGEST} s or of more than {MOST:,} packets are not played",
        "", "## Totals", "", *totals(rows, names), "",
        f"psad and CrowdSec are not asked about more than {most_lines:,} packets: psad keeps 8.8 KB "
        "for each source. Offline psad never lets a scan time out, so it finds slow scans here that "
        "it forgets after an hour when live.",
        "", "## How it is judged", "", rule, "", "## Cases", "", *details(rows, names), "",
    ]
    with open(path, "w") as file:
        file.write("\n".join(text))
