# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets in network namespaces, and packets made by hand."""

import contextlib
import ctypes
import socket
import struct

_libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000  # sched.h


def enter(namespace):
    """Moves this thread into a namespace; a socket belongs to the one that it was made in."""
    with open(f"/run/netns/{namespace}") as handle:
        if _libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")


@contextlib.contextmanager
def inside(namespace):
    """For making sockets there; this thread comes back to where it was."""
    with open("/proc/thread-self/ns/net") as home:
        enter(namespace)
        try:
            yield
        finally:
            _libc.setns(home.fileno(), CLONE_NEWNET)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


def tcp4(source, target, source_port, port, flags, sequence=1, acknowledgement=0):
    """An IPv4 packet with a bare TCP header: RFC 791, RFC 9293 section 3.1."""
    addresses = socket.inet_aton(source) + socket.inet_aton(target)
    segment = struct.pack(
        "!HHIIBBHHH", source_port, port, sequence, acknowledgement, 5 << 4, flags, 1024, 0, 0)
    total = checksum(addresses + struct.pack("!HH", socket.IPPROTO_TCP, len(segment)) + segment)
    segment = segment[:16] + struct.pack("!H", total) + segment[18:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, socket.IPPROTO_TCP, 0) + addresses
    return header + segment  # the kernel fills the header's checksum in: raw(7)


def raw4():
    """A socket for whole IPv4 packets of this thread's namespace."""
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
