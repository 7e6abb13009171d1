// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// Turns findings and losses into decisions: it numbers them, gives the reason in a sentence, and
/// holds back loss reports that come too fast.
package struct Decider: Sendable {
    private var nextSequence: UInt64
    /// Unit: nanoseconds.
    private let lossInterval: Int64
    /// Unit: nanoseconds.
    private var attemptsWindow: Int64
    private var reportedLoss = LossCounts()
    private var lastLossReport: Timestamp?

    /// - Parameters:
    ///   - lossInterval: the least time between two `loss` decisions.
    ///   - attemptsWindow: what `detection.repeated-attempts` counts in; named in the sentence.
    ///   - firstSequence: `event.sequence` of the first decision.
    package init(
        lossInterval: Duration = .seconds(60), attemptsWindow: Duration = .seconds(3600),
        firstSequence: UInt64 = 1
    ) {
        nextSequence = firstSequence
        self.lossInterval = lossInterval.wholeNanoseconds
        self.attemptsWindow = attemptsWindow.wholeNanoseconds
    }

    /// Names another window from now on, as after a reload.
    package mutating func apply(attemptsWindow: Duration) {
        self.attemptsWindow = attemptsWindow.wholeNanoseconds
    }

    /// The decision that a finding is, with the place it came from and the loss so far.
    package mutating func decide(
        _ finding: Finding, origin: Origin, loss: LossCounts
    ) -> Decision {
        let summary = finding.summary
        let level = max(0, min(summary.level, 5))
        var decision = Decision(
            sequence: takeSequence(), time: finding.time, action: .scanDetected, level: level,
            reason: ReasonSentence(summary).text(of: finding, attemptsWindow: attemptsWindow),
            scan: summary, origin: origin, loss: loss)
        switch finding.event {
        case .scanDetected: break
        case .scanEscalated: decision.action = .scanEscalated
        case .scanEnded(let reason):
            decision.action = .scanEnded
            decision.ending = reason
        case .attemptsRepeated(let packets):
            decision.action = .attemptsRepeated
            // By themselves attempts are never worse than 1; a scan of the same source has its own
            // decisions, and its level must not be told twice.
            decision.level = min(level, 1)
            decision.attempts = packets
        case .floodDetected(let counts):
            decision.action = .floodDetected
            decision.flood = counts
        case .floodEnded(let counts):
            decision.action = .floodEnded
            decision.flood = counts
        }
        return decision
    }

    /// A `loss` decision when events were lost in the kernel or in the ring since the last one.
    ///
    /// Packets that the parser refused were seen, so they alone are never a loss.
    /// Bound: at most one in each interval; the next one tells the total.
    package mutating func decide(loss: LossCounts, at time: Timestamp) -> Decision? {
        if let last = lastLossReport {
            // Both ways, so that a clock set back by days does not silence the report for days.
            let apart = time.nanoseconds(since: last)
            guard apart >= lossInterval || apart <= Int64(0).subtractingSaturating(lossInterval)
            else { return nil }
        }
        return report(loss, at: time)
    }

    /// What the throttle still holds back at the end of a run.
    package mutating func finish(loss: LossCounts, at time: Timestamp) -> Decision? {
        report(loss, at: time)
    }

    private mutating func report(_ loss: LossCounts, at time: Timestamp) -> Decision? {
        let gap = loss.gap.subtractingToZero(reportedLoss.gap)
        let drop = loss.drop.subtractingToZero(reportedLoss.drop)
        guard gap > 0 || drop > 0 else { return nil }
        let sentence = ReasonSentence.loss(total: loss, newGap: gap, newDrop: drop)
        reportedLoss = loss
        lastLossReport = time
        return Decision(
            sequence: takeSequence(), time: time, action: .loss, level: 0, reason: sentence,
            loss: loss)
    }

    private mutating func takeSequence() -> UInt64 {
        defer { nextSequence &+= 1 }
        return nextSequence
    }
}

extension UInt64 {
    fileprivate func subtractingToZero(_ other: UInt64) -> UInt64 {
        self > other ? self - other : 0
    }
}
