// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Sources of which one packet is known, in the order in which they came.
///
/// A flood of forged sources has one packet each: here each costs 40 bytes (64 for IPv6), written
/// one behind the other, instead of a record's 256. The second packet makes a record out of the
/// entry; what it holds is all that the first packet would have left in one. When there is no room
/// the oldest go; until then an entry whose lifetime is over is the memory of a slow source.
/// Shape: a ring of words. Entry: meta, stream time with the key's width in its low byte, packet
/// time, (selector, source port, sequence number), then source and destination: one word for two
/// IPv4 addresses, four for IPv6. Meta, from bit 0: origin 16, hop limit 8, danger level from the
/// settings 3, trace 1, unused 4, protocol 8, ``TargetBits`` 8, technique 4, kind 2, dead 1,
/// watched 1, mark 8.
/// Bound: `capacity` words, reserved once.
struct Probation: ~Copyable {
    let capacity: Int
    var words: ContiguousArray<UInt64>
    /// The oldest entry, the oldest whose lifetime is not over, and where the next will stand.
    private(set) var head = 0
    private(set) var ripe = 0
    private var tail = 0
    /// Entries in the ring, dead ones included; and those from `ripe` on.
    private(set) var used = 0
    private var unripe = 0
    /// Sources, and those of them whose lifetime is not over.
    private(set) var count = 0
    private(set) var liveCount = 0

    static let narrowWords = 5
    static let wideWords = 8
    /// In place of a technique: the entry stands for an accepted connection, its mark in `selector`.
    static let credit: UInt8 = 15

    init(capacity: Int) {
        self.capacity = max(64, min(capacity, Int(Int32.max)))
        words = ContiguousArray(minimumCapacity: self.capacity)
    }

    var bytes: Int { words.capacity * 8 }

    enum Kind {
        static let narrow: UInt64 = 1 << 52
        static let wide: UInt64 = 2 << 52
        /// Nothing more stands before the end of the ring.
        static let skip: UInt64 = 3 << 52
        static let mask: UInt64 = 3 << 52
        static let trace: UInt64 = 1 << 27
        static let dead: UInt64 = 1 << 54
        static let watched: UInt64 = 1 << 55

        /// What a dead entry of this size begins with.
        static func gap(_ size: Int) -> UInt64 {
            switch size {
            case Probation.narrowWords: narrow | dead
            case Probation.wideWords: wide | dead
            default: skip | dead
            }
        }
    }

    /// Makes room for an entry.
    ///
    /// - Returns: a source that must go first; nil when there is room. Called until then.
    mutating func victim(forWide isWide: Bool) -> Int? {
        let size = isWide ? Probation.wideWords : Probation.narrowWords
        while true {
            if used == 0 {
                (head, ripe, tail) = (0, 0, 0)
                return nil
            }
            let isInTheWay =
                tail + size > capacity ? head >= tail : head >= tail && head < tail + size
            if isInTheWay {
                if isAlive(head) { return head }
                dropHead()
            } else if tail + size > capacity {
                if tail < capacity {
                    if unripe == 0 { ripe = tail }
                    write(Kind.skip | Kind.dead, at: tail)
                    (used, unripe) = (used + 1, unripe + 1)
                }
                tail = 0
            } else {
                return nil
            }
        }
    }

    /// Writes an entry; `victim` has made room.
    mutating func append(_ evidence: Evidence, key: SourceKey, isWatched: Bool) -> Int {
        let isWide = Probation.isWide(evidence)
        let offset = tail
        if unripe == 0 { ripe = offset }
        write(
            UInt64(evidence.origin.rawValue) | UInt64(evidence.hopLimit) << 16
                | UInt64(evidence.autoLevel & 7) << 24 | (evidence.isTrace ? Kind.trace : 0)
                | UInt64(evidence.ipProtocol) << 32 | UInt64(evidence.bits) << 40
                | UInt64(evidence.technique & 15) << 48 | (isWide ? Kind.wide : Kind.narrow)
                | (isWatched ? Kind.watched : 0) | UInt64(evidence.mark.rawValue) << 56, at: offset)
        write(UInt64(bitPattern: evidence.now) & ~0xff | UInt64(key.width), at: offset + 1)
        write(UInt64(bitPattern: evidence.time.nanoseconds), at: offset + 2)
        write(
            UInt64(evidence.selector) | UInt64(evidence.sourcePort) << 16
                | UInt64(evidence.sequenceNumber) << 32, at: offset + 3)
        if isWide {
            write(evidence.source.high, at: offset + 4)
            write(evidence.source.low, at: offset + 5)
            write(evidence.destination.high, at: offset + 6)
            write(evidence.destination.low, at: offset + 7)
            tail = offset + Probation.wideWords
        } else {
            write(
                UInt64(evidence.source.v4Bits) << 32 | UInt64(evidence.destination.v4Bits),
                at: offset + 4)
            tail = offset + Probation.narrowWords
        }
        (used, unripe) = (used + 1, unripe + 1)
        (count, liveCount) = (count + 1, liveCount + 1)
        return offset
    }

