// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What names a source: a network in the form that costs least to compare.
struct SourceKey: BitwiseCopyable {
    /// Bits after the prefix are zero.
    let address: Address
    let width: UInt8

    init(_ network: Network) {
        address = network.address
        width = network.prefixLength
    }

    var network: Network { Network(address, prefixLength: Int(width)) }

    init(v4 address: Address) {
        self.address = address
        width = 32
    }

    init(host address: Address) {
        self.address = address
        width = 128
    }

    init(high64 high: UInt64) {
        address = Address(high: high, low: 0)
        width = 64
    }

    /// The source of a first address, with this width.
    init(first: Address, width: UInt8) {
        self.width = width
        if width == 32 {
            address = first.embeddedV4 ?? first
        } else if width == 64 {
            address = Address(high: first.high, low: 0)
        } else {
            address = Network(first, prefixLength: Int(width)).address
        }
    }

    /// Whether this source's first address, with this width, names the same source.
    @inline(__always)
    func names(_ first: Address, width other: UInt8) -> Bool {
        guard width == other else { return false }
        if first.isSame(as: address) { return true }
        if width == 64 { return first.high == address.high && address.low == 0 }
        if let embedded = first.embeddedV4 { return embedded.isSame(as: address) }
        return Network(first, prefixLength: Int(width)).address.isSame(as: address)
    }
}
