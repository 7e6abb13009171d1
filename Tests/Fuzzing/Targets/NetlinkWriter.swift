// SPDX-License-Identifier: GPL-3.0-or-later

import TestSupport

@testable import NFLog

/// Writes netlink messages as the kernel does, on a machine of its byte order.
enum NetlinkWriter {
    static func message(type: UInt16, _ content: [UInt8]) -> [UInt8] {
        host(UInt32(content.count + 16)) + host(type) + host(UInt16(0)) + host(UInt32(0))
            + host(UInt32(0)) + content
    }

    /// A log message with every attribute that the kernel fills at the input hook.
    static func logged(_ packet: [UInt8], number: UInt32) -> [UInt8] {
        let isV6 = packet[0] >> 4 == 6
        let type = (isV6 ? UInt16(0x86dd) : 0x0800).wireBytes
        return message(
            type: MessageType.packet,
            [isV6 ? 10 : 2, 0, 0, 5] + attribute(1, type + [1, 0])
                + attribute(10, Array("net-fw DROP ".utf8) + [0])
                + attribute(4, UInt32(2).wireBytes) + attribute(6, UInt32(2).wireBytes)
                + attribute(8, [0, 6, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0]) + attribute(15, [0, 1])
                + attribute(17, [0, 14]) + attribute(16, [UInt8](repeating: 2, count: 14))
                + attribute(3, UInt64(1_704_067_200).wireBytes + UInt64(UInt64(number)).wireBytes)
                + attribute(12, number.wireBytes) + attribute(2, UInt32(7).wireBytes)
                + attribute(19, attribute(2, [0, 5]) + attribute(1, [0x81, 0]))
                + attribute(9, packet))
    }

    /// News of one interface.
    static func link(
        _ index: UInt32, _ name: String, flags: UInt32 = 0, type: UInt16 = MessageType.newLink
    ) -> [UInt8] {
        message(
            type: type,
            [0, 0, 1, 0] + host(index) + host(flags) + host(UInt32(0))
                + attribute(3, Array(name.utf8) + [0]))
    }

    private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        host(UInt16(value.count + 4)) + host(type) + value.padded(toMultipleOf: 4)
    }

    private static func host(_ number: some FixedWidthInteger) -> [UInt8] {
        number.wireBytes.reversed()
    }
}
