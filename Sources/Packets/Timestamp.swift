// SPDX-License-Identifier: GPL-3.0-or-later

/// A moment on the wall clock.
///
/// Unit: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX time).
/// Range: 1677 to 2262; arithmetic saturates at both ends, so no input can trap.
@usableFromInline package struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    @usableFromInline package var nanoseconds: Int64

    @inlinable package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// From seconds and a fraction as a kernel or file gives them; values out of range saturate.
    package init(seconds: Int64, nanoseconds: Int64 = 0) {
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let base = overflow ? (seconds < 0 ? Int64.min : Int64.max) : whole
        self.nanoseconds = base.addingSaturating(nanoseconds)
    }

    @inlinable package static func < (a: Timestamp, b: Timestamp) -> Bool {
        a.nanoseconds < b.nanoseconds
    }

    @inlinable package func advanced(byNanoseconds delta: Int64) -> Timestamp {
        Timestamp(nanoseconds: nanoseconds.addingSaturating(delta))
    }

    /// Nanoseconds from the other moment to this one; negative when the other is later.
    @inlinable package func nanoseconds(since other: Timestamp) -> Int64 {
        nanoseconds.subtractingSaturating(other.nanoseconds)
    }
}

extension Int64 {
    @inlinable package func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    @inlinable package func subtractingSaturating(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
