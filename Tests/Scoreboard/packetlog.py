# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether psad and CrowdSec, unpacked, name the scanners in a packet log of Picket.

Usage: packetlog.py ROOT LOG FOLDER, as contrib/test.d/packet-log.sh does. Exit code 1: one did not."""

import os
import sys

import crowdsec
import psad


def main(root, log, folder):
    root = os.path.abspath(root)
    said = psad.ask(root, log, os.path.join(folder, "psad"), False)
    sources = {finding.source for finding in said.findings}
    wanted = {"192.0.2.7", "2001:db8:1::7"}
    named = {source for source in wanted if source in sources or long(source) in sources}
    print(f"psad: named {sorted(sources)}")
    found = crowdsec.ask(root, log, os.path.join(folder, "crowdsec"))
    ours = {finding.source for finding in found.findings}
    print(f"crowdsec: named {sorted(ours)}")
    return 0 if named == wanted and "192.0.2.7" in ours else 1


def long(address):
    """An IPv6 address in full, as logs have it."""
    if ":" not in address:
        return address
    head, _, tail = address.partition("::")
    parts = head.split(":")
    rest = tail.split(":") if tail else []
    parts += ["0"] * (8 - len(parts) - len(rest)) + rest
    return ":".join(part.rjust(4, "0") for part in parts)


sys.exit(main(*sys.argv[1:]))
