// SPDX-License-Identifier: GPL-3.0-or-later

/// A complaint at once, then at most once a minute.
struct ComplaintPace: Sendable {
    private var told: ContinuousClock.Instant?
    private var lostBefore: UInt64 = 0
    private var isOpen = false

    var isDue: Bool {
        mutating get {
            let now = ContinuousClock.now
            if let told, now - told < .seconds(60) { return false }
            told = now
            isOpen = true
            return true
        }
    }

    /// Whether there was a complaint whose end nobody was told of yet; there is none afterwards.
    var endsTold: Bool {
        mutating get {
            defer { isOpen = false }
            return isOpen
        }
    }

    mutating func newlyLost(_ total: UInt64) -> UInt64 {
        defer { lostBefore = total }
        return total - lostBefore
    }
}
