// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// How many events there were at some moments of the last minute, for rates without a timer.
///
/// Bound: a sample a second, 64 of them; a value without references.
struct RateHistory: Sendable {
    private struct Sample: Sendable {
        var time = Timestamp(nanoseconds: .min)
        var events = 0
    }

    private var samples = InlineArray<64, Sample>(repeating: Sample())
    private var count = 0
    private var current = Sample()

    private static let second: Int64 = 1_000_000_000

    mutating func note(events: Int, at time: Timestamp) {
        current = Sample(time: time, events: events)
        if count > 0 {
            let last = samples[(count - 1) % samples.count].time
            // A clock set back would hold the history up until it has caught up.
            if time < last {
                count = 0
            } else if time.nanoseconds(since: last) < RateHistory.second {
                return
            }
        }
        samples[count % samples.count] = current
        count += 1
    }

    /// Events a second over the seconds before `now`.
    func perSecond(over seconds: Int, before now: Timestamp) -> Double {
        let start = now.advanced(byNanoseconds: -Int64(seconds) * RateHistory.second)
        // The events at the start: those of the last sample before it, or of the first there is.
        var base: Sample?
        for index in max(0, count - samples.count)..<count {
            let sample = samples[index % samples.count]
            if base == nil || sample.time <= start { base = sample }
        }
        guard let base else { return 0 }
        let span = max(now.nanoseconds(since: max(base.time, start)), RateHistory.second)
        return Double(current.events - base.events) * Double(RateHistory.second) / Double(span)
    }
}
