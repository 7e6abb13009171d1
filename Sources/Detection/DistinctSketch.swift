// SPDX-License-Identifier: GPL-3.0-or-later

/// Counts distinct things in 2 KiB: exactly up to 256, then estimated within 5 %.
///
/// Shape: 512 words that live in the pool of all sketches. While exact, they are an open-addressed
/// set of (30 bits of hash, mark, 1); after that 4096 registers of 4 bits, a HyperLogLog.
/// Bound: standard error 1.04 / sqrt(4096) = 1.6 % of the estimate (Flajolet et al. 2007).
struct DistinctSketch: BitwiseCopyable {
    /// The number of distinct things; never falls.
    private(set) var count: UInt32 = 0
    private(set) var isExact = true
    /// How many registers hold each value; used once it is no longer exact.
    private var histogram = InlineArray<16, UInt16>(repeating: 0)

    static let words = 512
    static let exactLimit: UInt32 = 256
    private static let registers = 4096

    /// - Parameters:
    ///   - hash: its low 30 bits count.
    ///   - mark: kept beside the thing while exact; a first mark on a known thing is `.stronger`.
    mutating func insert(
        _ hash: UInt64, mark: Bool = false, into words: inout ContiguousArray<UInt32>, at base: Int
    ) -> Novelty {
        let short = UInt32(truncatingIfNeeded: hash) & 0x3fff_ffff
        guard isExact else { return raise(short, in: &words, at: base) }
        var slot = Int(short) & (DistinctSketch.words - 1)
        while true {
            let word = words[base + slot]
            if word == 0 { break }
            if word >> 2 == short {
                guard mark, word & 2 == 0 else { return .repeated }
                words[base + slot] = word | 2
                return .stronger
            }
            slot = (slot + 1) & (DistinctSketch.words - 1)
        }
        if count < DistinctSketch.exactLimit {
            words[base + slot] = short << 2 | (mark ? 2 : 0) | 1
            count += 1
            return .new
        }
        becomeEstimate(in: &words, at: base)
        _ = raise(short, in: &words, at: base)
        count = max(count, DistinctSketch.exactLimit + 1)
        return .new
    }

    private mutating func becomeEstimate(in words: inout ContiguousArray<UInt32>, at base: Int) {
        var known = InlineArray<256, UInt32>(repeating: 0)
        var found = 0
        for slot in 0..<DistinctSketch.words {
            let word = words[base + slot]
            words[base + slot] = 0
            if word != 0, found < 256 {
                known[found] = word >> 2
                found += 1
            }
        }
        isExact = false
        histogram = InlineArray(repeating: 0)
        histogram[0] = UInt16(DistinctSketch.registers)
        for index in 0..<found { _ = raise(known[index], in: &words, at: base) }
    }

    /// Raises the thing's register to the place of its first set bit.
    private mutating func raise(
        _ short: UInt32, in words: inout ContiguousArray<UInt32>, at base: Int
    ) -> Novelty {
        let register = Int(short & 0xfff)
        let rank = min(15, (short >> 12 | 1 << 18).trailingZeroBitCount + 1)
        let shift = UInt32(register & 7) * 4
        let word = words[base + register >> 3]
        let old = Int(word >> shift & 15)
        guard rank > old else { return .unknown }
        words[base + register >> 3] = word & ~(15 << shift) | UInt32(rank) << shift
        histogram[old] -= 1
        histogram[rank] += 1
        if isTimeToEstimate(short) { count = max(count, UInt32(estimate.rounded())) }
        return .new
    }

    /// Whether the estimate is made anew with this thing: with every eighth that raises a register,
    /// because an estimate costs as much as the rest of the event. Few things are at most 8 in 512
    /// behind, many at most 8 in 4096, as that many raise a register while the count doubles.
    ///
    /// It hangs on the thing and the count alone, so that a table that was saved and restored
    /// estimates at the same moments.
    private func isTimeToEstimate(_ short: UInt32) -> Bool {
        count < 2 * DistinctSketch.exactLimit || short >> 20 & 7 == 0
    }

    /// Ertl's improved raw estimator (New cardinality estimation algorithms for HyperLogLog
    /// sketches, 2017, algorithm 6), which needs no correction at either end.
    private var estimate: Double {
        let m = Double(DistinctSketch.registers)
        var z = m * DistinctSketch.tau(1 - Double(histogram[15]) / m)
        for value in stride(from: 14, through: 1, by: -1) {
            z = 0.5 * (z + Double(histogram[value]))
        }
        z += m * DistinctSketch.sigma(Double(histogram[0]) / m)
        // 1 / (2 ln 2)
        return min(0.721_347_520_444_481_7 * m * m / z, Double(UInt32.max / 2))
    }

    private static func sigma(_ share: Double) -> Double {
        if share >= 1 { return .infinity }
        var (x, y, z) = (share, 1.0, share)
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    private static func tau(_ share: Double) -> Double {
        if share <= 0 || share >= 1 { return 0 }
        var (x, y, z) = (share, 1.0, 1 - share)
        while true {
            x = x.squareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }
}

extension DistinctSketch {
    /// Rebuilds the sketch of saved registers; nil when the words cannot be registers.
    init?(savedCount: UInt32, registers words: borrowing ContiguousArray<UInt32>, at base: Int) {
        guard savedCount > DistinctSketch.exactLimit else { return nil }
        count = savedCount
        isExact = false
        for index in 0..<DistinctSketch.words {
            for nibble in 0..<8 {
                histogram[Int(words[base + index] >> UInt32(nibble * 4) & 15)] += 1
            }
        }
    }
}