    /// Writes a saved entry.
    mutating func append(_ entry: InlineArray<8, UInt64>, size: Int) -> Int {
        let place = tail
        if unripe == 0 { ripe = place }
        for index in 0..<size { write(entry[index], at: place + index) }
        tail = wrapped(place + size)
        (used, unripe) = (used + 1, unripe + 1)
        (count, liveCount) = (count + 1, liveCount + 1)
        return place
    }

    /// Leaves room where a saved entry has left some.
    mutating func appendGap(_ size: Int) {
        if unripe == 0 { ripe = tail }
        for index in 0..<size { write(index == 0 ? Kind.gap(size) : 0, at: tail + index) }
        tail = wrapped(tail + size)
        (used, unripe) = (used + 1, unripe + 1)
    }

    /// Begins at a place other than the first. Precondition: it is empty.
    mutating func start(at place: Int) {
        while words.count < place { words.append(0) }
        (head, ripe, tail) = (place, place, wrapped(place))
    }

    static func isWide(_ evidence: Evidence) -> Bool {
        !evidence.source.isV4 || !evidence.destination.isV4
    }

    /// Takes out an entry: its source has a record now, or is forgotten.
    mutating func remove(_ offset: Int) {
        if isUnripe(offset) { liveCount -= 1 }
        count -= 1
        words[offset] |= Kind.dead
        if offset == head { dropHead() }
    }

    /// Lets lifetimes end that began before.
    ///
    /// - Returns: when the next one began; nil when there is none.
    mutating func ripen(before horizon: Int64) -> Int64? {
        while unripe > 0 {
            if isAlive(ripe) {
                let began = began(ripe)
                if began > horizon { return began }
                liveCount -= 1
            }
            ripe = following(ripe)
            unripe -= 1
        }
        return nil
    }

    /// The oldest source whose lifetime is not over, as `ripen` left it.
    var nextToRipen: Int64? {
        guard unripe > 0 else { return nil }
        if words[ripe] & Kind.mask != Kind.skip { return began(ripe) }
        return unripe > 1 ? began(0) : nil
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        (head, ripe, tail, used, unripe, count, liveCount) = (0, 0, 0, 0, 0, 0, 0)
    }

    private func following(_ offset: Int) -> Int {
        switch words[offset] & Kind.mask {
        case Kind.narrow: wrapped(offset + Probation.narrowWords)
        case Kind.wide: wrapped(offset + Probation.wideWords)
        default: 0
        }
    }

    private func wrapped(_ offset: Int) -> Int { offset >= capacity ? 0 : offset }

    private mutating func dropHead() {
        if unripe == used {
            ripe = following(head)
            unripe -= 1
        }
        head = following(head)
        used -= 1
    }

    private func isUnripe(_ offset: Int) -> Bool {
        if unripe == used { return true }
        if unripe == 0 { return false }
        return distance(offset) >= distance(ripe)
    }

    private func distance(_ offset: Int) -> Int {
        offset >= head ? offset - head : offset - head + capacity
    }

    private mutating func write(_ word: UInt64, at place: Int) {
        if place < words.count {
            words[place] = word
        } else {
            words.append(word)
        }
    }
}

extension Probation {
    /// Goes over all entries, the oldest first: a source's place, or nil for so many words that
    /// one has left.
    func forEach(_ body: (Int?, Int) -> Void) {
        var offset = head
        for _ in 0..<used {
            let next = following(offset)
            let size = next > offset ? next - offset : capacity - offset
            body(isAlive(offset) ? offset : nil, size)
            offset = next
        }
    }
}
