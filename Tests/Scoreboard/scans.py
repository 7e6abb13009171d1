# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans built packet by packet: what no tool sends on demand, or not in a minute.

Outside addresses are of RFC 5737 and RFC 3849; forged floods, which need more of them, are of the
ranges for tests and carriers (RFC 2544, RFC 6598)."""

import heapq
import random
import struct

from expect import Case, Scan
from frames import (ACK, FIN, HOST, LINUX, MSS, PSH, ROUTER, URG, WINDOWS, checksum, echo, hosts, ip,
                    packed, tcp, udp)

BEGIN = 1_767_614_400  # 2026-01-05 12:00:00 UTC
HOME = "detection.home-networks=[192.0.2.0/24, 2001:db8::/64]"
SERVER = "192.0.2.10"
TARGETS = hosts("192.0.2.0/24")


def spaced(made, every, start=0.0):
    """The frames, one every so many seconds."""
    for index, frame in enumerate(made):
        yield BEGIN + start + index * every, frame


def mixed(*streams):
    """Several streams as one, in the order of time."""
    return sorted((packet for stream in streams for packet in stream), key=lambda packet: packet[0])


def connects(source, pairs, options=LINUX, seed=1, **packet):
    """SYNs as an operating system sends them, one for each (host, port)."""
    chance = random.Random(seed)
    for index, (host, port) in enumerate(pairs):
        yield tcp(source, 33000 + index % 28000, host, port, seq=chance.getrandbits(32),
                  options=options, id=chance.getrandbits(16), **packet)


def raw(source, pairs, seed=1, window=None, **packet):
    """SYNs of a program that makes them itself and that no mark is known of."""
    chance = random.Random(seed)
    window = window or 29200
    for host, port in pairs:
        yield tcp(source, chance.randrange(1025, 65535), host, port, seq=chance.getrandbits(32),
                  window=window, options=MSS, id=chance.getrandbits(16), df=False, **packet)


def mirai():
    chance = random.Random("mirai")
    made = [tcp("203.0.113.23", chance.randrange(1025, 65535), host, 23 if chance.random() < .9
                else 2323, seq=struct.unpack("!I", packed(host))[0],
                window=chance.getrandbits(16) or 1, id=chance.getrandbits(16), df=False)
            for host in chance.sample(TARGETS, 60)]
    return spaced(made, 1.7)


def sweep():
    return spaced(connects("198.51.100.61", [(host, 3389) for host in TARGETS[:40]]), 0.3)


def windows_sweep():
    return spaced(connects("198.51.100.62", [(host, 445) for host in TARGETS[:30]],
                           options=WINDOWS, ttl=113), 0.3)


def block():
    pairs = [(host, port) for host in TARGETS[:12]
             for port in (21, 22, 23, 25, 80, 110, 143, 443)]
    random.Random("block").shuffle(pairs)
    return spaced(raw("198.51.100.63", pairs), 0.5)


def pings():
    return spaced([echo("198.51.100.64", host, id=77, seq=index)
                   for index, host in enumerate(TARGETS[:24])], 0.2)


def ssdp_sweep():
    ask = (b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
           b"MX: 1\r\nST: ssdp:all\r\n\r\n")
    return spaced([udp("203.0.113.65", 41234, host, 1900, ask, id=54321, df=False)
                   for host in TARGETS[:30]], 0.1)


def rotating():
    chance = random.Random("rotating")
    return spaced([tcp(f"2001:db8:bad:1:{chance.getrandbits(16):x}:{chance.getrandbits(16):x}:"
                       f"{chance.getrandbits(16):x}:{chance.getrandbits(16) | 1:x}",
                       chance.randrange(1025, 65535), "2001:db8::10", port,
                       seq=chance.getrandbits(32), window=28800, options=MSS)
                   for port in chance.sample(range(1, 1000), 40)], 2.0)


def rotating_site():
    chance = random.Random("site")
    return spaced([tcp(f"2001:db8:bad:{index + 1:x}::{chance.getrandbits(16) | 1:x}",
                       chance.randrange(1025, 65535), "2001:db8::10", port,
                       seq=chance.getrandbits(32), window=28800, options=MSS)
                   for index, port in enumerate(chance.sample(range(1, 1000), 60))], 2.0)


def crew(count):
    return [f"{net}{last}" for net in ("198.51.100.", "203.0.113.")
            for last in range(2, 2 + count // 2)]


def distributed(name, sources, each, every):
    chance = random.Random(name)
    ports = list(range(1, sources * each + 1))
    chance.shuffle(ports)
    tasks = [(source, port) for index, source in enumerate(crew(sources))
             for port in ports[index * each:(index + 1) * each]]
    chance.shuffle(tasks)
    ttl = {source: chance.randrange(40, 58) for source in crew(sources)}
    return spaced([tcp(source, chance.randrange(1025, 65535), SERVER, port,
                       seq=chance.getrandbits(32), window=1024, options=MSS, df=False,
                       ttl=ttl[source], id=chance.getrandbits(16)) for source, port in tasks], every)


def two_scanners():
    streams = []
    for source, start, every, window in (("198.51.100.71", 0, .5, 29200),
                                         ("203.0.113.72", .23, .61, 8192)):
        ports = list(range(1, 61))
        random.Random(source).shuffle(ports)
        streams.append(spaced(raw(source, [(SERVER, port) for port in ports], seed=source,
                                  window=window), every, start))
    return mixed(*streams)


DECOYS = ("198.51.100.81", "198.51.100.82", "203.0.113.83", "203.0.113.84")


def plain_decoys():
    """Decoys by a program that gives each packet its own port and sequence number."""
    chance = random.Random("decoys")
    packets = []
    for index, port in enumerate(chance.sample(range(1, 1024), 50)):
        for place, source in enumerate(DECOYS):
            packets.append((BEGIN + index * .7 + place * .004,
                            tcp(source, chance.randrange(1025, 65535), SERVER, port,
                                seq=chance.getrandbits(32), window=16384, options=MSS, df=False,
                                ttl=53, id=chance.getrandbits(16))))
    return packets


def slow(hours, pairs):
    return spaced(connects("203.0.113.91", pairs, seed="slow"), hours * 3600)


def forged(count, rate, seed, port=80, host="192.0.2.80"):
    """One SYN each from addresses that answer to nobody, as hping3 --rand-source sends them."""
    chance = random.Random(seed)
    template = bytearray(tcp("198.18.0.0", 0, host, port, window=512, df=False, ttl=49))
    template[36:38] = b"\0\0"
    partial = ~checksum(bytes(template[14:24]) + b"\0\0" + bytes(template[26:34])) & 0xFFFF
    networks = ((0xC6120000, 17), (0x64400000, 22))
    used = set()
    for index in range(count):
        base, bits = networks[chance.random() > .03]
        source = base | chance.getrandbits(bits)
        while source in used:
            base, bits = networks[1]
            source = base | chance.getrandbits(bits)
        used.add(source)
        struct.pack_into("!I", template, 26, source)
        # The header's checksum, by the difference to the template. Source: RFC 1624.
        total = partial - 0xC612 + (source >> 16) + (source & 0xFFFF)
        while total >> 16 or total < 0:
            total = (total & 0xFFFF) + (total >> 16)
        struct.pack_into("!H", template, 24, ~total & 0xFFFF)
        struct.pack_into("!HHI", template, 34, 1024 + index % 60000, port, chance.getrandbits(32))
        yield BEGIN + index / rate, bytes(template)


def among_forged(count, rate, every, ports, seed):
    """A real scanner, one probe every so many seconds, in a flood."""
    probes = spaced(raw("203.0.113.99", [(SERVER, port) for port in range(20, 20 + ports)]),
                    every, 0.5)
    return heapq.merge(forged(count, rate, seed), probes, key=lambda packet: packet[0])


def infected():
    chance = random.Random("infected")
    outside = chance.sample(hosts("198.51.100.0/24") + hosts("203.0.113.0/24"), 60)
    return spaced(connects("192.0.2.66", [(host, 445) for host in outside], ttl=64,
                           sender=HOST, link=ROUTER), .4)


def internal():
    return spaced(connects("192.0.2.67", [("192.0.2.68", port) for port in range(20, 60)], ttl=64),
                  .3)


def cut():
    """What nmap -f sends where nobody puts the fragments together: eight bytes of TCP each."""
    chance = random.Random("cut")
    packets = []
    for index, port in enumerate(range(1, 61)):
        whole = tcp("198.51.100.7", 51234, SERVER, port, seq=0x1234ABCD, window=1024, options=MSS,
                    df=False)[34:]
        id = chance.getrandbits(16)
        for offset in range(0, len(whole), 8):
            more = 0x2000 if offset + 8 < len(whole) else 0
            packets.append((BEGIN + index * .1 + offset * 1e-5,
                            ip("198.51.100.7", SERVER, 6, whole[offset:offset + 8], ttl=47, id=id,
                               fragment=offset // 8 | more)))
    return packets


def strange_flags():
    """Flags that no stack sends first: FIN+URG, PSH+URG, PSH."""
    chance = random.Random("flags")
    return spaced([tcp("203.0.113.55", 40000 + port, SERVER, port, flags=chance.choice(
        (FIN | URG, PSH | URG, PSH)), seq=chance.getrandbits(32), window=1300, df=False)
        for port in range(100, 140)], .4)


def patient_acks():
    """ACK alone, from and to anywhere, by nobody's tool: twenty targets are a scan."""
    chance = random.Random("acks")
    return spaced([tcp("203.0.113.56", chance.randrange(1025, 30000), SERVER, port, flags=ACK,
                       seq=chance.getrandbits(32), ack=chance.getrandbits(32), window=502)
                   for port in range(200, 260)], .4)


