// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The time of one stream of events: it goes on with them and never back.
///
/// Events may come a little out of order; a step back of more than 5 s is somebody setting the
/// clock, and time goes on from there. `now` has no zero that means anything; only differences do.
struct StreamClock: Sendable {
    /// Unit: nanoseconds. Range: 0...; grows only.
    private(set) var now: Int64
    /// The latest moment on the events' own clock; nil before the first.
    private(set) var time: Timestamp?

    init(now: Int64 = 0, time: Timestamp? = nil) {
        self.now = now
        self.time = time
    }

    /// Larger than what one host's CPUs or a capture merged from two interfaces disorder.
    static let disorder: Int64 = 5_000_000_000

    /// - Parameter longest: a gap beyond it counts as this much. Everything has ended by then, and
    ///   without it a clock that jumps to and fro would use up the range.
    @inline(__always)
    mutating func advance(to moment: Timestamp, longest: Int64) {
        guard let time else {
            self.time = moment
            return
        }
        let step = moment.nanoseconds(since: time)
        if step > 0 {
            now = now.addingSaturating(min(step, longest))
            self.time = moment
        } else if step < -StreamClock.disorder {
            self.time = moment
        }
    }

    /// The moment on the events' clock at which `now` will have the given value.
    func time(at later: Int64) -> Timestamp? {
        time?.advanced(byNanoseconds: later.subtractingSaturating(now))
    }
}
