// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The numbers of a flood.
package struct FloodCounts: Hashable, Sendable {
    /// New sources; one that was forgotten in between counts again.
    package var sources: UInt64
    /// Packets per second, on average over the flood.
    package var rate: Double
    /// The most new sources in one second.
    package var peak: UInt64

    package init(sources: UInt64, rate: Double, peak: UInt64) {
        self.sources = sources
        self.rate = rate
        self.peak = peak
    }
}

/// Sees when a host or a port is asked by a great many sources with one packet each.
///
/// New sources are counted by the second. Whether one comes again is known after some seconds, as a
/// stack that gets no answer asks again after 1 and 3 s (RFC 6298); those are clients, and do not
/// make a flood however many they are.
/// Bound: a fixed number of counters; a new host or port takes the place of the one with the fewest
/// sources of four.
struct FloodWatch: ~Copyable {
    /// New one-packet sources within the window. Source: detection.md.
    static let sources = 1_000
    /// Unit: seconds.
    static let window: UInt32 = 10
    /// After so many seconds a source that did not ask again is taken not to. Unit: seconds.
    static let settles: UInt32 = 4
    /// Over after so many seconds with fewer than half of the sources in a window.
    static let quietSeconds: UInt32 = 60
    private static let ways = 4

    private(set) var entries: ContiguousArray<Entry>
    private let mask: Int
    private(set) var open = 0
    /// The one target of the flood that was found last; nil when it has several, or is over.
    private var flooded: CommonTarget?
    /// The second that is looked at next; none while there is nothing to look at.
    private(set) var nextSecond: UInt32 = .max

