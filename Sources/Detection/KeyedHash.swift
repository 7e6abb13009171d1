// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A hash that nobody outside can aim at, since its keys come from a random seed.
///
/// The halves of a 128-bit product are folded into one; two rounds, each with a secret of its own.
struct KeyedHash: Sendable {
    let seed: UInt64
    private let keys: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        self.seed = seed
        var state = seed
        // SplitMix64 (Steele, Lea, Flood 2014): one seed, keys without visible relation.
        func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
            return z ^ z >> 31
        }
        keys = (next(), next(), next(), next() | 1)
    }

    @inline(__always)
    func callAsFunction(_ address: Address, _ salt: UInt64 = 0) -> UInt64 {
        let first = KeyedHash.fold(address.high ^ keys.0, address.low ^ keys.1)
        return KeyedHash.fold(first ^ keys.2, salt ^ keys.3)
    }

    @inline(__always)
    func callAsFunction(_ value: UInt64, _ salt: UInt64) -> UInt64 {
        let first = KeyedHash.fold(value ^ keys.2, salt ^ keys.0)
        return KeyedHash.fold(first ^ keys.1, keys.3)
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
