# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic that is dropped every day and is no scan: each the innocent twin of one."""

import random
import struct

from expect import Case, Scan
from frames import (ACK, FIN, LINUX, MSS, PSH, RST, SYN, WINDOWS, echo, icmp, ip, quoted, tcp, udp)
from scans import BEGIN, SERVER, TARGETS, connects, crew, forged, mixed, raw, spaced

DAY = 86_400
POPULAR = (23, 23, 23, 445, 445, 22, 22, 80, 443, 8080, 3389, 5555, 1433, 6379, 8443, 2323, 81,
           5900, 25, 3306, 5060, 8000, 8888, 60023, 37215, 7547, 9200, 2375, 11211, 21)


def anywhere(chance, used):
    """An outside address that nobody had yet."""
    while True:
        source = f"100.{chance.randrange(64, 128)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"
        if source not in used:
            used.add(source)
            return source


def stack(chance):
    """Window, options, TTL of some program or system: not everybody on the Internet is one botnet."""
    return chance.choice((
        dict(window=1024, options=MSS, df=False, ttl=chance.randrange(230, 250)),
        dict(window=65535, options=b"", df=False, ttl=chance.randrange(220, 250), id=54321),
        dict(window=chance.randrange(1000, 65535), options=b"", df=False,
             ttl=chance.randrange(35, 60)),
        dict(window=64240, options=WINDOWS, ttl=chance.randrange(100, 125)),
        dict(window=29200, options=LINUX, ttl=chance.randrange(40, 60)),
        dict(window=14600, options=LINUX, ttl=chance.randrange(40, 60)),
        dict(window=5840, options=MSS, ttl=chance.randrange(40, 60)),
    ))


def radiation(sources=1500, length=DAY, name="radiation"):
    """Many sources with one to four targets each, some of them backscatter, over a day."""
    chance, used, packets = random.Random(name), set(), []
    for _ in range(sources):
        source, when = anywhere(chance, used), chance.random() * length
        kind = chance.random()
        look = stack(chance)
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
            host, port = chance.choice(TARGETS[:16]), chance.choice(POPULAR)
            sport = chance.randrange(1025, 65535)
            if kind < .78:
                look["id"] = look.get("id") if look.get("id") == 54321 else chance.getrandbits(16)
                made = [tcp(source, sport, host, port, seq=chance.getrandbits(32), **look)]
                if look["options"] == LINUX and chance.random() < .5:
                    packets += [(BEGIN + when + pause, made[0]) for pause in (1, 3)]
            elif kind < .88:
                made = [udp(source, sport, host, chance.choice((53, 123, 161, 1900, 5060, 389)),
                            b"\0" * 24, df=False)]
            elif kind < .96:
                made = [tcp(source, chance.choice((80, 443, 22)), host, chance.randrange(1025, 65535),
                            flags=chance.choice((SYN | ACK, RST | ACK, RST)),
                            ack=chance.getrandbits(32), options=b"")]
            else:
                made = [echo(source, host, id=chance.getrandbits(16))]
            packets += [(BEGIN + when, frame) for frame in made]
            when = min(when + chance.expovariate(1 / 900), length)
    return sorted(packets, key=lambda packet: packet[0])


def rush():
    """600 sources ask one host for the same thirty ports within ten minutes."""
    chance, used, packets = random.Random("rush"), set(), []
    for _ in range(600):
        source, when, look = anywhere(chance, used), chance.random() * 600, stack(chance)
        for port in set(chance.choice(POPULAR) for _ in range(chance.choice((1, 1, 2, 2, 3)))):
            packets.append((BEGIN + when, tcp(source, chance.randrange(1025, 65535), SERVER, port,
                                              seq=chance.getrandbits(32), **look)))
            when += chance.random() * 5
    return sorted(packets, key=lambda packet: packet[0])


