// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension FloodWatch {
    func save(to writer: inout SavedWriter) {
        writer.put(nextSecond)
        writer.put(UInt32(entries.count { $0.isUsed }))
        for place in entries.indices where entries[place].isUsed {
            writer.put(UInt32(place))
            save(entries[place], to: &writer)
        }
    }

    private func save(_ entry: Entry, to writer: inout SavedWriter) {
        writer.put(entry.key)
        for flag in [
            entry.isPort, entry.isOpen, entry.isSingle, entry.isInternal, entry.hasPort,
        ] {
            writer.put(flag: flag)
        }
        writer.put(entry.votes)
        writer.put(entry.host)
        writer.put(entry.selector)
        writer.put(entry.ipProtocol)
        writer.put(entry.technique)
        writer.put(entry.origin.rawValue)
        writer.put(entry.second)
        writer.put(entry.busy)
        for bucket in 0..<16 { writer.put(entry.new[bucket]) }
        for bucket in 0..<16 { writer.put(entry.again[bucket]) }
        writer.put(entry.sources)
        writer.put(entry.packets)
        writer.put(entry.peak)
        writer.put(entry.first)
        writer.put(entry.start)
        writer.put(entry.last)
    }

    mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>, now: UInt32
    ) throws(SavedTableError) {
        restore(nextSecond: try reader.take(bytes))
        // Time had passed when it was saved, so what is next is still to come, and soon.
        guard nextSecond > now, nextSecond == .max || nextSecond - now <= 2 else {
            throw .contradictory
        }
        let count = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<count {
            let place = try reader.place(below: entries.count, bytes)
            guard !entries[place].isUsed else { throw .contradictory }
            let entry = try FloodWatch.entry(from: &reader, bytes)
            guard entry.second <= now, entry.busy <= now, !entry.isOpen || nextSecond < .max else {
                throw .contradictory
            }
            restore(entry, at: place)
        }
    }

    mutating func renumber(_ known: [UInt16: OriginID]) {
        for place in entries.indices where entries[place].isUsed {
            var entry = entries[place]
            entry.origin = known[entry.origin.rawValue] ?? .unknown
            replace(entry, at: place)
        }
    }

    private static func entry(
        from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) -> Entry {
        var entry = Entry()
        entry.isUsed = true
        entry.key = try reader.take(bytes)
        entry.isPort = try reader.flag(bytes)
        entry.isOpen = try reader.flag(bytes)
        entry.isSingle = try reader.flag(bytes)
        entry.isInternal = try reader.flag(bytes)
        entry.hasPort = try reader.flag(bytes)
        entry.votes = try reader.take(bytes)
        entry.host = try reader.address(bytes)
        entry.selector = try reader.take(bytes)
        entry.ipProtocol = try reader.take(bytes)
        entry.technique = try reader.take(bytes)
        entry.origin = OriginID(rawValue: try reader.take(bytes))
        entry.second = try reader.take(bytes)
        entry.busy = try reader.take(bytes)
        for bucket in 0..<16 {
            entry.new[bucket] = try reader.take(bytes)
            entry.recent &+= entry.new[bucket]
        }
        for bucket in 0..<16 { entry.again[bucket] = try reader.take(bytes) }
        entry.sources = try reader.take(bytes)
        entry.packets = try reader.take(bytes)
        entry.peak = try reader.take(bytes)
        entry.first = try reader.timestamp(bytes)
        entry.start = try reader.timestamp(bytes)
        entry.last = try reader.timestamp(bytes)
        return entry
    }
}
