// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What each source asked together with others lately, one target after the other: two sources with
/// the same run are one.
///
/// A common target is one that several sources ask for within 100 ms; it has a number of its own
/// (``DecoyEchoes``). So two sources with the same last numbers asked for the same in the same order,
/// each time a moment apart, whichever of them was first.
/// Bound: a fixed number of places, in fours for the sources. A source gives way to another unless it
/// had part in a target that is asked just now, or has two common targets and had the last within a
/// minute.
struct DecoyRuns: ~Copyable {
    /// A source and its last common targets.
    struct Entry: BitwiseCopyable {
        var source: UInt64 = 0
        /// Stream time of the last common target.
        var time: Int64 = .min
        /// Common targets one after the other, the latest last. Range: at most 4 are kept.
        var count: UInt8 = 0
        var serials = InlineArray<4, UInt32>(repeating: 0)
        /// The marks of the last two.
        var marks = InlineArray<2, UInt32>(repeating: 0)
        var starts = InlineArray<4, Timestamp>(repeating: Timestamp(nanoseconds: 0))
        /// Those before the last one.
        var targets = InlineArray<3, CommonTarget>(repeating: CommonTarget())
        var last = CommonTarget()
    }

    /// The first source that had a run.
    struct Owner: BitwiseCopyable {
        var run: UInt64 = 0
        var source: UInt64 = 0
        var address = Address.unspecified
    }

    /// Somebody else had the same run before.
    struct Match {
        var owner: Owner
        /// The common targets before the last one, and when the first of them was asked.
        var targets = InlineArray<3, CommonTarget>(repeating: CommonTarget())
        var count = 0
        var start: Timestamp
    }

    /// One source's part in a common target.
    struct Sighting {
        var source: UInt64
        var address: Address
        var target: CommonTarget
        /// The number of the common target, and of the one that the source asked for first of all
        /// before; nil when it did not, or nobody knows.
        var serial: UInt32
        var lastLed: UInt32?
        /// What a tool's packets about the same target have in common; 0 for nothing.
        var mark: UInt32
        /// When the target was asked for first.
        var start: Timestamp
        var now: Int64
    }

    private(set) var entries: ContiguousArray<Entry>
    private(set) var owners: ContiguousArray<Owner>
    private let mask: Int
    private static let ways = 4

    /// So many common targets, one after the other, make a set.
    ///
    /// With the same source port, sequence number and identification two are enough, since two
    /// senders agree on 32 random bits by chance once in four thousand million. Without them it
    /// takes four: one fewer than make a scan, so that no member is named before its set.
    static let enough = 4
    static let enoughSure = 2
    /// Unit: nanoseconds.
    private static let keeps: Int64 = 60_000_000_000

    init(capacity: Int) {
        entries = ContiguousArray(repeating: Entry(), count: capacity)
        owners = ContiguousArray(repeating: Owner(), count: capacity)
        mask = capacity / DecoyRuns.ways - 1
    }

    var bytes: Int {
        entries.capacity * MemoryLayout<Entry>.stride
            + owners.capacity * MemoryLayout<Owner>.stride
    }

    /// The source's place, or that of the one that is the least loss; nil when all four are kept.
    private func place(of source: UInt64, _ now: Int64) -> Int? {
        let first = (Int(truncatingIfNeeded: source >> 20) & mask) * DecoyRuns.ways
        var place: Int?
        for way in first..<first + DecoyRuns.ways {
            if entries[way].source == source { return way }
            let keeps = entries[way].count >= 2 ? DecoyRuns.keeps : DecoyEchoes.apart
            if entries[way].count > 0, now - entries[way].time <= keeps { continue }
            if let known = place, entries[known].time <= entries[way].time { continue }
            place = way
        }
        return place
    }

    /// Notes that a source had part in a common target.
    ///
    /// - Returns: who had the same run before, if anybody had.
    mutating func note(_ sighting: Sighting, hash: KeyedHash) -> Match? {
        guard let place = place(of: sighting.source, sighting.now) else { return nil }
        if entries[place].source != sighting.source {
            entries[place] = Entry(source: sighting.source)
        }
        // Nothing else in between: it led no other target since the last common one.
        let known = entries[place].serials[3]
        if let led = sighting.lastLed, led != sighting.serial, Int32(bitPattern: led &- known) > 0 {
            entries[place].count = 0
        }
        entries[place].take(sighting)
        if entries[place].count >= DecoyRuns.enoughSure, entries[place].marks[0] != 0,
            sighting.mark != 0,
            let match = match(place, sighting, entries[place].sureRun(hash), DecoyRuns.enoughSure)
        {
            return match
        }
        guard entries[place].count >= DecoyRuns.enough else { return nil }
        return match(place, sighting, entries[place].run(hash), DecoyRuns.enough)
    }

    private mutating func match(
        _ place: Int, _ sighting: Sighting, _ run: UInt64, _ length: Int
    ) -> Match? {
        let slot = Int(truncatingIfNeeded: run) & (owners.count - 1)
        guard owners[slot].run == run, owners[slot].source != sighting.source else {
            owners[slot] = Owner(run: run, source: sighting.source, address: sighting.address)
            return nil
        }
        var match = Match(owner: owners[slot], start: entries[place].starts[4 - length])
        match.count = length - 1
        for index in 0..<match.count {
            match.targets[index] = entries[place].targets[3 - match.count + index]
        }
        return match
    }

    mutating func removeAll() {
        for place in entries.indices { entries[place] = Entry() }
        for place in owners.indices { owners[place] = Owner() }
    }

    mutating func restore(_ entry: Entry, at place: Int) { entries[place] = entry }
    mutating func restore(_ owner: Owner, ownerAt place: Int) { owners[place] = owner }
}

extension DecoyRuns.Entry {
    fileprivate mutating func take(_ sighting: DecoyRuns.Sighting) {
        for index in 0..<3 {
            serials[index] = serials[index + 1]
            starts[index] = starts[index + 1]
        }
        (targets[0], targets[1], targets[2]) = (targets[1], targets[2], last)
        marks[0] = marks[1]
        serials[3] = sighting.serial
        starts[3] = sighting.start
        marks[1] = sighting.mark
        last = sighting.target
        time = sighting.now
        count = min(count + 1, UInt8(DecoyRuns.enough))
    }

    /// Its last four common targets in one number; never 0.
    fileprivate func run(_ hash: KeyedHash) -> UInt64 {
        let first = UInt64(serials[0]) << 32 | UInt64(serials[1])
        return hash(first, UInt64(serials[2]) << 32 | UInt64(serials[3])) | 1
    }

    /// Its last two with their marks in one number; never 0, and never one of the others.
    fileprivate func sureRun(_ hash: KeyedHash) -> UInt64 {
        let last = UInt64(serials[2]) << 32 | UInt64(serials[3])
        return (hash(last, UInt64(marks[0]) << 32 | UInt64(marks[1])) | 1) ^ 1 << 63
    }
}