def backscatter():
    """500 web servers answer somebody who forged our addresses."""
    chance, used, packets = random.Random("backscatter"), set(), []
    for _ in range(500):
        server, port, host = anywhere(chance, used), chance.choice((80, 443)), chance.choice(TARGETS)
        for again in range(chance.randrange(2, 9)):
            flags = chance.choices((SYN | ACK, RST, RST | ACK), (72, 25, 3))[0]
            packets.append((BEGIN + chance.random() * 120, tcp(
                server, port, chance.choice((host, chance.choice(TARGETS))),
                chance.randrange(1, 65535), flags=flags, seq=chance.getrandbits(32),
                ack=chance.getrandbits(32), options=MSS if flags & SYN else b"",
                window=65535 if flags & SYN else 0)))
        if chance.random() < .2:
            forged_one = tcp(host, 4321, server, port)
            packets.append((BEGIN + chance.random() * 120, icmp(
                server, host, 3, chance.choice((1, 3, 13)), data=quoted(forged_one))))
    return sorted(packets, key=lambda packet: packet[0])


def late():
    """A busy host's closed connections: 60 servers say something more, to 40 ports each."""
    chance, packets = random.Random("late"), []
    for server in crew(60):
        for _ in range(40):
            flags = chance.choice((FIN | ACK, ACK, PSH | ACK, FIN | PSH | ACK, RST))
            packets.append((BEGIN + chance.random() * 1800, tcp(
                server, chance.choice((443, 443, 80, 993)), SERVER, chance.randrange(32768, 61000),
                flags=flags, seq=chance.getrandbits(32), ack=chance.getrandbits(32), window=501,
                data=b"\x17\x03\x03\0\x13" + b"x" * 19 if flags & PSH else b"")))
    return sorted(packets, key=lambda packet: packet[0])


def dns():
    """Four resolvers and two time servers answer after the firewall has forgotten the question."""
    chance, packets = random.Random("dns"), []
    for _ in range(600):
        server = chance.choice(("198.51.100.53", "203.0.113.53", "198.51.100.54", "203.0.113.54"))
        answer = struct.pack("!HHHHHH", chance.getrandbits(16), 0x8180, 1, 1, 0, 0) + (
            b"\3www\7example\3org\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc6\x33\x64\1")
        packets.append((BEGIN + chance.random() * 600, udp(
            server, 53, SERVER, chance.randrange(32768, 61000), answer)))
    for _ in range(60):
        packets.append((BEGIN + chance.random() * 600, udp(
            chance.choice(("198.51.100.123", "203.0.113.123")), 123, SERVER,
            chance.choice((123, chance.randrange(32768, 61000))), b"\x24\x02\x03\xe9" + b"\1" * 44)))
    return sorted(packets, key=lambda packet: packet[0])


def media():
    """QUIC tails, RTP after the call, STUN answers of many peers."""
    chance, packets = random.Random("media"), []
    for server in crew(20):
        for _ in range(30):
            packets.append((BEGIN + chance.random() * 900, udp(
                server, 443, SERVER, chance.randrange(32768, 61000),
                bytes([0x40 | chance.getrandbits(6)]) + chance.randbytes(chance.randrange(24, 90)))))
    for call in range(3):
        source, ports = f"203.0.113.{200 + call}", (40000 + 2 * call, 50000 + 2 * call)
        for index in range(400):
            packets.append((BEGIN + 100 * call + index * .02, udp(
                source, ports[0], SERVER, ports[1],
                struct.pack("!BBHII", 0x80, 0, index, index * 160, 0xCAFE) + b"\xd5" * 160)))
    for peer in crew(60)[20:]:
        for _ in range(4):
            packets.append((BEGIN + chance.random() * 900, udp(
                peer, chance.choice((3478, 19302)), SERVER, chance.randrange(49152, 65535),
                struct.pack("!HHI", 0x0101, 12, 0x2112A442) + chance.randbytes(24))))
    return sorted(packets, key=lambda packet: packet[0])


def peers():
    """A closed BitTorrent client: 400 peers keep asking for its port, by TCP, uTP and DHT."""
    chance, used, packets = random.Random("peers"), set(), []
    for _ in range(400):
        source, sport = anywhere(chance, used), chance.choice((6881, chance.randrange(1025, 65535)))
        for _ in range(chance.randrange(1, 6)):
            when, kind = BEGIN + chance.random() * 3600, chance.random()
            if kind < .4:
                packets.append((when, tcp(source, chance.randrange(1025, 65535), SERVER, 51413,
                                          seq=chance.getrandbits(32), options=LINUX)))
            else:
                packets.append((when, udp(source, sport, SERVER, 51413, b"d1:ad2:id20:" +
                                          chance.randbytes(20) + b"e1:q4:ping1:t2:aa1:y1:qe")))
    return sorted(packets, key=lambda packet: packet[0])


