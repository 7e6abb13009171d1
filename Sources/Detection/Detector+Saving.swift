// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The saved table: little-endian numbers, version 1.
///
/// Shape: magic, version, seed, clock, origins, records (least useful first), tallies (least
/// recently used first, each with its record's number), prefix watch, crowds, checksum.
extension Detector {
    private static let magic: UInt64 = 0x454c_4241_5450_4b50  // "PKPTABLE"
    private static let version: UInt16 = 1

    /// Everything that decides what will be found, apart from settings and facts.
    ///
    /// Findings that wait are not part of it: take them first. The list of martians is not either.
    package func saved() -> [UInt8] {
        var writer = SavedWriter()
        writer.put(Detector.magic)
        writer.put(Detector.version)
        writer.put(table.hash.seed)
        writer.put(clock.now)
        writer.put(clock.time == nil ? UInt8(0) : 1)
        writer.put(clock.time?.nanoseconds ?? 0)
        saveOrigins(to: &writer)

        writer.put(UInt32(table.count))
        var numbers = [UInt32](repeating: 0, count: table.records.count)
        var written: UInt32 = 0
        for list in Usefulness.allCases {
            var next = table.oldest(of: list)
            while let number = next {
                table.records[Int(number)].save(to: &writer)
                numbers[Int(number)] = written
                written += 1
                let following = table.records[Int(number)].next
                next = following == RecencyList.none ? nil : following
            }
        }
        writer.put(UInt32(tallies.lent.count))
        var lent = tallies.lent.oldest
        while lent != RecencyList.none {
            let tally = tallies[UInt16(truncatingIfNeeded: lent)]
            writer.put(numbers[Int(tally.owner)])
            tallies.save(UInt16(truncatingIfNeeded: lent), to: &writer)
            lent = tally.next
        }
        savePrefixes(to: &writer)
        crowds.save(to: &writer)
        writer.seal()
        return writer.bytes
    }

    /// The origins that a saved table speaks of. Who interns and admits them before `restore` keeps
    /// the records' origins, since numbers change from run to run.
    package static func origins(
        inSaved bytes: Span<UInt8>
    ) throws(SavedTableError) -> [Origin] {
        var reader = SavedReader()
        _ = try head(&reader, bytes)
        var found: [Origin] = []
        for entry in try readOrigins(&reader, bytes) { found.append(entry.origin) }
        return found
    }

    /// Takes over a saved table in place of the present one: all of it, or nothing.
    ///
    /// A smaller detector takes the most useful records; scans that find no place end.
    /// Bound: no more memory than the detector has, and a copy of the origins.
    package mutating func restore(from bytes: Span<UInt8>) throws(SavedTableError) {
        // The first reading only looks, so that nothing has changed when it fails.
        var reader = SavedReader()
        let head = try Detector.head(&reader, bytes)
        let origins = try Detector.readOrigins(&reader, bytes)
        let start = reader
        let count = try Detector.check(&reader, bytes, now: head.clock.now)
        let hash = KeyedHash(seed: head.seed)
        var trial = PrefixWatch(capacity: 0)
        try Detector.restorePrefixes(&reader, bytes, into: &trial, hash: hash)
        var saved = try CrowdWatch.saved(
            from: &reader, bytes, now: head.clock.now, limits: limits)
        guard reader.offset == bytes.count - 8 else { throw .contradictory }

        reader = start
        clock = head.clock
        table.removeAll(hash: hash)
        tallies.removeAll()
        watch.removeAll()
        let numbers = try restoreRecords(&reader, bytes, count: count, mapping(origins))
        try restoreTallies(&reader, bytes, numbers)
        try Detector.restorePrefixes(&reader, bytes, into: &watch, hash: hash)
        for index in numbers.indices where numbers[index] != RecencyList.none {
            settle(numbers[index])
        }
        saved.renumber(mapping(origins))
        takeOver(saved)
    }
}

