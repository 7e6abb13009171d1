// SPDX-License-Identifier: GPL-3.0-or-later

extension Filing {
    /// The stream time before which nothing on the wheels ends; nil when they are empty.
    ///
    /// Exact for scans unless very many end within one span; for other records the end of their
    /// span, since it tells nothing.
    /// Bound: looks at 64 records.
    func deadline(_ records: borrowing ContiguousArray<SourceRecord>) -> Int64? {
        var deadline: Int64?
        func take(_ time: Int64) { deadline = min(deadline ?? time, time) }
        for list in [Usefulness.oneTarget, .severalTargets] {
            if let time = firstFilled(list, from: open) {
                take((time &+ 1).multipliedSaturating(by: span))
            }
        }
        if let time = firstFilled(.scanning, from: open) {
            if let next = firstFilled(.scanning, from: time + 1) {
                take(next.multipliedSaturating(by: span))
            }
            var number = shelves[shelf(.scanning, time)].first
            var looked = 0
            while number != Chain.none, looked < 64 {
                take(records[Int(number)].lastCounted.addingSaturating(lifetime))
                number = records[Int(number)].next
                looked += 1
            }
            if number != Chain.none { take(time.multipliedSaturating(by: span)) }
        }
        return deadline
    }

    /// When `advance` has to look again; nil when there is nothing on the wheels.
    func nextLook(_ records: borrowing ContiguousArray<SourceRecord>) -> Int64? {
        guard liveCount > 0 else { return nil }
        // The shelf that is open now is sorted: its first scan ends first.
        if let number = first(on: shelf(.scanning, open)) {
            return records[Int(number)].lastCounted.addingSaturating(lifetime)
        }
        return (open &+ 1).multipliedSaturating(by: span)
    }
}
