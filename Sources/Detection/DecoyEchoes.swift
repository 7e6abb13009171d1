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
        /// The number of a set + 1 of which a member asked too, or 0.
        var crowd: UInt8 = 0
        /// A member's packet that was counted as outside of its set, and whose. Unit: quarters.
        var outside: UInt8 = 0
        var member: UInt64 = 0
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