extension Detector {
    private static func head(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) -> (seed: UInt64, clock: StreamClock) {
        guard bytes.count >= 8 + 2 + 8, try reader.take(UInt64.self, bytes) == magic else {
            throw .notATable
        }
        let version = try reader.take(UInt16.self, bytes)
        guard version == Detector.version else { throw .version(version) }
        var tail = SavedReader(offset: bytes.count - 8)
        guard
            try tail.take(UInt64.self, bytes)
                == SavedWriter.checksum(bytes, count: bytes.count - 8)
        else { throw .damaged }
        let seed = try reader.take(UInt64.self, bytes)
        let now = try reader.take(Int64.self, bytes)
        let hasTime = try reader.take(UInt8.self, bytes) == 1
        let time = Timestamp(nanoseconds: try reader.take(bytes))
        guard now >= 0 else { throw .contradictory }
        return (seed, StreamClock(now: now, time: hasTime ? time : nil))
    }

    /// Reads records and tallies without keeping them.
    private static func check(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>, now: Int64
    ) throws(SavedTableError) -> Int {
        let count = Int(try reader.take(UInt32.self, bytes))
        // Every record takes more than a hundred bytes, so that a count cannot be made up.
        guard count <= bytes.count / 100 else { throw .contradictory }
        var lists = [UInt8](repeating: 0, count: count)
        var before: (list: UInt8, counted: Int64) = (0, 0)
        var seen: Set<Network> = []
        for index in 0..<count {
            let record = try SourceRecord(from: &reader, bytes)
            let list = record.list.rawValue
            guard list >= before.list, record.lastCounted >= 0, record.lastCounted <= now,
                list > before.list || record.lastCounted >= before.counted,
                seen.insert(record.source).inserted
            else { throw .contradictory }
            before = (list, record.lastCounted)
            lists[index] = record.traits.contains(.frozen) ? .max : list
        }
        let lent = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<lent {
            let owner = Int(try reader.take(UInt32.self, bytes))
            // Each record borrows at most one tally, and a frozen one none.
            guard owner < count, lists[owner] != .max else { throw .contradictory }
            lists[owner] = .max
            _ = try SavedTally(from: &reader, bytes)
        }
        return count
    }

    /// - Returns: for each saved record its number in the table; none for those without a place.
    private mutating func restoreRecords(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>, count: Int,
        _ origins: [UInt16: OriginID]
    ) throws(SavedTableError) -> [UInt32] {
        _ = try reader.take(UInt32.self, bytes)
        var numbers = [UInt32](repeating: RecencyList.none, count: count)
        for index in 0..<count {
            var record = try SourceRecord(from: &reader, bytes)
            record.origin = origins[record.origin.rawValue] ?? .unknown
            let number: UInt32
            if count - index > table.capacity {
                guard record.isScanning else { continue }
                // For its last words it needs a place, and there is still one.
                number = table.insert(record)
                end(number, .memoryFull)
            } else {
                number = table.insert(record)
                numbers[index] = number
            }
        }
        return numbers
    }

    private mutating func restoreTallies(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>, _ numbers: [UInt32]
    ) throws(SavedTableError) {
        let count = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<count {
            let owner = numbers[Int(try reader.take(UInt32.self, bytes))]
            let saved = try SavedTally(from: &reader, bytes)
            guard owner != RecencyList.none else { continue }
            if let victim = tallies.nextVictim { takeTally(from: victim) }
            if let tally = tallies.lend(to: owner, saved) {
                table.records[Int(owner)].tally = tally
            }
        }
    }

    /// A record may not say that it has more than it has: without a tally a source that is no scan
    /// counts from its first five targets again.
    private mutating func settle(_ number: UInt32) {
        let record = table.records[Int(number)]
        guard record.tally == SourceRecord.noTally, !record.traits.contains(.frozen) else { return }
        table.records[Int(number)].shrink()
    }

    private func saveOrigins(to writer: inout SavedWriter) {
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

    private static func readOrigins(
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
    private func mapping(_ saved: [(id: UInt16, origin: Origin)]) -> [UInt16: OriginID] {
        var known: [Origin: OriginID] = [:]
        for (id, origin) in ignore.origins.enumerated() {
            if let origin { known[origin] = OriginID(rawValue: UInt16(id)) }
        }
        var mapping: [UInt16: OriginID] = [:]
        for entry in saved { mapping[entry.id] = known[entry.origin] }
        return mapping
    }

    private func savePrefixes(to writer: inout SavedWriter) {
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

    private static func restorePrefixes(
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