    init(capacity: Int) {
        entries = ContiguousArray(repeating: Entry(), count: max(2 * FloodWatch.ways, capacity))
        mask = entries.count / FloodWatch.ways - 1
    }

    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride }

    /// Stands still after 136 years of stream time, short of the numbers that mean something else.
    static func second(_ now: Int64) -> UInt32 {
        UInt32(clamping: min(now / 1_000_000_000, Int64(UInt32.max) - 1024))
    }

    /// Stream time at which there is something to look at.
    var deadline: Int64? {
        nextSecond == .max ? nil : Int64(nextSecond) * 1_000_000_000
    }

    /// Whether the packet is but one more of a flood, and says nothing else.
    func isDrop(_ sighting: CrowdSighting) -> Bool {
        guard sighting.isNewSource, let flooded else { return false }
        return flooded.selector == sighting.target.selector
            && flooded.ipProtocol == sighting.target.ipProtocol
            && flooded.host.isSame(as: sighting.target.host)
    }

    /// Of several the last place's, so that a table that was saved and restored says the same.
    private mutating func findFlooded() {
        flooded = nil
        for place in entries.indices where entries[place].isOpen && entries[place].isSingle {
            flooded = CommonTarget(
                host: entries[place].host, selector: entries[place].selector,
                ipProtocol: entries[place].ipProtocol)
        }
    }

    mutating func note(_ sighting: CrowdSighting, hash: KeyedHash) {
        guard sighting.isNewSource || sighting.isSecond || open > 0 else { return }
        // A server may have as many clients as it likes, and by UDP they ask once.
        if sighting.isServed, sighting.event.ipProtocol.rawValue != 6 { return }
        count(sighting, sighting.host, isPort: false)
        count(sighting, hash(sighting.target.salt, 1 << 40), isPort: true)
    }

    private mutating func count(
        _ sighting: CrowdSighting, _ key: UInt64, isPort: Bool
    ) {
        let second = FloodWatch.second(sighting.now)
        guard let place = place(of: key, sighting, isPort: isPort, second) else { return }
        let new = entries[place].note(sighting, second)
        if nextSecond == .max, new >= UInt32(FloodWatch.sources) / 16 {
            nextSecond = second == .max ? .max : second + 1
        }
    }

    private mutating func place(
        of key: UInt64, _ sighting: CrowdSighting, isPort: Bool, _ second: UInt32
    ) -> Int? {
        let first = (Int(truncatingIfNeeded: key >> 20) & mask) * FloodWatch.ways
        var place = -1
        var fewest = UInt64.max
        for way in first..<first + FloodWatch.ways
        where entries[way].key == key && entries[way].isUsed && entries[way].isPort == isPort {
            return way
        }
        guard sighting.isNewSource else { return nil }
        for way in first..<first + FloodWatch.ways {
            guard !entries[way].isOpen else { continue }
            let idle = second - min(second, entries[way].second) > FloodWatch.window
            let sources = !entries[way].isUsed || idle ? 0 : UInt64(entries[way].recent) + 1
            if sources < fewest { (place, fewest) = (way, sources) }
        }
        guard place >= 0 else { return nil }
        entries[place] = Entry(
            key: key, isUsed: true, isPort: isPort, isInternal: sighting.isInternal,
            second: second, first: sighting.event.time,
            last: sighting.event.time)
        return place
    }

    /// Looks at all counters at the beginning of a second.
    ///
    /// - Returns: what began or ended, one at a time: call it again until it is nil.
    mutating func look(isFinal: Bool = false) -> (entry: Entry, isEnd: Bool)? {
        guard nextSecond != .max else { return nil }
        let second = nextSecond
        for place in entries.indices where entries[place].isUsed {
            entries[place].roll(to: second)
            if entries[place].isOpen {
                if isOver(place, second) || isFinal {
                    return (close(place), true)
                }
            } else if isFlood(entries[place], second, isFinal: isFinal), !isCovered(place) {
                return (begin(place, second), false)
            }
        }
        nextSecond = isFinal || !isWatching(second) || second == .max ? .max : second + 1
        return nil
    }

    /// Whether enough sources came within a window and did not ask again. At the end of the input
    /// nobody can ask again any more, so the windows that are not settled yet are looked at too.
    private func isFlood(_ entry: Entry, _ second: UInt32, isFinal: Bool) -> Bool {
        var (settled, again) = (0, 0)
        for bucket in 0..<UInt32(16) {
            // How many seconds ago the bucket ended.
            let age = (second &- 1 &- bucket) & 15
            again += Int(entry.again[Int(bucket)])
            if age >= FloodWatch.settles, age < FloodWatch.settles + FloodWatch.window {
                settled += Int(entry.new[Int(bucket)])
            }
        }
        if isFinal {
            var sum = settled
            for later in 1...FloodWatch.settles {
                let (joins, leaves) = (
                    FloodWatch.settles - later, FloodWatch.settles + FloodWatch.window - later
                )
                sum += Int(entry.new[Int((second &- 1 &- joins) & 15)])
                sum -= Int(entry.new[Int((second &- 1 &- leaves) & 15)])
                settled = max(settled, sum)
            }
        }
        return settled - again >= FloodWatch.sources
    }

    private mutating func begin(_ place: Int, _ second: UInt32) -> Entry {
        var (new, again, peak) = (UInt64(0), UInt64(0), UInt32(0))
        var oldest: UInt32 = 0
        for bucket in 0..<UInt32(16) {
            new += UInt64(entries[place].new[Int(bucket)])
            again += UInt64(entries[place].again[Int(bucket)])
            peak = max(peak, entries[place].new[Int(bucket)])
            if entries[place].new[Int(bucket)] > 0 {
                oldest = max(oldest, (second &- 1 &- bucket) & 15)
            }
        }
        entries[place].isOpen = true
        open += 1
        // Boyer and Moore's votes are what the majority is ahead by.
        entries[place].isSingle = UInt64(entries[place].votes) * 2 >= new
        entries[place].sources = new
        entries[place].packets = new + again
        entries[place].peak = peak
        entries[place].busy = second
        let age = Int64(oldest) * 1_000_000_000
        entries[place].start = max(
            entries[place].first, entries[place].last.advanced(byNanoseconds: -age))
        findFlooded()
        return entries[place]
    }

    private mutating func isOver(_ place: Int, _ second: UInt32) -> Bool {
        var new = 0
        for bucket in 0..<UInt32(16) where (second &- 1 &- bucket) & 15 < FloodWatch.window {
            new += Int(entries[place].new[Int(bucket)])
        }
        if new >= FloodWatch.sources / 2 { entries[place].busy = second }
        return second - min(second, entries[place].busy) >= FloodWatch.quietSeconds
    }

    private mutating func close(_ place: Int) -> Entry {
        let entry = entries[place]
        // What it covered belonged to it.
        for other in entries.indices where other != place && !entries[other].isOpen {
            if FloodWatch.isAlike(entries[other], entry) { entries[other] = Entry() }
        }
        entries[place] = Entry()
        open -= 1
        findFlooded()
        return entry
    }

    /// Whether an open flood of the same host or port says it already.
    private func isCovered(_ place: Int) -> Bool {
        for other in entries.indices where entries[other].isOpen {
            if FloodWatch.isAlike(entries[place], entries[other]) { return true }
        }
        return false
    }

    private static func isAlike(_ one: Entry, _ other: Entry) -> Bool {
        one.host.isSame(as: other.host)
            || one.selector == other.selector && one.ipProtocol == other.ipProtocol
    }

    /// Whether anything is left that may begin or end by time alone.
    private func isWatching(_ second: UInt32) -> Bool {
        for place in entries.indices where entries[place].isUsed {
            if entries[place].isOpen { return true }
            if entries[place].recent >= UInt32(FloodWatch.sources) / 16 { return true }
        }
        return false
    }

    /// The input is over: what is there is looked at once more, settled or not.
    mutating func finish(now: Int64) { nextSecond = FloodWatch.second(now) &+ 1 }

    mutating func removeAll() {
        for place in entries.indices { entries[place] = Entry() }
        (open, nextSecond, flooded) = (0, .max, nil)
    }

    mutating func restore(nextSecond: UInt32) { self.nextSecond = nextSecond }

    mutating func replace(_ entry: Entry, at place: Int) { entries[place] = entry }

    mutating func restore(_ entry: Entry, at place: Int) {
        entries[place] = entry
        if entry.isOpen {
            open += 1
            findFlooded()
        }
    }
}
