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
            writer.put(entry.outside)
        }
        writer.put(UInt32(latest.count { $0.serial != 0 }))
        for place in latest.indices where latest[place].serial != 0 {
            writer.put(UInt32(place))
            writer.put(latest[place].tag)
            writer.put(latest[place].serial)
        }
    }

    mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>
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
            entry.outside = try reader.take(bytes)
            guard entry.time >= 0, entry.outside <= 4 else { throw .contradictory }
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

extension DecoyPairs {
    func save(to writer: inout SavedWriter) {
        writer.put(UInt32(entries.count { $0.count > 0 }))
        for place in entries.indices where entries[place].count > 0 {
            let entry = entries[place]
            writer.put(UInt32(place))
            writer.put(entry.sources)
            writer.put(entry.time)
            writer.put(entry.serial)
            writer.put(entry.count)
            writer.put(entry.sure)
            writer.put(entry.start)
            for index in 0..<Int(entry.count) {
                writer.put(entry.targets[index].host)
                writer.put(entry.targets[index].selector)
                writer.put(entry.targets[index].ipProtocol)
                writer.put(entry.targets[index].bits)
            }
        }
    }

    mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) {
        let count = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<count {
            let place = try reader.place(below: entries.count, bytes)
            var entry = Entry()
            entry.sources = try reader.take(bytes)
            entry.time = try reader.take(bytes)
            entry.serial = try reader.take(bytes)
            entry.count = try reader.take(bytes)
            entry.sure = try reader.take(bytes)
            entry.start = try reader.timestamp(bytes)
            guard (1...3).contains(entry.count), entry.sure <= 3, entry.time >= 0 else {
                throw .contradictory
            }
            for index in 0..<Int(entry.count) {
                let host = try reader.address(bytes)
                let selector = try reader.take(UInt16.self, bytes)
                let ipProtocol = try reader.take(UInt8.self, bytes)
                entry.targets[index] = CommonTarget(
                    host: host, selector: selector, ipProtocol: ipProtocol,
                    bits: try reader.take(bytes))
            }
            restore(entry, at: place)
        }
    }
}
