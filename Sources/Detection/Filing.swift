// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Where each record stands: by usefulness, and by the time at which its lifetime will be over.
///
/// A wheel of shelves for each usefulness, a shelf for each second or more. A counted packet does
/// not move its record, which would touch three others; a record that stands too early is found
/// when its shelf's time has come, and moves on then. So a record moves at most once a lifetime.
/// Only the scans of the shelf whose time is now are sorted, as only their end is told.
/// Bound: three times about 4,100 shelves of 8 bytes.
struct Filing: ~Copyable {
    /// By number: the three wheels one after the other, then ``slow`` and the two of ``asleep``.
    private(set) var shelves: ContiguousArray<Chain>
    /// Records by number of list: live ones by ``Usefulness``, then sleeping ones, without and with
    /// several targets.
    private(set) var counts = InlineArray<5, Int>(repeating: 0)
    /// The lowest span of each wheel that may have records.
    private var lowest = InlineArray<3, Int64>(repeating: .max)
    /// The span of time that is now.
    private(set) var open: Int64 = 0
    let lifetime: Int64
    /// How much time one shelf takes. Unit: nanoseconds.
    let span: Int64
    private let spans: Int

    init(lifetime: Int64) {
        self.lifetime = lifetime
        span = max(1_000_000_000, lifetime / 4096)
        spans = Int(lifetime / span) + 3
        shelves = ContiguousArray(repeating: Chain(), count: 3 * spans + 3)
    }

    var count: Int { liveCount + counts[3] + counts[4] }
    var liveCount: Int { counts[0] + counts[1] + counts[2] }
    /// Sleeping sources with several targets.
    var sleepingCount: Int { counts[4] }
    var bytes: Int { shelves.capacity * MemoryLayout<Chain>.stride }

    func count(of list: Usefulness) -> Int { counts[Int(list.rawValue)] }

    /// Scans that live as long as the slow memory, the one counted longest ago first.
    var slow: Int { 3 * spans }

    /// Sources whose lifetime is over, the longest over first.
    func asleep(_ list: Usefulness) -> Int { 3 * spans + (list == .oneTarget ? 1 : 2) }

    func shelf(_ list: Usefulness, _ time: Int64) -> Int {
        Int(list.rawValue) * spans + Int(time % Int64(spans))
    }

    /// Puts a record where its list, its traits and its last counted packet say.
    mutating func file(_ number: UInt32, in records: inout ContiguousArray<SourceRecord>) {
        let list = records[Int(number)].list
        let shelf: Int
        if records[Int(number)].isAsleep {
            shelf = asleep(list)
        } else if records[Int(number)].traits.contains(.slow), list == .scanning {
            shelf = slow
        } else {
            let end = records[Int(number)].lastCounted.addingSaturating(lifetime)
            let time = min(max(end / span, open), open &+ Int64(spans) &- 1)
            shelf = self.shelf(list, time)
            lowest[Int(list.rawValue)] = min(lowest[Int(list.rawValue)], time)
        }
        put(number, on: shelf, in: &records)
    }

    private mutating func put(
        _ number: UInt32, on shelf: Int, in records: inout ContiguousArray<SourceRecord>
    ) {
        records[Int(number)].shelf = UInt16(truncatingIfNeeded: shelf)
        shelves[shelf].append(number, in: &records)
        counts[kind(number, records)] += 1
    }

    mutating func take(_ number: UInt32, in records: inout ContiguousArray<SourceRecord>) {
        shelves[Int(records[Int(number)].shelf)].remove(number, in: &records)
        counts[kind(number, records)] -= 1
    }

    private func kind(_ number: UInt32, _ records: borrowing ContiguousArray<SourceRecord>) -> Int {
        let list = records[Int(number)].list
        if records[Int(number)].isAsleep { return list == .oneTarget ? 3 : 4 }
        return Int(list.rawValue)
    }

    /// The first scan whose time has come within the open span; those that were counted since
    /// move on.
    mutating func firstDue(in records: inout ContiguousArray<SourceRecord>) -> UInt32? {
        let shelf = shelf(.scanning, open)
        while let number = first(on: shelf) {
            let end = records[Int(number)].lastCounted.addingSaturating(lifetime)
            if end / span <= open { return number }
            take(number, in: &records)
            file(number, in: &records)
        }
        return nil
    }

