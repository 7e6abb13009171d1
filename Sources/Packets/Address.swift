// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPv4 or IPv6 address.
///
/// Shape: 128 bits in host order as two halves; an IPv4 address stands as ::ffff:a.b.c.d
/// (RFC 4291 section 2.5.5.2), which no packet on a wire may carry, so the two never meet.
@usableFromInline package struct Address: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline package var high: UInt64
    @usableFromInline package var low: UInt64

    @inlinable package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address from its 32 bits in host order: 0xC0000201 is 192.0.2.1.
    @inlinable package init(v4 bits: UInt32) {
        high = 0
        low = 0x0000_ffff_0000_0000 | UInt64(bits)
    }

    @inlinable package var isV4: Bool { high == 0 && low >> 32 == 0xffff }

    /// The 32 bits of an IPv4 address in host order; meaningless for IPv6.
    @inlinable package var v4Bits: UInt32 { UInt32(truncatingIfNeeded: low) }

    @inlinable package static var unspecified: Address { Address(high: 0, low: 0) }
}

extension Address: Comparable {
    @inlinable package static func < (a: Address, b: Address) -> Bool {
        a.high != b.high ? a.high < b.high : a.low < b.low
    }
}