def monitor():
    """A monitoring system asks the same four things every five minutes, for a week."""
    chance, packets = random.Random("monitor"), []
    for round in range(7 * 288):
        when = BEGIN + round * 300
        packets.append((when, echo("203.0.113.40", SERVER, id=round & 0xFFFF, seq=1)))
        for pause, port in ((1, 443), (2, 25)):
            packets.append((when + pause, tcp(
                "203.0.113.40", chance.randrange(32768, 61000), SERVER, port,
                seq=chance.getrandbits(32), options=LINUX)))
        if round % 6 == 0:
            packets.append((when + 3, udp("203.0.113.40", chance.randrange(32768, 61000), SERVER,
                                          161, b"0\x26\2\1\1\4\6public" + b"\0" * 27)))
    return packets


def mail():
    """Twelve mail servers of a provider try again every half hour, for two days."""
    chance, packets = random.Random("mail"), []
    for place in range(12):
        source = f"198.51.100.{130 + place}"
        for attempt in range(96):
            for host in ("192.0.2.25", "192.0.2.26"):
                frame = tcp(source, chance.randrange(32768, 61000), host, 25,
                            seq=chance.getrandbits(32), options=LINUX)
                when = BEGIN + attempt * 1800 + place * 17 + (5 if host[-1] == "6" else 0)
                packets += [(when + pause, frame) for pause in (0, 1, 3, 7)]
    return sorted(packets, key=lambda packet: packet[0])


def knocking():
    """Somebody knocks at four ports twice a day before connecting, for ten days."""
    chance, packets = random.Random("knock"), []
    for visit in range(20):
        for index, port in enumerate((7000, 8000, 9000, 10000)):
            packets.append((BEGIN + visit * DAY / 2 + index * .3, tcp(
                "203.0.113.44", chance.randrange(32768, 61000), SERVER, port,
                seq=chance.getrandbits(32), options=LINUX)))
    return packets


def traceroute(kind):
    """The probes of one traceroute that came as far as the host, which does not answer."""
    chance, packets = random.Random("traceroute " + kind), []
    for hop in range(18):
        for probe in range(3):
            index = hop * 3 + probe
            ttl = hop + 1
            if kind == "udp":
                frame = udp("203.0.113.45", 41000 + index, SERVER, 33434 + 36 + index, b"@" * 32,
                            ttl=ttl, df=False)
            elif kind == "icmp":
                frame = echo("203.0.113.45", SERVER, id=4711, seq=37 + index, ttl=ttl, df=False)
            else:
                frame = tcp("203.0.113.45", chance.randrange(32768, 61000), SERVER, 80, ttl=ttl,
                            seq=chance.getrandbits(32), window=5840, options=LINUX)
            packets.append((BEGIN + index * .8, frame))
    return packets


def reboot():
    """The router forgot all connections: clients go on talking to services, servers to clients."""
    chance, packets = random.Random("reboot"), []
    for client in crew(120):
        for _ in range(chance.randrange(1, 5)):
            host, port = chance.choice(TARGETS[:6]), chance.choice((443, 443, 80, 993, 22, 25))
            sport, seq = chance.randrange(32768, 61000), chance.getrandbits(32)
            for pause in (0, .3, .9, 2.1, 4.5, 9.3):
                packets.append((BEGIN + chance.random() * 3 + pause, tcp(
                    client, sport, host, port, flags=chance.choice((ACK, PSH | ACK)), seq=seq,
                    ack=seq ^ 0xFFFF, window=501, data=b"x" * 40)))
    for server in crew(60)[:20]:
        for _ in range(12):
            packets.append((BEGIN + chance.random() * 60, tcp(
                server, 443, chance.choice(TARGETS[20:40]), chance.randrange(32768, 61000),
                flags=PSH | ACK, seq=chance.getrandbits(32), ack=chance.getrandbits(32),
                data=b"y" * 100)))
    return sorted(packets, key=lambda packet: packet[0])


