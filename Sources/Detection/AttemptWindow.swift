// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// How many attempts came in the sliding window, in twelve buckets.
///
/// Bound: 20 bytes. The current bucket is part of the window, so that it covers between eleven
/// and twelve twelfths of what was asked: it may alert a little late, never too early.
struct AttemptWindow: BitwiseCopyable {
    /// The number of the bucket that the last attempt fell into.
    var epoch: UInt32 = 0
    private(set) var buckets = InlineArray<12, UInt8>(repeating: 0)
    /// Attempts that do not fill a unit yet.
    var remainder: UInt8 = 0
    /// Buckets since the alert, at most 12: then it may come again.
    var sinceAlert: UInt8 = 12
    /// The sum of the buckets, which is asked for with each attempt.
    private var units: UInt16 = 0

    /// What an alert needs, taken from the settings.
    struct Limit: Sendable {
        let attempts: Int
        let bucketNanoseconds: Int64
        /// Attempts that a bucket counts as one, so that any limit fits its byte.
        let unit: Int

        init(attempts: Int, window: Duration) {
            self.attempts = min(max(attempts, 1), 65_025)
            unit = (self.attempts + 254) / 255
            bucketNanoseconds = max(1, window.saturatedNanoseconds / 12)
        }

        func bucket(at now: Int64) -> UInt32 {
            UInt32(truncatingIfNeeded: now / bucketNanoseconds)
        }
    }

    /// - Returns: the attempts in the window when they are an alert, which is once in a window.
    @inline(__always)
    mutating func add(in bucket: UInt32, limit: Limit) -> Int? {
        roll(to: bucket)
        remainder &+= 1
        if Int(remainder) >= limit.unit {
            remainder = 0
            let bucket = Int(epoch % 12)
            if buckets[bucket] < .max {
                buckets[bucket] += 1
                units += 1
            }
        }
        let attempts = Int(units) * limit.unit + Int(remainder)
        guard attempts >= limit.attempts, sinceAlert >= 12 else { return nil }
        sinceAlert = 0
        return attempts
    }

    /// Whether anything was ever tried.
    var isRunning: Bool { remainder > 0 || units > 0 }

    @inline(__always)
    mutating func roll(to bucket: UInt32) {
        if bucket != epoch { pass(to: bucket) }
    }

    @inline(never)
    private mutating func pass(to bucket: UInt32) {
        let passed = bucket &- epoch
        if passed >= 12 {
            buckets = InlineArray(repeating: 0)
            sinceAlert = 12
        } else {
            for step in 1...passed { buckets[Int((epoch &+ step) % 12)] = 0 }
            sinceAlert = min(12, sinceAlert + UInt8(passed))
        }
        epoch = bucket
        sum()
    }

    private mutating func sum() {
        units = 0
        for index in 0..<12 { units += UInt16(buckets[index]) }
    }

    /// Puts back what was saved.
    mutating func restore(_ count: UInt8, of bucket: Int) {
        buckets[bucket] = count
        sum()
    }

    /// Takes over what another source, now found to be the same, has tried.
    mutating func merge(_ other: AttemptWindow) {
        var (mine, theirs) = (self, other)
        if mine.epoch > theirs.epoch { theirs.roll(to: mine.epoch) }
        if theirs.epoch > mine.epoch { mine.roll(to: theirs.epoch) }
        for index in 0..<12 {
            let (sum, overflow) = mine.buckets[index].addingReportingOverflow(theirs.buckets[index])
            mine.buckets[index] = overflow ? .max : sum
        }
        mine.sum()
        mine.sinceAlert = min(mine.sinceAlert, theirs.sinceAlert)
        self = mine
    }
}

extension Duration {
    /// Unit: nanoseconds. Range: 0...; saturates.
    var saturatedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole.addingSaturating(attoseconds / 1_000_000_000)
    }
}
