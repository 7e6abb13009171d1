// SPDX-License-Identifier: GPL-3.0-or-later

/// What a link-layer address of 48 bits says of whom a frame is for.
package enum LinkAddress {
    /// Whether IP sends to many by such an address: broadcast, or the groups of IPv4 and IPv6.
    ///
    /// The group bit alone is not asked: logs that were made anonymous have it at random.
    /// Source: RFC 894; RFC 1112 section 6.4 (01:00:5e); RFC 2464 section 7 (33:33).
    /// - Parameter bytes: the address, at least its first three bytes.
    package static func isForMany(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 3 else { return false }
        return isForMany(bytes[0], bytes[1], bytes[2])
    }

    package static func isForMany(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        switch (first, second, third) {
        case (0xff, 0xff, 0xff), (0x01, 0x00, 0x5e), (0x33, 0x33, _): true
        default: false
        }
    }
}
