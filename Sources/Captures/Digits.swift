// SPDX-License-Identifier: GPL-3.0-or-later

/// Decimal digits in eight bytes at once; the first byte is the lowest.
///
/// A loop over digits guesses wrongly where they end once for nearly every number of a log.
enum Digits {
    /// How many of the bytes, from the first on, are digits. Range: 0...8.
    @inline(__always)
    static func count(_ word: UInt64) -> Int {
        let values = word ^ 0x3030_3030_3030_3030
        // The high bit of each byte that is above nine; a carry reaches only bytes behind such a one.
        let others = (values &+ 0x7676_7676_7676_7676 | values) & 0x8080_8080_8080_8080
        return others.trailingZeroBitCount >> 3
    }

    /// The number that the first `count` bytes write. Range: 1...8 digits, as counted.
    @inline(__always)
    static func value(_ word: UInt64, _ count: Int) -> UInt32 {
        // Zeros before the number; then neighbours are joined to pairs, fours and eight digits.
        var value = (word ^ 0x3030_3030_3030_3030) &<< UInt64(truncatingIfNeeded: 64 &- count &* 8)
        value = (value &* 2561) >> 8 & 0x00ff_00ff_00ff_00ff
        value = (value &* 6_553_601) >> 16 & 0x0000_ffff_0000_ffff
        return UInt32(truncatingIfNeeded: (value &* 42_949_672_960_001) >> 32)
    }
}
