// SPDX-License-Identifier: GPL-3.0-or-later

/// An address and how many of its leading bits count.
@usableFromInline package struct Network: Hashable, Sendable, BitwiseCopyable {
    /// The first address; bits after the prefix are zero.
    @usableFromInline package let address: Address
    /// Range: 0...32 for IPv4, 0...128 for IPv6.
    @usableFromInline package let prefixLength: UInt8

    /// The network of the given width that holds the address; the width is clamped to the family's.
    @inlinable package init(_ address: Address, prefixLength: Int) {
        let width = max(0, min(prefixLength, address.isV4 ? 32 : 128))
        self.prefixLength = UInt8(width)
        let mask = Network.mask(address.isV4 ? width + 96 : width)
        self.address = Address(high: address.high & mask.high, low: address.low & mask.low)
    }

    /// The network that is this one address.
    @inlinable package init(host address: Address) {
        self.init(address, prefixLength: 128)
    }

    @inlinable package func contains(_ other: Address) -> Bool {
        guard address.isV4 == other.isV4 else { return false }
        let mask = Network.mask(address.isV4 ? Int(prefixLength) + 96 : Int(prefixLength))
        return other.high & mask.high == address.high && other.low & mask.low == address.low
    }

    package var isHost: Bool { prefixLength == (address.isV4 ? 32 : 128) }

    /// An IPv4 network's directed broadcast address; nil for /31, /32 (RFC 3021) and IPv6.
    package var broadcast: Address? {
        guard address.isV4, prefixLength < 31 else { return nil }
        return Address(v4: address.v4Bits | UInt32.max >> UInt32(prefixLength))
    }

    @inlinable static func mask(_ width: Int) -> (high: UInt64, low: UInt64) {
        let high = width >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(width))
        let low = width <= 64 ? 0 : width == 128 ? UInt64.max : ~(UInt64.max >> UInt64(width - 64))
        return (high, low)
    }
}

extension Network: CustomStringConvertible, LosslessStringConvertible {
    /// Reads `192.0.2.0/24` or a single address; nil when bits after the prefix are set, since
    /// such a line is more often a mistake than a wish.
    @usableFromInline package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Address(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(host: address)
            return
        }
        guard let width = UInt8(parts[1]), width <= (address.isV4 ? 32 : 128),
            String(width) == parts[1]
        else { return nil }
        self.init(address, prefixLength: Int(width))
        guard self.address == address else { return nil }
    }

    @usableFromInline package var description: String { "\(address)/\(prefixLength)" }
}
