// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension DecoyEchoes {
    func save(to writer: inout SavedWriter) {
        writer.put(serial)
        writer.put(UInt32(entries.count { $0.time > .min }))
        for place in entries.indices where entries[place].time > .min {
            let entry = entries[place]
            writer.put(UInt32(place))
            writer.put(entry.target)
            writer.put(entry.source)
            writer.put(entry.address)
            writer.put(entry.time)
            writer.put(entry.twinMark)
            writer.put(entry.serial)
            writer.put(entry.before)
            writer.put(entry.followers)
            writer.put(entry.crowd)
            writer.put(entry.outside)
            writer.put(entry.member)
        }
        writer.put(UInt32(latest.count { $0.serial != 0 }))
        for place in latest.indices where latest[place].serial != 0 {
            writer.put(UInt32(place))
            writer.put(latest[place].tag)
            writer.put(latest[place].serial)
        }
    }

    mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>, sets: Int
    ) throws(SavedTableError) {
        restore(serial: try reader.take(bytes))
        let count = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<count {
            let place = try reader.place(below: entries.count, bytes)
            var entry = Entry()
            entry.target = try reader.take(bytes)
            entry.source = try reader.take(bytes)
            entry.address = try reader.address(bytes)
            entry.time = try reader.take(bytes)
            entry.twinMark = try reader.take(bytes)
            entry.serial = try reader.take(bytes)
            entry.before = try reader.take(bytes)
            entry.followers = try reader.take(bytes)
            entry.crowd = try reader.take(bytes)
            entry.outside = try reader.take(bytes)
            entry.member = try reader.take(bytes)
            guard entry.time >= 0, entry.outside <= 4, Int(entry.crowd) <= sets else {
                throw .contradictory
            }
            restore(entry, at: place)
        }
        let known = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<known {
            let place = try reader.place(below: latest.count, bytes)
            let tag = try reader.take(UInt32.self, bytes)
            restore(Latest(tag: tag, serial: try reader.take(bytes)), latestAt: place)
        }
    }
}
