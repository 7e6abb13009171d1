// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport

/// Netlink datagrams of an NFLOG group as the kernel writes them, filled with a flood's packets.
///
/// Shape: messages of the input hook with ten attributes, in the kernel's order; a datagram holds 64
/// KiB. The few datagrams are read again and again, as the daemon's one receive buffer is: the
/// kernel has just written it, so that it is in the cache.
struct Datagrams {
    private(set) var all: [[UInt8]] = []
    /// How many messages there are in one round over all datagrams.
    private(set) var messages = 0

    init(_ traffic: inout Traffic, count: Int = 4) {
        for _ in 0..<count {
            var bytes: [UInt8] = []
            while bytes.count < 64 << 10 {
                bytes += Datagrams.message(number: UInt32(messages), packet: traffic.packet())
                messages += 1
            }
            all.append(bytes)
        }
    }

    private static func message(number: UInt32, packet: [UInt8]) -> [UInt8] {
        let six = packet[0] >> 4 == 6
        var content: [UInt8] = [six ? 10 : 2, 0] + UInt16(5).wireBytes
        // NFULA_PACKET_HDR: EtherType, hook (input).
        content += attribute(1, [six ? 0x86 : 0x08, six ? 0xdd : 0, 1, 0])
        content += attribute(10, Array("Shorewall:net-fw:DROP:".utf8) + [0])
        content += attribute(4, UInt32(2).wireBytes)
        content += attribute(8, UInt16(6).wireBytes + [0, 0, 2, 0, 0, 0, 0, 1, 0, 0])
        content += attribute(15, UInt16(1).wireBytes)
        content += attribute(17, UInt16(14).wireBytes)
        content += attribute(
            16, [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, six ? 0x86 : 0x08, six ? 0xdd : 0])
        content += attribute(
            3, UInt64(1_700_000_000).wireBytes + UInt64(number % 1_000_000).wireBytes)
        content += attribute(12, number.wireBytes)
        content += attribute(9, packet)
        // struct nlmsghdr: length, NFULNL_MSG_PACKET, flags, sequence, port.
        return host(UInt32(16 + content.count)) + host(UInt16(0x400))
            + [UInt8](repeating: 0, count: 10) + content
    }

    private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        (host(UInt16(4 + value.count)) + host(type) + value).padded(toMultipleOf: 4)
    }

    /// Netlink's own headers are in the machine's order.
    private static func host<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        number.littleEndian.wireBytes.reversed()
    }
}
