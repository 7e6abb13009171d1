#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans from many sources, one after the other, each of a host of its own as long as there are some.

Usage: scan.py NAMESPACE COUNT [FIRST [PAUSE]]
The sources are 198.18.0.0/15 (RFC 2544) plus FIRST, FIRST+1, ...; each sends six SYNs to one of
203.0.113.0/24, then PAUSE seconds pass. Bound: 10,000 sources.
"""

import ipaddress
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Tests/Traffic"))
from wire import SYN, inside, raw4, tcp4  # noqa: E402

namespace, count = sys.argv[1], min(int(sys.argv[2]), 10_000)
first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
pause = float(sys.argv[4]) if len(sys.argv) > 4 else 0.0
with inside(namespace):
    sender = raw4()
base = int(ipaddress.IPv4Address("198.18.0.0"))
for number in range(first, first + count):
    source = str(ipaddress.IPv4Address(base + number))
    target = f"203.0.113.{1 + number % 254}"
    for port in (21, 23, 25, 110, 143, 445):
        sender.sendto(tcp4(source, target, 40000 + number % 20000, port, SYN, number), (target, 0))
    time.sleep(pause)
