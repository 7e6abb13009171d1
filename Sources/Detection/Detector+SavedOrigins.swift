// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The parts of a saved table that are neither sources nor tallies: origins and watched prefixes.
extension Detector {
    func saveOrigins(to writer: inout SavedWriter) {
        writer.put(UInt16(ignore.origins.count { $0 != nil }))
        for (id, origin) in ignore.origins.enumerated() {
            guard let origin else { continue }
            writer.put(UInt16(id))
            writer.put(origin.group == nil ? UInt8(0) : 1)
            writer.put(origin.group ?? 0)
            writer.put(origin.hook.map { $0.rawValue } ?? .max)
            writer.put(origin.prefix)
            writer.put(origin.interfaceIn)
            writer.put(origin.interfaceOut)
        }
    }

    static func readOrigins(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) -> [(id: UInt16, origin: Origin)] {
        let count = Int(try reader.take(UInt16.self, bytes))
        guard count <= OriginTable.capacity else { throw .contradictory }
        var found: [(id: UInt16, origin: Origin)] = []
        for _ in 0..<count {
            let id = try reader.take(UInt16.self, bytes)
            let hasGroup = try reader.take(UInt8.self, bytes) == 1
            let group = try reader.take(UInt16.self, bytes)
            let hook = Hook(rawValue: try reader.take(UInt8.self, bytes))
            let prefix = try reader.text(bytes)
            let interfaceIn = try reader.text(bytes)
            let interfaceOut = try reader.text(bytes)
            found.append(
                (
                    id,
                    Origin(
                        group: hasGroup ? group : nil, prefix: prefix, hook: hook,
                        interfaceIn: interfaceIn, interfaceOut: interfaceOut)
                ))
        }
        return found
    }

    /// From the numbers of the saved origins to those of the equal ones admitted here.
    func mapping(_ saved: [(id: UInt16, origin: Origin)]) -> [UInt16: OriginID] {
        var known: [Origin: OriginID] = [:]
        for (id, origin) in ignore.origins.enumerated() {
            if let origin { known[origin] = OriginID(rawValue: UInt16(id)) }
        }
        var mapping: [UInt16: OriginID] = [:]
        for entry in saved { mapping[entry.id] = known[entry.origin] }
        return mapping
    }

    func savePrefixes(to writer: inout SavedWriter) {
        var count: UInt32 = 0
        for index in watch.entries.indices where watch.entries[index].count > 0 { count += 1 }
        writer.put(count)
        for index in watch.entries.indices where watch.entries[index].count > 0 {
            let entry = watch.entries[index]
            writer.put(entry.prefix)
            writer.put(entry.lastNews)
            writer.put(entry.count)
            for subnet in 0..<Int(entry.count) { writer.put(entry.subnets[subnet]) }
        }
    }

    static func restorePrefixes(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>, into watch: inout PrefixWatch,
        hash: KeyedHash
    ) throws(SavedTableError) {
        let count = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<count {
            var entry = PrefixWatch.Entry()
            entry.prefix = try reader.take(bytes)
            entry.lastNews = try reader.take(bytes)
            entry.count = try reader.take(bytes)
            guard entry.count < PrefixWatch.enough else { throw .contradictory }
            for subnet in 0..<Int(entry.count) { entry.subnets[subnet] = try reader.take(bytes) }
            guard watch.restore(entry, hash: hash) else { throw .contradictory }
        }
    }
}
