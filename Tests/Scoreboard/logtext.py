# SPDX-License-Identifier: GPL-3.0-or-later
"""A captured frame as the kernel's LOG target writes it, for programs that read logs.

Source: nf_log_syslog.c of Linux 6.1; with --log-tcp-options and --log-ip-options, which psad asks
for. Not with --log-tcp-sequence: psad 2.4.6 cannot read IPv6 lines that have it."""

import socket
import struct
import time

FLAGS = ((0x80, "CWR"), (0x40, "ECE"), (0x20, "URG"), (0x10, "ACK"), (8, "PSH"), (4, "RST"),
         (2, "SYN"), (1, "FIN"))
EXTENSIONS = {0: "HOPOPTS", 43: "RT", 60: "DSTOPTS"}


def tcp(data):
    if len(data) < 20:
        return f"INCOMPLETE [{len(data)} bytes] "
    sport, dport, _, _, length, flags, window, _, urgent = struct.unpack_from("!HHIIBBHHH", data)
    text = f"SPT={sport} DPT={dport} WINDOW={window} "
    text += f"RES=0x{(length & 15) << 2 | flags >> 6:02x} "
    text += "".join(f"{name} " for bit, name in FLAGS if flags & bit) + f"URGP={urgent} "
    options = data[20:(length >> 4) * 4]
    return text + (f"OPT ({options.hex().upper()}) " if options else "")


def udp(data):
    if len(data) < 8:
        return f"INCOMPLETE [{len(data)} bytes] "
    return "SPT={} DPT={} LEN={} ".format(*struct.unpack_from("!HHH", data))


def icmp(data, wide):
    if len(data) < 4 if wide else len(data) < 8:
        return f"INCOMPLETE [{len(data)} bytes] "
    text = f"TYPE={data[0]} CODE={data[1]} "
    echo = data[0] in ((128, 129) if wide else (0, 8))
    asked = data[0] in (() if wide else (13, 14, 15, 16, 17, 18))
    if (echo or asked) and len(data) >= 8:
        text += "ID={} SEQ={} ".format(*struct.unpack_from("!HH", data, 4))
    if data[0] in ((1, 2, 3, 4) if wide else (3, 4, 11, 12)) and len(data) >= 28:
        text += f"[{packet(data[8:])}] "
    return text


def packet(data):
    """From SRC= on."""
    if data[0] >> 4 == 6:
        head, length, number, hops = struct.unpack_from("!IHBB", data)
        source, target = (":".join(data[at + step:at + step + 2].hex() for step in range(0, 16, 2))
                          for at in (8, 24))
        text = (f"SRC={source} DST={target} LEN={length + 40} TC={head >> 20 & 255} "
                f"HOPLIMIT={hops} FLOWLBL={head & 0xFFFFF} ")
        rest = data[40:40 + length]
        while number in EXTENSIONS and len(rest) >= 8:
            number, size = rest[0], 8 * (rest[1] + 1)
            rest = rest[size:]
        return text + upper(number, rest, True)
    size = (data[0] & 15) * 4
    _, tos, length, id, fragment, ttl, number = struct.unpack_from("!BBHHHBB", data)
    text = (f"SRC={socket.inet_ntoa(data[12:16])} DST={socket.inet_ntoa(data[16:20])} LEN={length} "
            f"TOS=0x{tos & 0x1E:02X} PREC=0x{tos & 0xE0:02X} TTL={ttl} ID={id} ")
    text += "".join(name for bit, name in ((0x8000, "CE "), (0x4000, "DF "), (0x2000, "MF "))
                    if fragment & bit)
    if fragment & 0x1FFF:
        text += f"FRAG:{fragment & 0x1FFF} "
    if size > 20:
        text += f"OPT ({data[20:size].hex().upper()}) "
    return text + upper(number, data[size:length], False, fragment & 0x1FFF)


def upper(number, data, wide, later=0):
    name = {6: "TCP", 17: "UDP", 136: "UDPLITE", 58 if wide else 1: "ICMPv6" if wide else "ICMP"}
    if number not in name:
        return f"PROTO={number} "
    text = f"PROTO={name[number]} "
    if later:
        return text
    return text + (tcp(data) if number == 6 else udp(data) if number in (17, 136)
                   else icmp(data, wide))


def line(seconds, frame, interface="net0"):
    """A line of kern.log, in UTC."""
    stamp = time.gmtime(seconds)
    return (f"{time.strftime('%b', stamp)} {stamp.tm_mday:2} {time.strftime('%H:%M:%S', stamp)} gate "
            f"kernel: [{seconds % 10_000_000:14.6f}] DROP IN={interface} OUT= "
            f"MAC={frame[:14].hex(':')} {packet(frame[14:])}\n")
