// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The targets asked a moment ago, by which source first: who asks for the same within 100 ms is its
/// echo.
///
/// Bound: a fixed number of places, each overwritten by the next target that falls into it.
struct DecoyEchoes: ~Copyable {
    /// A target and the first source that asked for it.
    struct Entry: BitwiseCopyable {
        var target: UInt64 = 0
        var source: UInt64 = 0
        var address = Address.unspecified
        /// Stream time of the first source's packet.
        var time: Int64 = .min
        var twinMark: UInt32 = 0
        /// The number of this target among all, and of the one that the source led before.
        var serial: UInt32 = 0
        var before: UInt32 = 0
        var followers: UInt8 = 0
        /// The first source's packet was counted as outside of its set. Unit: quarters.
        var outside: UInt8 = 0
    }

    struct Latest: BitwiseCopyable {
        var tag: UInt32 = 0
        var serial: UInt32 = 0
    }

    private(set) var entries: ContiguousArray<Entry>
    /// The number of the last target that a source led.
    private(set) var latest: ContiguousArray<Latest>
    private(set) var serial: UInt32 = 0
    private let mask: Int

    /// Unit: nanoseconds. Nmap sends the packets of all decoys for a target in one go: measured here
    /// 5 to 20 µs apart. The rest is for queues on the way.
    static let apart: Int64 = 100_000_000
    /// Nmap takes at most so many decoys (MAX_DECOYS, nmap.h).
    static let mostFollowers: UInt8 = 128

    init(capacity: Int) {
        entries = ContiguousArray(repeating: Entry(), count: capacity)
        latest = ContiguousArray(repeating: Latest(), count: capacity)
        mask = capacity - 1
    }

    var bytes: Int {
        entries.capacity * MemoryLayout<Entry>.stride
            + latest.capacity * MemoryLayout<Latest>.stride
    }

    subscript(_ place: Int) -> Entry {
        get { entries[place] }
        set { entries[place] = newValue }
    }

    func place(of target: UInt64) -> Int { Int(truncatingIfNeeded: target) & mask }

    /// Whether somebody else asked for the target a moment ago.
    func isEcho(_ sighting: CrowdSighting, at place: Int) -> Bool {
        entries[place].target == sighting.targetHash && entries[place].source != sighting.source
            && entries[place].time > .min
            && sighting.now - entries[place].time <= DecoyEchoes.apart
    }

    /// The source asks for a target first.
    mutating func lead(_ sighting: CrowdSighting, at place: Int) {
        serial &+= 1
        let before = lastLed(by: sighting.source) ?? serial &- 1 << 30
        entries[place] = Entry(
            target: sighting.targetHash, source: sighting.source, address: sighting.event.source,
            time: sighting.now, twinMark: sighting.event.twinMark ?? 0, serial: serial,
            before: before)
        let tag = UInt32(truncatingIfNeeded: sighting.source >> 32)
        latest[Int(truncatingIfNeeded: sighting.source) & mask] = Latest(tag: tag, serial: serial)
    }

    func lastLed(by source: UInt64) -> UInt32? {
        let known = latest[Int(truncatingIfNeeded: source) & mask]
        return known.tag == UInt32(truncatingIfNeeded: source >> 32) && known.serial != 0
            ? known.serial : nil
    }

    mutating func removeAll() {
        for place in entries.indices { entries[place] = Entry() }
        for place in latest.indices { latest[place] = Latest() }
        serial = 0
    }

    mutating func restore(serial: UInt32) { self.serial = serial }
    mutating func restore(_ entry: Entry, at place: Int) { entries[place] = entry }
    mutating func restore(_ known: Latest, latestAt place: Int) { latest[place] = known }
}

/// Pairs of sources that asked for the same targets in the same order, each a moment after the other.
///
/// Bound: a fixed number of places, four for each pair. A pair gives way to another unless it has two common targets
/// and had the last within a minute.
struct DecoyPairs: ~Copyable {
    struct Entry: BitwiseCopyable {
        var sources: UInt64 = 0
        /// Stream time of the last common target; the number of that target.
        var time: Int64 = .min
        var serial: UInt32 = 0
        /// Common targets one after the other; those among them with one mark.
        var count: UInt8 = 0
        var sure: UInt8 = 0
        var start = Timestamp(nanoseconds: 0)
        /// The first common targets, but the one that completes the set.
        var targets = InlineArray<3, CommonTarget>(repeating: CommonTarget())
    }

    private(set) var entries: ContiguousArray<Entry>
    private let mask: Int
    private static let ways = 4

    /// So many common targets, one after the other, make a set.
    ///
    /// With the same source port, sequence number and identification two are enough, since two
    /// senders agree on 32 random bits by chance once in four thousand million. Without them it
    /// takes four: one fewer than make a scan, so that no member is named before its set.
    static let enoughSure: UInt8 = 2
    static let enough: UInt8 = 4
    /// Unit: nanoseconds.
    private static let keeps: Int64 = 60_000_000_000

    init(capacity: Int) {
        entries = ContiguousArray(repeating: Entry(), count: capacity)
        mask = capacity / DecoyPairs.ways - 1
    }

    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride }

    /// The pair's place, or that of the one that is the least loss; nil when all four are kept.
    private func place(of sources: UInt64, _ now: Int64) -> Int? {
        let first = (Int(truncatingIfNeeded: sources >> 20) & mask) * DecoyPairs.ways
        var place: Int?
        for way in first..<first + DecoyPairs.ways {
            if entries[way].sources == sources { return way }
            let isKept = entries[way].count >= 2 && now - entries[way].time < DecoyPairs.keeps
            if isKept { continue }
            if let known = place, entries[known].time <= entries[way].time { continue }
            place = way
        }
        return place
    }

    /// Notes that a source asks for what another asked a moment ago.
    ///
    /// - Returns: the pair with its earlier targets, when this target completes a set.
    mutating func note(
        _ sighting: CrowdSighting, after echo: DecoyEchoes.Entry, isTwin: Bool,
        lastLed: UInt32?
    ) -> Entry? {
        // The same pair whichever of the two comes first.
        let sources = sighting.source &+ echo.source
        guard let place = place(of: sources, sighting.now) else { return nil }
        // When the first of the two asked.
        let start = sighting.event.time.advanced(byNanoseconds: echo.time - sighting.now)
        if entries[place].sources != sources {
            entries[place] = Entry(sources: sources, start: start)
        }
        let known = entries[place].serial
        let isFirst = entries[place].count == 0
        // In the same order, and nothing else in between: neither of them led another target.
        let follows =
            Int32(bitPattern: echo.before &- known) <= 0
            && Int32(bitPattern: (lastLed ?? known) &- known) <= 0
            && Int32(bitPattern: echo.serial &- known) > 0
        if !isFirst, !follows {
            entries[place] = Entry(sources: sources, start: start)
        }
        let before = entries[place]
        entries[place].time = sighting.now
        entries[place].serial = echo.serial
        let count = Int(entries[place].count)
        if count < 3 {
            entries[place].targets[count] = sighting.target
        }
        entries[place].count = min(entries[place].count + 1, 3)
        if isTwin { entries[place].sure = min(entries[place].sure + 1, 3) }
        let isSet =
            before.count + 1 >= DecoyPairs.enough
            || isTwin && before.sure + 1 >= DecoyPairs.enoughSure
        guard isSet else { return nil }
        entries[place] = Entry()
        return before
    }

    mutating func removeAll() {
        for place in entries.indices { entries[place] = Entry() }
    }

    mutating func restore(_ entry: Entry, at place: Int) { entries[place] = entry }
}
