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
    struct Entry: BitwiseCopyable {
        var key: UInt64 = 0
        var isUsed = false
        var isPort = false
        var isOpen = false
        /// All targets of the flood are one: the host's favourite port, the port's favourite host.
        var isSingle = false
        var isInternal = false
        var votes: UInt32 = 0
        /// What the sources ask for; of a host the selector and protocol that most do.
        var host = Address.unspecified
        var selector: UInt16 = 0
        var ipProtocol: UInt8 = 0
        var technique: UInt8 = 0
        var origin = OriginID.unknown
        var hasPort = false
        var second: UInt32 = 0
        /// The last second in which it was busy.
        var busy: UInt32 = 0
        /// The sum of `new`.
        var recent: UInt32 = 0
        var new = InlineArray<16, UInt32>(repeating: 0)
        var again = InlineArray<16, UInt32>(repeating: 0)
        var sources: UInt64 = 0
        var packets: UInt64 = 0
        var peak: UInt32 = 0
        var first = Timestamp(nanoseconds: 0)
        var start = Timestamp(nanoseconds: 0)
        var last = Timestamp(nanoseconds: 0)
    }

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
    /// The second that is looked at next; none while there is nothing to look at.
    private(set) var nextSecond: UInt32 = .max

    init(capacity: Int) {
        entries = ContiguousArray(repeating: Entry(), count: max(2 * FloodWatch.ways, capacity))
        mask = entries.count / FloodWatch.ways - 1
    }

    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride }

    static func second(_ now: Int64) -> UInt32 { UInt32(clamping: now / 1_000_000_000) }

    /// Stream time at which there is something to look at.
    var deadline: Int64? {
        nextSecond == .max ? nil : Int64(nextSecond) * 1_000_000_000
    }

    mutating func note(_ sighting: CrowdSighting, hash: KeyedHash) {
        guard sighting.isNewSource || sighting.isSecond || open > 0 else { return }
        // A server may have as many clients as it likes, and by UDP they ask once.
        if sighting.isServed, sighting.event.ipProtocol.rawValue != 6 { return }
        count(sighting, hash(sighting.target.host), isPort: false)
        count(sighting, hash(sighting.target.salt, 1 << 40), isPort: true)
    }

    private mutating func count(
        _ sighting: CrowdSighting, _ key: UInt64, isPort: Bool
    ) {
        let second = FloodWatch.second(sighting.now)
        guard let place = place(of: key, sighting, isPort: isPort, second) else { return }
        roll(place, to: second)
        if entries[place].isOpen {
            entries[place].packets &+= 1
            entries[place].last = max(entries[place].last, sighting.event.time)
        }
        let bucket = Int(second & 15)
        if sighting.isSecond { entries[place].again[bucket] &+= 1 }
        guard sighting.isNewSource else { return }
        entries[place].new[bucket] &+= 1
        entries[place].recent &+= 1
        if entries[place].isOpen {
            entries[place].sources &+= 1
            entries[place].peak = max(entries[place].peak, entries[place].new[bucket])
        } else {
            entries[place].last = max(entries[place].last, sighting.event.time)
        }
        vote(sighting, place)
        if nextSecond == .max, entries[place].new[bucket] >= UInt32(FloodWatch.sources) / 16 {
            nextSecond = second + 1
        }
    }

    /// The majority vote of Boyer and Moore: which target most of the sources ask for.
    private mutating func vote(_ sighting: CrowdSighting, _ place: Int) {
        let target = sighting.target
        let agrees =
            entries[place].host.isSame(as: target.host)
            && entries[place].selector == target.selector
            && entries[place].ipProtocol == target.ipProtocol
        if agrees {
            if entries[place].votes < .max { entries[place].votes += 1 }
        } else if entries[place].votes > 0 {
            entries[place].votes -= 1
        } else {
            entries[place].votes = 1
            entries[place].host = target.host
            entries[place].selector = target.selector
            entries[place].ipProtocol = target.ipProtocol
            entries[place].hasPort = target.hasPort
            entries[place].technique = Technique(of: sighting.event).rawValue
        }
        entries[place].origin = sighting.event.origin
    }

    private mutating func place(
        of key: UInt64, _ sighting: CrowdSighting, isPort: Bool, _ second: UInt32
    ) -> Int? {
        let first = (Int(truncatingIfNeeded: key >> 20) & mask) * FloodWatch.ways
        var place = -1
        var fewest = UInt64.max
        for way in first..<first + FloodWatch.ways {
            if entries[way].isUsed, entries[way].key == key, entries[way].isPort == isPort {
                return way
            }
            guard !entries[way].isOpen else { continue }
            let idle = second - min(second, entries[way].second) > FloodWatch.window
            let sources = !entries[way].isUsed || idle ? 0 : UInt64(entries[way].recent) + 1
            if sources < fewest { (place, fewest) = (way, sources) }
        }
        guard sighting.isNewSource, place >= 0 else { return nil }
        entries[place] = Entry(
            key: key, isUsed: true, isPort: isPort, isInternal: sighting.isInternal,
            second: second, first: sighting.event.time,
            last: sighting.event.time)
        return place
    }

    /// Empties the buckets of the seconds that passed.
    private mutating func roll(_ place: Int, to second: UInt32) {
        let passed = second - min(second, entries[place].second)
        guard passed > 0 else { return }
        if passed >= 16 {
            entries[place].new = InlineArray(repeating: 0)
            entries[place].recent = 0
            entries[place].again = InlineArray(repeating: 0)
            if !entries[place].isOpen { entries[place].votes = 0 }
        } else {
            for step in 1...passed {
                let bucket = Int((entries[place].second &+ step) & 15)
                entries[place].recent &-= entries[place].new[bucket]
                entries[place].new[bucket] = 0
                entries[place].again[bucket] = 0
            }
        }
        entries[place].second = second
    }

    /// Looks at all counters at the beginning of a second.
    ///
    /// - Returns: what began or ended, one at a time: call it again until it is nil.
    mutating func look(isFinal: Bool = false) -> (entry: Entry, isEnd: Bool)? {
        guard nextSecond != .max else { return nil }
        let second = nextSecond
        for place in entries.indices where entries[place].isUsed {
            roll(place, to: second)
            if entries[place].isOpen {
                if isOver(place, second) || isFinal {
                    return (close(place), true)
                }
            } else if isFlood(entries[place], second, isFinal: isFinal), !isCovered(place) {
                return (begin(place, second), false)
            }
        }
        nextSecond = isFinal || !isWatching(second) ? .max : second &+ 1
        return nil
    }

    private func isFlood(_ entry: Entry, _ second: UInt32, isFinal: Bool) -> Bool {
        var (settled, again) = (0, 0)
        for bucket in 0..<UInt32(16) {
            // How many seconds ago the bucket ended.
            let age = (second &- 1 &- bucket) & 15
            again += Int(entry.again[Int(bucket)])
            let isSettled = isFinal || age >= FloodWatch.settles
            if isSettled, age < FloodWatch.settles + FloodWatch.window {
                settled += Int(entry.new[Int(bucket)])
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
        (open, nextSecond) = (0, .max)
    }

    mutating func restore(nextSecond: UInt32) { self.nextSecond = nextSecond }

    mutating func replace(_ entry: Entry, at place: Int) { entries[place] = entry }

    mutating func restore(_ entry: Entry, at place: Int) {
        entries[place] = entry
        if entry.isOpen { open += 1 }
    }
}