    /// The next record on the open shelf of a list that has no order to keep.
    func firstOpen(of list: Usefulness) -> UInt32? { first(on: shelf(list, open)) }

    func first(on shelf: Int) -> UInt32? {
        shelves[shelf].isEmpty ? nil : shelves[shelf].first
    }

    /// Opens the next span that has records, `time` at the latest. Precondition: all shelves of the
    /// open span are empty.
    mutating func openNext(upTo time: Int64, in records: inout ContiguousArray<SourceRecord>) {
        open += 1
        for list in Usefulness.allCases { settle(list) }
        open = min(time, max(open, min(lowest[0], min(lowest[1], lowest[2]))))
        shelves[shelf(.scanning, open)].sort(&records)
    }

    /// The first span of a wheel, from a given one on, that has records.
    func firstFilled(_ list: Usefulness, from start: Int64) -> Int64? {
        var time = max(start, lowest[Int(list.rawValue)])
        while time < open &+ Int64(spans) {
            if !shelves[shelf(list, time)].isEmpty { return time }
            time += 1
        }
        return nil
    }

    /// Moves the lowest span of a wheel up to the first that has records.
    private mutating func settle(_ list: Usefulness) {
        let wheel = Int(list.rawValue)
        if lowest[wheel] == .max { return }
        lowest[wheel] = max(lowest[wheel], open)
        while shelves[shelf(list, lowest[wheel])].isEmpty {
            lowest[wheel] += 1
            if lowest[wheel] >= open &+ Int64(spans) {
                lowest[wheel] = .max
                return
            }
        }
    }

    /// The record of a list whose lifetime ends first, or nearly: records that were counted since
    /// they were filed move on, a few of them at most.
    mutating func oldest(
        of list: Usefulness, in records: inout ContiguousArray<SourceRecord>
    ) -> UInt32? {
        for _ in 0..<8 {
            settle(list)
            let time = lowest[Int(list.rawValue)]
            guard time != .max, let number = first(on: shelf(list, time)) else { break }
            let end = records[Int(number)].lastCounted.addingSaturating(lifetime)
            if end / span <= time { return number }
            take(number, in: &records)
            file(number, in: &records)
        }
        settle(list)
        let time = lowest[Int(list.rawValue)]
        if time != .max { return first(on: shelf(list, time)) }
        return list == .scanning ? first(on: slow) : nil
    }

    /// Goes over all shelves, the least useful first, each with its span counted from the open one.
    func forEachShelf(_ body: (Int, UInt16) -> Void) {
        for list in Usefulness.allCases {
            if list != .scanning { body(asleep(list), 0) }
            for span in 0..<spans {
                body(shelf(list, open &+ Int64(span)), UInt16(truncatingIfNeeded: span))
            }
        }
        body(slow, 0)
    }

    /// Puts a record on the shelf of a span counted from the open one, as a saved table says.
    mutating func file(
        _ number: UInt32, span: UInt16, in records: inout ContiguousArray<SourceRecord>
    ) {
        let record = records[Int(number)]
        guard !record.isAsleep, !record.traits.contains(.slow) else {
            file(number, in: &records)
            return
        }
        let time = open &+ Int64(min(Int(span), spans - 1))
        lowest[Int(record.list.rawValue)] = min(lowest[Int(record.list.rawValue)], time)
        put(number, on: shelf(record.list, time), in: &records)
    }

    /// Sorts the shelf of the scans whose time is now, after it was filled otherwise.
    mutating func sortOpen(_ records: inout ContiguousArray<SourceRecord>) {
        shelves[shelf(.scanning, open)].sort(&records)
    }

    /// Starts anew at a moment, with nothing filed.
    mutating func start(at now: Int64) { open = now / span }

    mutating func removeAll() {
        for shelf in shelves.indices { shelves[shelf] = Chain() }
        counts = InlineArray(repeating: 0)
        lowest = InlineArray(repeating: .max)
        open = 0
    }
}