def chatter():
    """What neighbours say to everybody: mDNS, SSDP, DHCP, NetBIOS, LLMNR, IGMP, MLD, discovery."""
    chance, packets = random.Random("chatter"), []
    for place in range(12):
        source, wide = f"192.0.2.{100 + place}", f"fe80::200:ff:fe00:{100 + place:x}"
        sender = bytes([2, 0, 0, 0, 1, place])
        for _ in range(25):
            made = [
                udp(source, 5353, "224.0.0.251", 5353, b"\0" * 40, ttl=255, sender=sender),
                udp(source, chance.randrange(49152, 65535), "239.255.255.250", 1900, b"M-SEARCH",
                    ttl=2, sender=sender),
                udp(source, 137, "192.0.2.255", 137, b"\0" * 50, ttl=64, link=b"\xff" * 6,
                    sender=sender),
                udp(source, 138, "192.0.2.255", 138, b"\0" * 180, ttl=64, link=b"\xff" * 6,
                    sender=sender),
                udp(source, 54000 + place, "224.0.0.252", 5355, b"\0" * 30, ttl=1, sender=sender),
                udp("0.0.0.0", 68, "255.255.255.255", 67, b"\1\1\6\0" + b"\0" * 296, ttl=64,
                    sender=sender),
                ip(source, "224.0.0.22", 2, b"\x22\0\xf9\x02\0\0\0\1\4\0\0\0\xe0\0\0\xfb", ttl=1,
                   sender=sender),
                udp(wide, 5353, "ff02::fb", 5353, b"\0" * 40, ttl=255, sender=sender),
                icmp(wide, "ff02::1:ff00:10", 135, data=b" \1\r\xb8" + b"\0" * 11 + b"\x10",
                     ttl=255, sender=sender),
                icmp(wide, "ff02::16", 143, data=b"\4\0\0\0\xff\2" + b"\0" * 13 + b"\xfb", ttl=1,
                     sender=sender),
                udp(wide, 546, "ff02::1:2", 547, b"\1" + b"\0" * 40, ttl=1, sender=sender),
            ]
            packets += [(BEGIN + chance.random() * 3600, frame) for frame in made]
    for index in range(60):
        packets.append((BEGIN + index * 60, icmp("fe80::1", "ff02::1", 134, data=b"\0" * 12, ttl=255)))
        packets.append((BEGIN + index * 60 + 1, ip("192.0.2.1", "224.0.0.1", 2,
                                                   b"\x11\x64\xee\x9b\0\0\0\0", ttl=1)))
    return sorted(packets, key=lambda packet: packet[0])


def daily():
    """A client that tries the same four services every day, for two weeks, and never gets in."""
    chance, packets = random.Random("daily"), []
    for day in range(14):
        for index, port in enumerate((993, 587, 5222, 8443)):
            frame = tcp("203.0.113.46", chance.randrange(32768, 61000), SERVER, port,
                        seq=chance.getrandbits(32), options=LINUX)
            packets += [(BEGIN + day * DAY + index * 20 + pause, frame) for pause in (0, 1, 3, 7, 15)]
    return packets


def browser():
    """A web client tries port 80 and 443 of a site on two addresses, in vain, all day."""
    chance, packets = random.Random("browser"), []
    for attempt in range(8):
        for host in ("192.0.2.80", "192.0.2.81"):
            for port in (80, 443):
                frame = tcp("203.0.113.47", chance.randrange(32768, 61000), host, port,
                            seq=chance.getrandbits(32), options=WINDOWS, ttl=113)
                packets += [(BEGIN + attempt * 10_000 + pause, frame) for pause in (0, 1, 3)]
    return sorted(packets, key=lambda packet: packet[0])


def carrier():
    """A thousand customers behind two addresses of a carrier use four services of ours."""
    chance, packets = random.Random("carrier"), []
    for source in ("203.0.113.48", "203.0.113.49"):
        for index in range(400):
            packets.append((BEGIN + index * 200 + chance.random() * 100, tcp(
                source, chance.randrange(1025, 65535), SERVER, (80, 443, 993, 587)[index % 4],
                seq=chance.getrandbits(32), **stack(chance))))
    return sorted(packets, key=lambda packet: packet[0])


def martians():
    """Sources that cannot be, at thirty ports each."""
    chance = random.Random("martians")
    return spaced([tcp(source, chance.randrange(1025, 65535), SERVER, port,
                       seq=chance.getrandbits(32), options=MSS)
                   for port in range(1000, 1030)
                   for source in ("127.0.0.1", "0.0.0.0", "240.1.2.3", "224.0.0.9", SERVER)], .05)


