// SPDX-License-Identifier: GPL-3.0-or-later

/// The control bits of a TCP header.
///
/// Source: RFC 9293 section 3.1.
@usableFromInline package struct TCPFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    @usableFromInline package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable package static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
    @inlinable package static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
    @inlinable package static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
    @inlinable package static var psh: TCPFlags { TCPFlags(rawValue: 0x08) }
    @inlinable package static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }
    @inlinable package static var urg: TCPFlags { TCPFlags(rawValue: 0x20) }
    @inlinable package static var ece: TCPFlags { TCPFlags(rawValue: 0x40) }
    @inlinable package static var cwr: TCPFlags { TCPFlags(rawValue: 0x80) }
}

/// Which options a TCP header carries; their order is in the packet bytes (``TCPOptionList``).
@usableFromInline package struct TCPOptionKinds: OptionSet, Hashable, Sendable, BitwiseCopyable {
    @usableFromInline package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable package static var maximumSegmentSize: TCPOptionKinds {
        TCPOptionKinds(rawValue: 0x01)
    }
    @inlinable package static var windowScale: TCPOptionKinds { TCPOptionKinds(rawValue: 0x02) }
    @inlinable package static var sackPermitted: TCPOptionKinds { TCPOptionKinds(rawValue: 0x04) }
    @inlinable package static var timestamps: TCPOptionKinds { TCPOptionKinds(rawValue: 0x08) }
    /// Any option that is none of the above, padding apart.
    @inlinable package static var other: TCPOptionKinds { TCPOptionKinds(rawValue: 0x10) }
    /// A length that runs out of the header, or an option with a length that it cannot have.
    @inlinable package static var malformed: TCPOptionKinds { TCPOptionKinds(rawValue: 0x20) }
}
