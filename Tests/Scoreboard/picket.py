# SPDX-License-Identifier: GPL-3.0-or-later
"""Picket: what `picket replay --json` decides about a capture."""

import json
import os
import subprocess

from expect import Answer, Finding
from scans import HOME

SCANS = ("scan-detected", "scan-escalated", "scan-ended")
UNJUDGED = ("loss", "signature-matched", "source-blocked", "source-unblocked", "block-refused",
            "flood-detected", "flood-ended")


def replay(binary, capture, settings):
    words = [binary, "replay", "--json"]
    for setting in settings:
        words += ["--set", setting]
    with open(os.devnull) as config:
        done = subprocess.run([*words, "--config", config.name, capture], capture_output=True,
                              text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"picket replay ended with {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def understood(case, decisions, summary):
    """The findings of a run: one for each scan, with its numbers at the end."""
    answer, open_scans = Answer(floods=0, told=case.told is None or case.told in summary), {}
    expected = {scan.source for scan in case.scans}
    for decision in decisions:
        action, about = decision["event"]["action"], decision.get("picket") or {}
        scan = about.get("scan") or {}
        network, source = scan.get("prefix"), (decision.get("source") or {}).get("ip")
        if action == "flood-detected":
            answer.floods += 1
            answer.alerts += 0 if case.flood else 1
        elif action in SCANS:
            target = (decision.get("destination") or {}).get("ip")
            members = [member.get("ip") if isinstance(member, dict) else member
                       for member in scan.get("members") or ()]
            name = network or source or (scan.get("kind"), target)
            if action == "scan-detected":
                finding = Finding(network or source, targets=scan.get("targets"))
                answer.findings.append(finding)
                open_scans[name] = finding
            else:
                finding = open_scans.get(name)
                if finding is None:  # its kind or its name changed: that is another finding
                    finding = open_scans[name] = Finding(network or source,
                                                         targets=scan.get("targets"))
                    answer.findings.append(finding)
            finding.kind, finding.tool = scan.get("kind"), scan.get("tool")
            finding.techniques = frozenset(scan.get("techniques") or ())
            finding.level = about.get("danger_level")
            finding.direction = (decision.get("network") or {}).get("direction")
            finding.destination = target
            if source is None and network is None:
                finding.members = tuple(members)
                finding.total = scan.get("members_total", len(members))
            answer.alerts += action != "scan-ended"
        elif action == "attempts-repeated":
            if (network or source) not in expected:
                answer.alerts += 1
                answer.findings.append(Finding(network or source, kind="repeated attempts"))
        elif action not in UNJUDGED:
            answer.alerts += 1
            answer.findings.append(Finding(network or source, kind=action))
    return answer


def ask(binary, case, capture):
    """Once as the case says and, if it says nothing of home, once more with home networks: a host
    knows them, a replay may not, and both must come to the same."""
    runs = [case.settings] if case.settings else [(), (HOME,)]
    return [understood(case, *replay(binary, capture, settings)) for settings in runs]


def version(binary):
    return subprocess.run([binary, "--version"], capture_output=True, text=True,
                          check=True).stdout.strip()
