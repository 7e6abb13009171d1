# SPDX-License-Identifier: GPL-3.0-or-later
"""The recordings of real tools (`record.py`), and what is expected of each.

Levels follow from what was sent: 150 packets are level 3, 1500 level 4; 20, 50 and 100 hosts are
level 2, 3 and 4. Each probe was dropped, so most tools sent it twice."""

import functools
import os

import frames
from expect import Case, Scan
from scans import SERVER

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorded")
ME, ME6 = "198.51.100.7", "2001:db8:7::/64"
NMAP, PERHAPS = ("nmap",), ("nmap", "unknown")


def of(name, title, kind, techniques, level, tool=NMAP, source=ME, targets=5, **more):
    return Case(name, title, functools.partial(frames.read, os.path.join(FOLDER, f"{name}.pcap")),
                (Scan(source, kind, techniques, level, tool, targets, **more),))


RECORDED = (
    of("nmap-syn", "nmap -sS, 200 ports", "vertical", ("SYN",), 3),
    of("nmap-connect", "nmap -sT, 100 ports", "vertical", ("connect", "SYN"), 3, ("unknown",)),
    of("nmap-fin", "nmap -sF, 200 ports", "vertical", ("FIN",), 3),
    of("nmap-null", "nmap -sN, 100 ports", "vertical", ("NULL",), 3),
    of("nmap-xmas", "nmap -sX, 100 ports", "vertical", ("XMAS",), 3),
    of("nmap-ack", "nmap -sA, 200 ports", "vertical", ("ACK", "window"), 3, targets=10),
    of("nmap-window", "nmap -sW, 100 ports", "vertical", ("ACK", "window"), 3, targets=10),
    of("nmap-maimon", "nmap -sM, 200 ports", "vertical", ("maimon",), 3, targets=10),
    of("nmap-udp", "nmap -sU, 120 ports", "vertical", ("UDP",), 3, PERHAPS),
    of("nmap-protocols", "nmap -sO, 256 IP protocols", "protocol", ("IP-protocol",), 3, PERHAPS),
    of("nmap-sctp", "nmap -sY, 60 ports", "vertical", ("SCTP-INIT",), 2, PERHAPS),
    of("nmap-hosts", "nmap -sn, 32 hosts: echo, SYN 443, ACK 80, timestamp", "horizontal",
       ("ICMP-echo", "SYN", "ACK", "window", "ICMP-timestamp"), 3, PERHAPS),
    of("nmap-echo", "nmap -sn -PE, 32 hosts", "ping-sweep", ("ICMP-echo",), 2, PERHAPS,
       targets=10),
    of("nmap-timestamp", "nmap -sn -PP, 32 hosts", "ping-sweep", ("ICMP-timestamp",), 2, PERHAPS),
    of("nmap-system", "nmap -sS -O, 100 ports, one of them open", "vertical", ("SYN",), 3),
    of("nmap-fragments", "nmap -f, 100 ports, put together by conntrack", "vertical", ("SYN",), 3),
    of("nmap-from-80", "nmap -sS -g 80, 100 ports", "vertical", ("SYN",), 3, PERHAPS),
    of("nmap-udp-from-53", "nmap -sU -g 53, 60 ports", "vertical", ("UDP",), 2, PERHAPS),
    of("nmap-long", "nmap -sS --data-length 40, 100 ports", "vertical", ("SYN",), 3, PERHAPS),
    of("nmap-ttl", "nmap -sS --ttl 128, 100 ports", "vertical", ("SYN",), 3, PERHAPS),
    of("nmap-decoys", "nmap -sS -D, 60 ports, 5 sources", "decoy", ("SYN",), (2, 3), source=None,
       destination=SERVER, members=("198.51.100.20", "203.0.113.30", "203.0.113.99", ME,
                                    "198.51.100.77")),
    of("nmap-one-port", "nmap -sS -p445, 32 hosts", "horizontal", ("SYN",), 2),
    of("nmap-ports-of-hosts", "nmap -sS, 3 ports of 32 hosts", "horizontal", ("SYN",), 3),
    of("nmap-block", "nmap -sS, 10 ports of 16 hosts", "block", ("SYN",), 3),
    of("nmap-paranoid", "nmap -sS, 8 ports, stretched to one in 5 minutes", "vertical", ("SYN",), 1),
    of("nmap-hourly", "nmap -sS, 8 ports, stretched to one an hour", "vertical", ("SYN",), 1),
    of("nmap6-syn", "nmap -6 -sS, 100 ports", "vertical", ("SYN",), 3, PERHAPS, ME6),
    of("nmap6-connect", "nmap -6 -sT, 60 ports", "vertical", ("connect", "SYN"), 2, ("unknown",),
       ME6),
    of("nmap6-udp", "nmap -6 -sU, 60 ports", "vertical", ("UDP",), 2, PERHAPS, ME6),
    of("nmap6-echo", "nmap -6 -sn -PE, 32 hosts", "ping-sweep", ("ICMP-echo",), 2, PERHAPS, ME6,
       10),
    of("masscan", "masscan, one port of 256 hosts", "horizontal", ("SYN",), 4, ("masscan",)),
    of("masscan-ports", "masscan, 160 ports of one host", "vertical", ("SYN",), 3, ("masscan",)),
    of("zmap", "zmap, one port of 256 hosts", "horizontal", ("SYN",), 4, ("zmap",)),
    of("hping", "hping3 -S, 100 ports", "vertical", ("SYN",), 2, ("hping",)),
    of("hping-udp", "hping3 -2, 60 ports", "vertical", ("UDP",), 2, ("hping", "unknown")),
)