BUILT = (
    Case("mirai", "Mirai: 60 hosts, telnet ports, sequence number = destination", mirai,
         (Scan("203.0.113.23", "horizontal", ("SYN",), 3, ("mirai",)),)),
    Case("sweep-one-port", "one port of 40 hosts, by an operating system's connects", sweep,
         (Scan("198.51.100.61", "horizontal", ("connect", "SYN"), 2),)),
    Case("sweep-windows", "one port of 30 hosts from a Windows machine", windows_sweep,
         (Scan("198.51.100.62", "horizontal", ("connect", "SYN"), 2),)),
    Case("block", "8 ports of 12 hosts, mixed", block,
         (Scan("198.51.100.63", "block", ("SYN",), 2),)),
    Case("ping-sweep", "echo requests to 24 hosts", pings,
         (Scan("198.51.100.64", "ping-sweep", ("ICMP-echo",), 2, targets=10),)),
    Case("sweep-ssdp", "UDP 1900 of 30 hosts from far away", ssdp_sweep,
         (Scan("203.0.113.65", "horizontal", ("UDP",), 2, ("unknown", "zmap")),)),
    Case("rotating-64", "40 probes, each from another address of one /64", rotating,
         (Scan("2001:db8:bad:1::/64", "vertical", ("SYN",), 2, rotating=True),)),
    Case("rotating-48", "60 probes, each from another /64 of one /48", rotating_site,
         (Scan("2001:db8:bad::/48", "vertical", ("SYN",), 2, targets=8,
               rotating=True),)),
    Case("distributed-200", "1000 ports of one host by 200 sources, 5 each, in 8 min",
         lambda: distributed("distributed", 200, 5, .48),
         (Scan(None, "distributed", ("SYN",), 3, ("unknown", "nmap"), targets=40,
               destination=SERVER, members=tuple(crew(200))),)),
    Case("distributed-60", "240 ports of one host by 60 sources, 4 each, in 4 min",
         lambda: distributed("sixty", 60, 4, 1),
         (Scan(None, "distributed", ("SYN",), 3, ("unknown", "nmap"), targets=40,
               destination=SERVER, members=tuple(crew(60))),)),
    Case("two-scanners", "two people scan the same 60 ports at once", two_scanners,
         (Scan("198.51.100.71", "vertical", ("SYN",), 2),
          Scan("203.0.113.72", "vertical", ("SYN",), 2))),
    Case("decoys-plain", "4 sources, the same 50 ports in the same order, nothing else shared",
         plain_decoys,
         (Scan(None, "decoy", ("SYN",), (2, 3), destination=SERVER, members=DECOYS),)),
    Case("slow-6h", "8 ports, one every 6 hours", lambda: slow(6, [
        (SERVER, port) for port in (21, 22, 23, 25, 80, 110, 443, 3389)]),
         (Scan("203.0.113.91", "vertical", ("connect", "SYN"), 1),)),
    Case("slow-sweep", "one port of 9 hosts, one every 5 hours", lambda: slow(5, [
        (host, 22) for host in TARGETS[:9]]),
         (Scan("203.0.113.91", "horizontal", ("connect", "SYN"), 1),)),
    Case("among-60k", "a probe a second while 60,000 forged sources flood another host",
         lambda: among_forged(60_000, 2_000, 1, 29, "sixty thousand"),
         (Scan("203.0.113.99", "vertical", ("SYN",), 2),), flood=True),
    Case("among-1m", "a probe a second while 1,000,000 forged sources flood another host",
         lambda: among_forged(1_000_000, 25_000, 1, 39, "a million"),
         (Scan("203.0.113.99", "vertical", ("SYN",), 2),), flood=True, large=True),
    Case("slow-among-2m", "a probe every 5 minutes while 1,000 forged sources a second flood",
         lambda: among_forged(2_100_000, 1_000, 300, 7, "two millions"),
         (Scan("203.0.113.99", "vertical", ("SYN",), 1),), flood=True, large=True),
    Case("outbound", "an infected host inside asks 60 hosts outside", infected,
         (Scan("192.0.2.66", "horizontal", ("connect", "SYN"), 3, targets=25,
               direction="outbound"),), settings=(HOME,)),
    Case("internal", "one host inside scans another", internal,
         (Scan("192.0.2.67", "vertical", ("connect", "SYN"), 2, direction="internal"),),
         settings=(HOME,)),
    Case("fragments-cut", "nmap -f, the fragments not put together", cut,
         (Scan("198.51.100.7", "vertical", ("other",), 2, ("unknown", "nmap"),
               whole=frozenset({"SYN"})),)),
    Case("strange-flags", "40 ports with flags that no stack sends first", strange_flags,
         (Scan("203.0.113.55", "vertical", ("other",), 2),)),
    Case("ack-unmarked", "60 ports by ACK alone, without a tool's mark", patient_acks,
         (Scan("203.0.113.56", "vertical", ("ACK", "window"), 2, targets=20),)),
)
