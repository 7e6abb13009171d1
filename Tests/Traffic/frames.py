#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends UDP frames with any addresses, past this host's own routing.

Usage: frames.py INTERFACE TARGET_MAC SOURCE,TARGET,PORT ...
"""
import socket
import struct
import sys

SOURCE_PORT = 68


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(source, target, port):
    # A UDP checksum of 0 says that there is none (RFC 768).
    udp = struct.pack("!4H", SOURCE_PORT, port, 8, 0)
    addresses = socket.inet_aton(source) + socket.inet_aton(target)
    head = struct.pack("!2B3H2B", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP)
    return head + struct.pack("!H", checksum(head + b"\0\0" + addresses)) + addresses + udp


def main():
    interface, target_mac, *wanted = sys.argv[1:]
    link = bytes.fromhex(target_mac.replace(":", "")) + bytes.fromhex("020000000001") + b"\x08\x00"
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((interface, 0))
        for words in wanted:
            source, target, port = words.split(",")
            wire.send(link + packet(source, target, int(port)))


main()
