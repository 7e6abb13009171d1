// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension FixedWidthInteger {
    /// The bytes in network order.
    package var wireBytes: [UInt8] {
        stride(from: Self.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: self >> Self($0))
        }
    }
}

extension Array where Element == UInt8 {
    /// Overwrites bytes from the offset on with the integer in network order.
    package mutating func write(_ value: some FixedWidthInteger, at offset: Int) {
        for (index, byte) in value.wireBytes.enumerated() { self[offset + index] = byte }
    }

    /// A copy with the integer at the offset: `packet.writing(UInt16(7), at: 2)`.
    package func writing(_ value: some FixedWidthInteger, at offset: Int) -> [UInt8] {
        var copy = self
        copy.write(value, at: offset)
        return copy
    }

    /// A copy with zeros added until the count is a multiple.
    package func padded(toMultipleOf unit: Int) -> [UInt8] {
        self + [UInt8](repeating: 0, count: (unit - count % unit) % unit)
    }
}

/// The Internet checksum (RFC 1071).
package func internetChecksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt64 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
        sum += UInt64(bytes[index]) << 8 | UInt64(index + 1 < bytes.count ? bytes[index + 1] : 0)
    }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(sum)
}

/// The CRC-32C of SCTP (RFC 9260 appendix A).
package func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82f6_3b78 : 0) }
    }
    return ~crc
}

/// The part of the IP header that transport checksums cover (RFC 9293 3.1, RFC 8200 8.1).
func pseudoHeader(
    _ source: Address, _ destination: Address, _ ipProtocol: IPProtocol, length: Int
) -> [UInt8] {
    let addresses = source.wireBytes + destination.wireBytes
    return source.isV4
        ? addresses + [0, ipProtocol.rawValue] + UInt16(length).wireBytes
        : addresses + UInt32(length).wireBytes + [0, 0, 0, ipProtocol.rawValue]
}
