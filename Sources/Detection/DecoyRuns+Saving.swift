// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension DecoyRuns {
    func save(to writer: inout SavedWriter) {
        writer.put(UInt32(entries.count { $0.count > 0 }))
        for place in entries.indices where entries[place].count > 0 {
            let entry = entries[place]
            writer.put(UInt32(place))
            writer.put(entry.source)
            writer.put(entry.time)
            writer.put(entry.count)
            for index in 0..<4 {
                writer.put(entry.serials[index])
                writer.put(entry.starts[index])
            }
            for index in 0..<2 { writer.put(entry.marks[index]) }
            for index in 0..<3 { entry.targets[index].save(to: &writer) }
            entry.last.save(to: &writer)
        }
        writer.put(UInt32(owners.count { $0.run != 0 }))
        for place in owners.indices where owners[place].run != 0 {
            writer.put(UInt32(place))
            writer.put(owners[place].run)
            writer.put(owners[place].source)
            writer.put(owners[place].address)
        }
    }

    mutating func restore(
        from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) {
        let count = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<count {
            let place = try reader.place(below: entries.count, bytes)
            var entry = Entry(source: try reader.take(bytes))
            entry.time = try reader.take(bytes)
            entry.count = try reader.take(bytes)
            guard (1...4).contains(entry.count), entry.time >= 0 else { throw .contradictory }
            for index in 0..<4 {
                entry.serials[index] = try reader.take(bytes)
                entry.starts[index] = try reader.timestamp(bytes)
            }
            for index in 0..<2 { entry.marks[index] = try reader.take(bytes) }
            for index in 0..<3 {
                entry.targets[index] = try CommonTarget(from: &reader, bytes)
            }
            entry.last = try CommonTarget(from: &reader, bytes)
            restore(entry, at: place)
        }
        let known = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<known {
            let place = try reader.place(below: owners.count, bytes)
            let run = try reader.take(UInt64.self, bytes)
            let source = try reader.take(UInt64.self, bytes)
            restore(
                Owner(run: run, source: source, address: try reader.address(bytes)),
                ownerAt: place)
        }
    }
}

extension CommonTarget {
    fileprivate func save(to writer: inout SavedWriter) {
        writer.put(host)
        writer.put(selector)
        writer.put(ipProtocol)
        writer.put(bits)
    }

    fileprivate init(
        from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) {
        let host = try reader.address(bytes)
        let selector = try reader.take(UInt16.self, bytes)
        let ipProtocol = try reader.take(UInt8.self, bytes)
        self.init(
            host: host, selector: selector, ipProtocol: ipProtocol, bits: try reader.take(bytes))
    }
}
