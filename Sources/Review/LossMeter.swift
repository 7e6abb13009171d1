// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions

/// Sums what was lost, from counters that each run of the daemon begins anew.
struct LossMeter {
    private(set) var sum = LossCounts()
    /// Whether it was known where each counter stood when the period began.
    private(set) var isComplete = true
    private var last = LossCounts()
    private var sequence: UInt64?

    /// Takes a decision's counters, in the order of the decisions.
    ///
    /// - Parameter counts: false for a decision from before the period, which only says where the
    ///   counters stood.
    mutating func note(_ loss: LossCounts, sequence: UInt64, counts: Bool) {
        let isNewRun = self.sequence.map { sequence <= $0 } ?? (sequence <= 1)
        if self.sequence == nil, !isNewRun {
            // In the middle of a run of which nothing is known: what it lost before is not ours.
            if counts, loss.gap > 0 || loss.drop > 0 || loss.refused > 0 { isComplete = false }
            last = loss
        } else if isNewRun {
            last = LossCounts()
        }
        self.sequence = sequence
        if counts {
            sum.gap &+= loss.gap.since(last.gap)
            sum.drop &+= loss.drop.since(last.drop)
            sum.refused &+= loss.refused.since(last.refused)
        }
        last = loss
    }
}

extension UInt64 {
    /// How much a counter went up; one that went down has begun anew.
    fileprivate func since(_ earlier: UInt64) -> UInt64 {
        self >= earlier ? self - earlier : self
    }
}
