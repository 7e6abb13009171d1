// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Shape: the plan's share, the next end; sets, members, echoes, runs, watched hosts, floods: of
/// each what is in use, with its place, since places follow from the seed that is saved beside it.
extension CrowdWatch {
    func save(to writer: inout SavedWriter) {
        writer.put(UInt8(plan.share))
        writer.put(nextEnd)
        sets.save(to: &writer)
        members.save(to: &writer)
        echoes.save(to: &writer)
        runs.save(to: &writer)
        distributed.save(to: &writer)
        floods.save(to: &writer)
    }

    /// Reads what was saved; what no detector could have written is refused.
    ///
    /// Bound: another 3 MiB at most, until it takes the place of the one before.
    static func saved(
        from reader: inout SavedReader, _ bytes: Span<UInt8>, now: Int64, limits: Limits
    ) throws(SavedTableError) -> CrowdWatch {
        let share = Int(try reader.take(UInt8.self, bytes))
        guard (1...96).contains(share) else { throw .contradictory }
        var watch = CrowdWatch(memory: share << 20, limits: limits)
        try watch.restore(from: &reader, bytes, now: now)
        return watch
    }

    private mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>, now: Int64
    ) throws(SavedTableError) {
        nextEnd = try reader.take(bytes)
        try sets.restore(from: &reader, bytes)
        try members.restore(from: &reader, bytes, sets: plan.sets)
        try echoes.restore(from: &reader, bytes, sets: plan.sets)
        try runs.restore(from: &reader, bytes)
        try distributed.restore(from: &reader, bytes)
        // Each watched host's scan is a set of its own, and is there.
        var seen: UInt64 = 0
        for slot in 0..<plan.hosts where distributed[slot].set != 0 {
            let set = Int(distributed[slot].set) - 1
            guard set < plan.sets, sets[set].state == .open, !sets[set].isDecoy,
                seen >> UInt64(set) & 1 == 0
            else { throw .contradictory }
            seen |= 1 << UInt64(set)
        }
        for set in 0..<plan.sets where sets[set].state != .free {
            guard sets[set].lastCounted <= now else { throw .contradictory }
        }
        try floods.restore(from: &reader, bytes, now: FloodWatch.second(now))
    }
}

extension CrowdWatch {
    /// Numbers of origins change from run to run.
    mutating func renumber(_ known: [UInt16: OriginID]) {
        for set in 0..<plan.sets {
            sets[set].origin = known[sets[set].origin.rawValue] ?? .unknown
        }
        floods.renumber(known)
    }
}

extension SavedReader {
    mutating func timestamp(_ bytes: Span<UInt8>) throws(SavedTableError) -> Timestamp {
        Timestamp(nanoseconds: try take(bytes))
    }

    /// A place below a count.
    mutating func place(below count: Int, _ bytes: Span<UInt8>) throws(SavedTableError) -> Int {
        let place = Int(try take(UInt32.self, bytes))
        guard place < count else { throw .contradictory }
        return place
    }

    mutating func flag(_ bytes: Span<UInt8>) throws(SavedTableError) -> Bool {
        let value = try take(UInt8.self, bytes)
        guard value <= 1 else { throw .contradictory }
        return value == 1
    }
}

extension SavedWriter {
    mutating func put(_ time: Timestamp) { put(time.nanoseconds) }
    mutating func put(flag: Bool) { put(flag ? UInt8(1) : 0) }
}

extension CrowdMembers {
    func save(to writer: inout SavedWriter) {
        writer.put(UInt32(entries.count { $0.turn != 0 }))
        for place in entries.indices where entries[place].turn != 0 {
            let entry = entries[place]
            writer.put(UInt32(place))
            writer.put(entry.tag)
            writer.put(entry.seen)
            writer.put(entry.turn)
            writer.put(entry.outside)
            writer.put(entry.inside)
            writer.put(entry.set)
        }
    }

    mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>, sets: Int
    ) throws(SavedTableError) {
        let count = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<count {
            let place = try reader.place(below: entries.count, bytes)
            var entry = Entry()
            entry.tag = try reader.take(bytes)
            entry.seen = try reader.take(bytes)
            entry.turn = try reader.take(bytes)
            entry.outside = try reader.take(bytes)
            entry.inside = try reader.take(bytes)
            entry.set = try reader.take(bytes)
            guard Int(entry.set) < sets else { throw .contradictory }
            self[place] = entry
        }
    }
}
