// SPDX-License-Identifier: GPL-3.0-or-later

/// The control bits of a TCP header.
///
/// Source: RFC 9293 section 3.1.
package struct TCPFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let fin = TCPFlags(rawValue: 0x01)
    package static let syn = TCPFlags(rawValue: 0x02)
    package static let rst = TCPFlags(rawValue: 0x04)
    package static let psh = TCPFlags(rawValue: 0x08)
    package static let ack = TCPFlags(rawValue: 0x10)
    package static let urg = TCPFlags(rawValue: 0x20)
    package static let ece = TCPFlags(rawValue: 0x40)
    package static let cwr = TCPFlags(rawValue: 0x80)
}

/// Which options a TCP header carries; their order is in the packet bytes (``TCPOptionList``).
package struct TCPOptionKinds: OptionSet, Hashable, Sendable, BitwiseCopyable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let maximumSegmentSize = TCPOptionKinds(rawValue: 0x01)
    package static let windowScale = TCPOptionKinds(rawValue: 0x02)
    package static let sackPermitted = TCPOptionKinds(rawValue: 0x04)
    package static let timestamps = TCPOptionKinds(rawValue: 0x08)
    /// Any option that is none of the above, padding apart.
    package static let other = TCPOptionKinds(rawValue: 0x10)
    /// A length that runs out of the header, or an option with a length that it cannot have.
    package static let malformed = TCPOptionKinds(rawValue: 0x20)
}