def fragments():
    """The later fragments of big answers whose beginning was lost."""
    chance = random.Random("fragments")
    return spaced([ip("203.0.113.50", host, 17, b"z" * 1000, df=False, id=chance.getrandbits(16),
                      fragment=185 + 125 * chance.randrange(3)) for host in TARGETS[:40]
                   for _ in range(3)], .1)


def errors():
    """Routers say that our own packets did not arrive."""
    chance, packets = random.Random("errors"), []
    for router in crew(50):
        for index in range(10):
            lost = udp(chance.choice(TARGETS[:30]), 40000, "203.0.113.250", 33000 + index)
            packets.append((BEGIN + chance.random() * 300, icmp(
                router, chance.choice(TARGETS[:30]), *chance.choice(((3, 1), (3, 10), (11, 0))),
                data=quoted(lost))))
    return sorted(packets, key=lambda packet: packet[0])


def nearly():
    """Thirty sources with four targets each, and nine hosts pinged by one."""
    chance, packets = random.Random("nearly"), []
    for source in crew(30):
        pairs = [(chance.choice(TARGETS[:30]), port) for port in chance.sample(POPULAR[8:], 4)]
        packets += spaced(connects(source, pairs, seed=source), 2, chance.random() * 3000)
    packets += spaced([echo("203.0.113.222", host) for host in TARGETS[:9]], 1)
    return mixed(packets)


def hidden():
    """A scanner with a probe every twenty minutes, in a day of background radiation."""
    ports = random.Random("hidden").sample(range(1, 1024), 60)
    return mixed(radiation(name="hidden"), spaced(
        raw("203.0.113.201", [(SERVER, port) for port in ports]), 1200, 333))


# Not quiet, but made of what is.
HIDDEN = (
    Case("among-radiation", "60 ports, one every 20 minutes, in a day of background radiation",
         hidden, (Scan("203.0.113.201", "vertical", ("SYN",), 2),)),
)
QUIET = (
    Case("quiet-radiation", "a day of background radiation: 1,500 sources, 1 to 4 targets each",
         radiation),
    Case("quiet-rush", "600 sources ask one host for the same popular ports in ten minutes", rush),
    Case("quiet-backscatter", "500 web servers answer a forged flood", backscatter),
    Case("quiet-late", "late packets of a busy host's connections", late),
    Case("quiet-dns", "DNS and NTP answers after the time-out", dns),
    Case("quiet-media", "QUIC tails, RTP after the call, STUN answers", media),
    Case("quiet-peers", "400 peers of a closed BitTorrent client", peers),
    Case("quiet-monitor", "a monitoring system asks four things for a week", monitor),
    Case("quiet-mail", "twelve mail servers try again for two days", mail),
    Case("quiet-knocking", "port knocking with four ports, twice a day", knocking),
    Case("quiet-traceroute-udp", "traceroute by UDP", lambda: traceroute("udp"),
         told="traceroute from 203.0.113.45"),
    Case("quiet-traceroute-icmp", "traceroute by ICMP", lambda: traceroute("icmp"),
         told="traceroute from 203.0.113.45"),
    Case("quiet-traceroute-tcp", "traceroute by TCP", lambda: traceroute("tcp"),
         told="traceroute from 203.0.113.45"),
    Case("quiet-reboot", "the router forgot all connections", reboot),
    Case("quiet-chatter", "what neighbours say to everybody", chatter),
    Case("quiet-daily", "a client that tries four services every day for two weeks", daily),
    Case("quiet-browser", "a web client tries two ports of two addresses all day", browser),
    Case("quiet-carrier", "many customers behind two addresses use four services", carrier),
    Case("quiet-martians", "sources that cannot be", martians),
    Case("quiet-fragments", "later fragments", fragments),
    Case("quiet-errors", "routers' errors about our own packets", errors),
    Case("quiet-nearly", "thirty sources with four targets, nine hosts pinged", nearly),
    Case("quiet-flood", "20,000 forged sources flood a web server: a flood, and no scan",
         lambda: forged(20_000, 2_000, "flood"), flood=True),
)
