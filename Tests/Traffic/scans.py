# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans of the target by many sources at once, as fast as this program sends.

usage: scans.py OUTSIDE-NAMESPACE SOURCES PORTS [--first N] [--rounds N]

Each source sends a SYN to each port, in an order and from a port of its own: else they would be the
decoys of one scan. The sources take turns; they are 203.0.113.1 and up, then 198.51.100.1 and up, at most 500.
Prints how many packets were sent.
"""

import argparse
import random

from wire import SYN, inside, raw4, tcp4

TARGET = "192.0.2.1"


def address(number):
    return f"203.0.113.{1 + number}" if number < 250 else f"198.51.100.{number - 249}"


def main():
    words = argparse.ArgumentParser()
    words.add_argument("outside")
    words.add_argument("sources", type=int)
    words.add_argument("ports", type=int)
    words.add_argument("--first", type=int, default=1000, help="the first port")
    words.add_argument("--rounds", type=int, default=1, help="how often all of it is sent")
    wanted = words.parse_args()
    ports = range(wanted.first, wanted.first + wanted.ports)
    orders = [random.Random(source).sample(ports, len(ports))
              for source in range(min(wanted.sources, 500))]
    packets = [tcp4(address(source), TARGET, 40000 + source, order[turn], SYN)
               for turn in range(wanted.ports) for source, order in enumerate(orders)]
    with inside(wanted.outside):
        sender = raw4()
    for _ in range(wanted.rounds):
        for packet in packets:
            sender.sendto(packet, (TARGET, 0))
    print(len(packets) * wanted.rounds)


if __name__ == "__main__":
    main()
