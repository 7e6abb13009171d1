// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A TCP SYN as a simple scanner sends it: one option, MSS 1460, and nothing else.
///
/// Source: RFC 9293 sections 3.1 and 3.2.
struct SynSegment {
    var source: Address
    var target: Address
    var sourcePort: UInt16
    var targetPort: UInt16
    var sequence: UInt32

    /// Shape: 24 bytes in network order, checksum included.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(contentsOf: SynSegment.big(UInt64(sourcePort), 2))
        bytes.append(contentsOf: SynSegment.big(UInt64(targetPort), 2))
        bytes.append(contentsOf: SynSegment.big(UInt64(sequence), 4))
        bytes.append(contentsOf: [0, 0, 0, 0])  // acknowledgement
        bytes.append(contentsOf: [6 << 4, 0x02])  // six words of header; SYN
        bytes.append(contentsOf: [0x04, 0x00, 0, 0, 0, 0])  // window 1024, checksum, urgent
        bytes.append(contentsOf: [2, 4, 0x05, 0xb4])  // MSS 1460
        let sum = checksum(bytes)
        bytes[16] = UInt8(sum >> 8)
        bytes[17] = UInt8(sum & 0xff)
        return bytes
    }

    /// The sum over the pseudo header and the segment: RFC 9293 section 3.1, RFC 8200 section 8.1.
    private func checksum(_ segment: [UInt8]) -> UInt16 {
        var pseudo: [UInt8] = []
        for address in [source, target] {
            if address.isV4 {
                pseudo.append(contentsOf: SynSegment.big(UInt64(address.v4Bits), 4))
            } else {
                pseudo.append(contentsOf: SynSegment.big(address.high, 8))
                pseudo.append(contentsOf: SynSegment.big(address.low, 8))
            }
        }
        // The protocol and the length: the sum does not mind how many zero bytes stand between.
        pseudo.append(contentsOf: [0, 6])
        pseudo.append(contentsOf: SynSegment.big(UInt64(segment.count), 2))
        let all = pseudo + segment
        var sum: UInt32 = 0
        for index in stride(from: 0, to: all.count - 1, by: 2) {
            sum &+= UInt32(all[index]) << 8 | UInt32(all[index + 1])
        }
        while sum >> 16 != 0 { sum = sum & 0xffff &+ sum >> 16 }
        return ~UInt16(truncatingIfNeeded: sum)
    }

    private static func big(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}
