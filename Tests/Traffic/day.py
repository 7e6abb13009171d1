# SPDX-License-Identifier: GPL-3.0-or-later
"""A day of traffic through `picket replay`, whose memory is looked at each hour of that day.

usage: day.py PICKET PACKETS-A-SECOND

Half of it comes from sources that are never seen again, the rest from scanners that go on all day,
from victims of floods and from hosts that answer late: the same packets in each run. Prints the
memory in MiB hour by hour; fails when the last hours have more than the sixth, in which everything
that lasts is there.
"""

import random
import struct
import subprocess
import sys

START = 1_704_067_200  # 2024-01-01T00:00:00Z
HOME = 0xC0000200  # 192.0.2.0/24
OUTSIDE = 0xC6120000  # 198.18.0.0/15: for measurements (RFC 2544)
SCANNERS = 200
# The table's memory is taken when it is filled, which with this much is long before the sixth hour.
TABLE = "4MiB"
# A table that grows would show more in the 18 hours than the allocator's own habits. Unit: KiB.
ROOM = 2048

IPV4 = struct.Struct("!BBHHHBBHII")
TCP = struct.Struct("!HHIIBBHHH")
UDP = struct.Struct("!HHHH")
IPV6 = struct.Struct("!IHBBQQQQ")
RECORD = struct.Struct("<IIII")


def tcp(source, host, port, flags, source_port=40000):
    return IPV4.pack(0x45, 0, 40, 1, 0, 64, 6, 0, source, HOME + host) + TCP.pack(
        source_port, port, 1, 0, 0x50, flags, 1024, 0, 0)


def udp(source, host, port, source_port):
    return IPV4.pack(0x45, 0, 28, 1, 0, 64, 17, 0, source, HOME + host) + UDP.pack(
        source_port, port, 8, 0)


def tcp6(prefix, address, port):
    head = IPV6.pack(0x60000000, 20, 6, 64, prefix, address, 0x20010DB800000000, 10)
    return head + TCP.pack(40000, port, 1, 0, 0x50, 2, 1024, 0, 0)


def packet(chance, number):
    kind = chance.random()
    if kind < 0.5:
        source = chance.getrandbits(17) + OUTSIDE
        return tcp(source, chance.randrange(256), chance.choice((22, 23, 80, 445, 3389)), 2)
    if kind < 0.75:
        scanner = 0xCB007100 + number % SCANNERS  # 203.0.113.0/24
        return tcp(scanner, number // SCANNERS % 256, 1 + number // 7 % 60000, 2)
    if kind < 0.85:
        return tcp(chance.getrandbits(32) | 0x08000000, chance.randrange(256), 40000, 0x12, 80)
    if kind < 0.95:
        return udp(OUTSIDE + chance.getrandbits(8), chance.randrange(256), 123, 123)
    return tcp6(0x20010DB80BAD0000 | chance.getrandbits(12), chance.getrandbits(63), 22)


def memory(process):
    with open(f"/proc/{process}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise SystemExit("the memory cannot be read")


def main(picket, rate):
    chance = random.Random(24)
    replay = subprocess.Popen(
        [picket, "replay", "--quiet", "--json", "--set", "detection.home-networks=[192.0.2.0/24]",
         "--set", f"detection.memory={TABLE}", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    stream = replay.stdin
    stream.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
    hours, number, block = [], 0, int(rate)
    for second in range(24 * 3600):
        parts = []
        for place in range(block):
            number += 1
            data = packet(chance, number)
            parts.append(RECORD.pack(
                START + second, 1_000_000 * place // block, len(data), len(data)) + data)
        stream.write(b"".join(parts))
        if second % 3600 == 3599:
            stream.flush()
            hours.append(memory(replay.pid))
    stream.close()
    if replay.wait() != 0:
        raise SystemExit(f"replay ended with {replay.returncode}")
    print(f"{number} packets of 24 hours; memory hour by hour in MiB:",
          " ".join(f"{size / 1024:.1f}" for size in hours))
    if max(hours[6:]) > hours[5] + ROOM:
        raise SystemExit("memory grows with the hours")


if __name__ == "__main__":
    main(*sys.argv[1:])
