#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what the speed test replays: a pcap of raw IP, or a kernel log's text.

    make-load.py pcap PACKETS >FILE
    make-load.py log  LINES   >FILE

The mix is that of a busy router's drops: 20,000 sources, a tenth of them over IPv6, SYNs to many
ports, UDP, pings, late packets and backscatter. The same numbers always give the same bytes.
"""
import struct
import sys

SOURCES = 20000


class Random:
    """A linear congruential generator (Knuth's MMIX), the same everywhere."""

    def __init__(self):
        self.state = 42

    def below(self, bound):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
        return (self.state >> 33) % bound


def tcp(sport, dport, flags, seq):
    # An option of four bytes, the segment size, as scanners send it.
    return struct.pack(">HHIIBBHHH", sport, dport, seq, 0, 6 << 4, flags, 1024, 0, 0) + b"\2\4\5\xb4"


def packet(random, number):
    """One packet: (IP version, bytes, the words of a log line)."""
    index = random.below(SOURCES)
    dice = random.below(10)
    sport, dport = 1024 + random.below(60000), 1 + random.below(65535)
    if dice < 6:
        protocol, body = 6, tcp(sport, dport, 2, number)
        words = "PROTO=TCP SPT=%d DPT=%d WINDOW=1024 RES=0x00 SYN URGP=0 " % (sport, dport)
    elif dice < 7:
        protocol, body = 6, tcp(443, 32768 + sport // 2, 0x11, number)
        words = "PROTO=TCP SPT=443 DPT=%d WINDOW=501 RES=0x00 ACK FIN URGP=0 " % (32768 + sport // 2)
    elif dice < 8:
        protocol, body = 6, tcp(80, sport, 0x12, number)
        words = "PROTO=TCP SPT=80 DPT=%d WINDOW=501 RES=0x00 ACK SYN URGP=0 " % sport
    elif dice < 9:
        protocol, body = 17, struct.pack(">HHHH", sport, dport, 20, 0) + b"x" * 12
        words = "PROTO=UDP SPT=%d DPT=%d LEN=20 " % (sport, dport)
    else:
        v6 = index % 10 == 0
        protocol = 58 if v6 else 1
        body = struct.pack(">BBHHH", 128 if v6 else 8, 0, 0, index & 0xFFFF, number & 0xFFFF)
        words = "PROTO=%s TYPE=%d CODE=0 ID=%d SEQ=%d " % (
            "ICMPv6" if v6 else "ICMP", body[0], index & 0xFFFF, number & 0xFFFF)
    host = random.below(250)
    if index % 10 == 0:
        source = bytes([0x20, 1, 0xD, 0xB8, 1, 0, index >> 8, index & 255]) + bytes(7) + b"\7"
        target = bytes([0x20, 1, 0xD, 0xB8]) + bytes(11) + bytes([host + 1])
        header = struct.pack(">IHBB", 6 << 28, len(body), protocol, 57) + source + target
        head = "SRC=%s DST=%s LEN=%d TC=0 HOPLIMIT=57 FLOWLBL=0 " % (
            colons(source), colons(target), 40 + len(body))
        return 6, header + body, head + words
    source = bytes([198, 18 + (index >> 14), index >> 8 & 0x3F, index & 255])
    target = bytes([192, 0, 2, host + 1])
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), number & 0xFFFF, 0, 57, protocol, 0)
    head = "SRC=%s DST=%s LEN=%d TOS=0x00 PREC=0x00 TTL=57 ID=%d " % (
        ".".join(map(str, source)), ".".join(map(str, target)), 20 + len(body), number & 0xFFFF)
    return 4, header + source + target + body, head + words


def colons(address):
    return ":".join("%02x%02x" % (address[i], address[i + 1]) for i in range(0, 16, 2))


def main():
    kind, count = sys.argv[1], int(sys.argv[2])
    out = sys.stdout.buffer
    random = Random()
    if kind == "pcap":
        # Nanoseconds, raw IP.
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 101))
    for number in range(count):
        # Ten thousand packets a second.
        seconds, fraction = divmod(number, 10000)
        _, data, words = packet(random, number)
        if kind == "pcap":
            out.write(struct.pack("<IIII", 1704067200 + seconds, fraction * 100000,
                                  len(data), len(data)) + data)
        else:
            minute, second = divmod(seconds, 60)
            out.write(("Mar 15 20:%02d:%02d router kernel: [%d.%06d] Shorewall:net-fw:DROP:IN=eth0 "
                       "OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 %s\n" % (
                           minute, second, 810294 + seconds, fraction * 100, words)).encode())


main()
