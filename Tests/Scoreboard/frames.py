# SPDX-License-Identifier: GPL-3.0-or-later
"""Ethernet frames made by hand, and the pcap files that hold them."""

import ipaddress
import socket
import struct

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128
ROUTER = bytes.fromhex("02005e000001")  # whoever handed the packet over
HOST = bytes.fromhex("02005e000002")  # the host with the firewall

# TCP options. Source: RFC 9293 section 3.2, RFC 7323, RFC 2018.
MSS = bytes.fromhex("020405b4")
LINUX = bytes.fromhex("020405b40402080a3b9aca000000000001030307")
WINDOWS = bytes.fromhex("020405b40103030801010402")


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def ethernet(source, destination, payload, link=None, sender=ROUTER):
    """The frame as it comes from the router, or from a neighbour when `sender` says so."""
    wide = ":" in destination
    target = packed(destination)
    if link is None:
        if wide and target[0] == 0xFF:
            link = b"\x33\x33" + target[12:]
        elif not wide and 224 <= target[0] < 240:
            link = b"\x01\x00\x5e" + bytes([target[1] & 0x7F]) + target[2:]
        elif destination == "255.255.255.255":
            link = b"\xff" * 6
        else:
            link = HOST
    return link + sender + (b"\x86\xdd" if wide else b"\x08\x00") + payload


def ip(source, destination, protocol, payload, ttl=50, id=0, df=True, tos=0, fragment=0, **frame):
    """An IPv4 or IPv6 packet in a frame. `fragment`: offset in 8 bytes, 0x2000 for more to come."""
    start, end = packed(source), packed(destination)
    if ":" in source:
        header = struct.pack("!IHBB", 6 << 28 | tos << 20, len(payload), protocol, ttl) + start + end
    else:
        flags = fragment | (0x4000 if df and not fragment else 0)
        header = struct.pack("!BBHHHBBH", 0x45, tos, 20 + len(payload), id, flags, ttl, protocol, 0)
        header += start + end
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return ethernet(source, destination, header + payload, **frame)


def summed(source, destination, protocol, segment, at):
    """The segment with its checksum, which covers the addresses too, at byte `at`."""
    start, end = packed(source), packed(destination)
    pseudo = start + end + struct.pack("!IHBB", len(segment), 0, 0, protocol)
    return segment[:at] + struct.pack("!H", checksum(pseudo + segment)) + segment[at + 2:]


def tcp(source, sport, destination, dport, flags=SYN, seq=0x12345678, ack=0, window=64240,
        options=b"", data=b"", **packet):
    length = 5 + len(options) // 4
    segment = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
                          length << 4, flags, window, 0, 0) + options + data
    return ip(source, destination, 6, summed(source, destination, 6, segment, 16), **packet)


def udp(source, sport, destination, dport, data=b"", **packet):
    segment = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
    return ip(source, destination, 17, summed(source, destination, 17, segment, 6), **packet)


def icmp(source, destination, type, code=0, rest=b"\0\0\0\0", data=b"", **packet):
    wide = ":" in source
    message = struct.pack("!BBH", type, code, 0) + rest + data
    if wide:
        message = summed(source, destination, 58, message, 2)
    else:
        message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    return ip(source, destination, 58 if wide else 1, message, **packet)


def echo(source, destination, id=1, seq=1, data=bytes(range(48)), **packet):
    return icmp(source, destination, 128 if ":" in source else 8, 0,
                struct.pack("!HH", id, seq), data, **packet)


def quoted(frame):
    """What an ICMP error quotes of a frame: the IP header and eight bytes."""
    return frame[14:14 + 28]


def hosts(network):
    """The addresses of a network as text, without its own and the broadcast address."""
    return [str(host) for host in ipaddress.ip_network(network).hosts()]


def write(path, packets):
    """Packets are (seconds, frame). pcap, microseconds, Ethernet."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for seconds, frame in packets:
            micros = round(seconds * 1_000_000)
            file.write(struct.pack("<IIII", micros // 1_000_000, micros % 1_000_000,
                                   len(frame), len(frame)))
            file.write(frame)


def read(path, link=1):
    """The packets of a pcap file of that link type, as (seconds, bytes)."""
    with open(path, "rb") as file:
        data = file.read()
    magic, _, _, _, _, _, found = struct.unpack_from("<IHHiIII", data)
    if magic not in (0xA1B2C3D4, 0xA1B23C4D) or found != link:
        raise ValueError(f"{path}: not a little-endian pcap file of link type {link}")
    scale = 1e-6 if magic == 0xA1B2C3D4 else 1e-9
    packets, at = [], 24
    while at + 16 <= len(data):
        seconds, part, length, _ = struct.unpack_from("<IIII", data, at)
        packets.append((seconds + part * scale, data[at + 16:at + 16 + length]))
        at += 16 + length
    return packets
