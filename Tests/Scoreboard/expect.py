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
  and of tools Masscan and Mirai; CrowdSec the source; scanlogd the source and the flags.
- A flood is a fact about packets, not a scan: Picket must tell it once where it is expected, peers
  need not. It is no alert on a quiet case that expects it. In the same way Picket's summary must
  name a traceroute.
- Picket's repeated attempts by a source that is an expected scan, its loss events, blocks and
  signature matches are no findings of scans, and not judged; repeated attempts by anybody else are
  an alert.
- An IPv6 source may be named by its address or its network, unless it used many addresses.
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
    rotating: bool = False  # all of the network is the source; otherwise its one address will do
    whole: frozenset = frozenset()  # the techniques for a program that puts fragments together


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    packets: Callable  # () -> iterable of (seconds, frame), in order
    scans: tuple = ()
    flood: bool = False
    settings: tuple = ()  # `picket replay --set`: facts that live come from the host
    told: str | None = None  # what Picket's summary must say, although it is no finding
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
    knows: tuple = ()  # the tools that it would name

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
    told: bool = True  # whether it said what is no finding but must be told
    not_played: str | None = None  # why it could not be asked


@dataclass
class Verdict:
    right: bool
    fields: bool
    wrong: list  # sentences


def matches(scan, finding):
    if scan.source is None or finding.source is None:
        return scan.source == finding.source and finding.kind == scan.kind and (
            finding.destination == scan.destination)
    expected = ipaddress.ip_network(scan.source)
    found = ipaddress.ip_network(finding.source, False)
    if scan.rotating:
        return found == expected
    return found.version == expected.version and found.subnet_of(expected)


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
    if not answer.told:
        details.append(f"not told: {case.told}")
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
    if finding.techniques is not None and finding.techniques not in (expected, scan.whole):
        found.append(f"techniques {'+'.join(sorted(finding.techniques)) or 'none'},"
                     f" not {'+'.join(sorted(expected))}")
    if finding.tool is None and finding.knows and set(scan.tool) <= set(finding.knows):
        found.append(f"tool not told: {' or '.join(scan.tool)}")
    elif finding.tool is not None and finding.tool not in scan.tool:
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
