# SPDX-License-Identifier: GPL-3.0-or-later
"""What a case is, what is expected of it, and what a program was understood to say.

The rule, for Picket and its peers alike:

- The decision is right when the sources that a program names are exactly the expected ones, each
  once: a scan by one source is its source; a set of decoys and a distributed scan are one finding
  without a source, that names the target. On a quiet case the program must say nothing.
  A source that is named several times (an alert for each destination) is still right; the alerts
  are counted.
- The fields are right when the decision is and, for each scan, source, kind, technique, tool and
  level are as expected. A peer is held only to those that it tells: psad tells techniques, level,
  Masscan and Mirai; CrowdSec the source; scanlogd the source and the flags.
- A flood is a fact about packets, not a scan: Picket must tell it once where it is expected, peers
  need not. It is no alert on a quiet case that expects it.
- Picket's repeated attempts by a source that is an expected scan, its loss events, blocks and
  signature matches are no findings of scans, and not judged; repeated attempts by anybody else are
  an alert.
- Where the packets do not show the tool for sure, both the name and `unknown` are right.
"""

import ipaddress
from dataclasses import dataclass, field
from typing import Callable


@dataclass(frozen=True)
class Scan:
    """A scan that must be found, as it is at its end."""

    source: str | None  # an address or, for IPv6, a network; None for a set of sources
    kind: str
    techniques: tuple
    level: int | tuple  # a tuple: either, where the agreement is silent
    tool: tuple = ("unknown",)
    targets: int = 5  # how many distinct targets it takes to be sure, as docs/detection.md has it
    destination: str | None = None  # of a set of sources
    members: tuple = ()  # of a set of sources
    direction: str = "inbound"


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    packets: Callable  # () -> iterable of (seconds, frame), in order
    scans: tuple = ()
    flood: bool = False
    settings: tuple = ()  # `picket replay --set`: facts that live come from the host
    large: bool = False  # left out by --quick

    @property
    def quiet(self):
        return not self.scans


@dataclass
class Finding:
    """What a program said of one source, or of one set. None: it does not tell."""

    source: str | None
    kind: str | None = None
    techniques: frozenset | None = None
    tool: str | None = None
    level: int | None = None
    targets: int | None = None  # distinct targets when it was first named
    destination: str | None = None
    members: tuple | None = None
    total: int | None = None
    direction: str | None = None
    coarse: bool = False  # it tells flags, so connect is SYN and window is ACK

    def words(self):
        parts = [self.source or f"{self.total or len(self.members or ())} sources"]
        parts += [self.kind] if self.kind else []
        parts += ["+".join(sorted(self.techniques))] if self.techniques else []
        parts += [self.tool] if self.tool else []
        parts += [f"level {self.level}"] if self.level is not None else []
        return " ".join(parts)


@dataclass
class Answer:
    """All that one program said of one case."""

    findings: list = field(default_factory=list)
    alerts: int = 0
    floods: int | None = None  # None: the program does not know floods
    not_played: str | None = None  # why it could not be asked


@dataclass
class Verdict:
    right: bool
    fields: bool
    wrong: list  # sentences


def same_source(expected, found):
    if found is None:
        return expected is None
    if expected is None:
        return False
    if "/" in expected and "/" not in found:  # a peer that names each address of a network
        return False
    return ipaddress.ip_network(expected, False) == ipaddress.ip_network(found, False)


def matches(scan, finding):
    if scan.source is None:
        return finding.source is None and finding.kind == scan.kind and (
            finding.destination == scan.destination)
    return same_source(scan.source, finding.source)


def judge(case, answer):
    wrong, details = [], []
    left = list(answer.findings)
    for scan in case.scans:
        own = [finding for finding in left if matches(scan, finding)]
        if not own:
            wrong.append(f"{scan.source or scan.kind + ' of ' + str(scan.destination)} not found")
            continue
        left = [finding for finding in left if finding not in own]
        # Before a distributed scan is seen, members may have been named alone.
        if scan.kind == "distributed":
            left = [finding for finding in left if finding.source not in scan.members]
        if len(own) > 1:
            wrong.append(f"{scan.source} found {len(own)} times")
        details += differences(scan, own[0])
    wrong += [f"also {finding.words()}" for finding in left[:3]]
    if len(left) > 3:
        wrong.append(f"and {len(left) - 3} more")
    if answer.floods is not None and answer.floods != (1 if case.flood else 0):
        details.append(f"{answer.floods} floods, not {1 if case.flood else 0}")
    if case.quiet and answer.alerts and not left:
        wrong.append(f"{answer.alerts} alerts")
    return Verdict(not wrong, not wrong and not details, wrong + details)


def differences(scan, finding):
    """What is not as expected of the fields that the program tells."""
    found = []
    if finding.kind is not None and finding.kind != scan.kind:
        found.append(f"kind {finding.kind}, not {scan.kind}")
    expected = frozenset(scan.techniques)
    if finding.coarse:
        expected -= {"connect", "window"}
    if finding.techniques is not None and finding.techniques != expected:
        found.append(f"techniques {'+'.join(sorted(finding.techniques)) or 'none'},"
                     f" not {'+'.join(sorted(expected))}")
    if finding.tool is not None and finding.tool not in scan.tool:
        found.append(f"tool {finding.tool}, not {' or '.join(scan.tool)}")
    levels = scan.level if isinstance(scan.level, tuple) else (scan.level,)
    if finding.level is not None and finding.level not in levels:
        found.append(f"level {finding.level}, not {' or '.join(map(str, levels))}")
    if finding.direction is not None and finding.direction != scan.direction:
        found.append(f"{finding.direction}, not {scan.direction}")
    if scan.members and finding.members is not None:
        strange = set(finding.members) - set(scan.members)
        if strange:
            found.append(f"members that are not: {' '.join(sorted(strange)[:3])}")
        if finding.total != len(scan.members):
            found.append(f"{finding.total} members, not {len(scan.members)}")
    return found
