// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The saved table: little-endian numbers, version 3.
///
/// Shape: magic, version, seed, clock, origins, lifetime and open span, records (least useful
/// first, each with its span counted from the open one), probation (oldest first), tallies (least
/// recently used first, each with its record's number), prefix watch, crowds, trace watch,
/// checksum.
extension Detector {
    private static let magic: UInt64 = 0x454c_4241_5450_4b50  // "PKPTABLE"
    private static let version: UInt16 = 3

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
        writer.put(table.filing.lifetime)
        writer.put(table.filing.open)

        writer.put(UInt32(table.filing.count))
        var numbers = [UInt32](repeating: 0, count: table.records.count)
        var written: UInt32 = 0
        table.filing.forEachShelf { shelf, span in
            var next = table.filing.shelves[shelf].first
            while next != Chain.none {
                writer.put(span)
                table.records[Int(next)].save(to: &writer)
                numbers[Int(next)] = written
                written += 1
                next = table.records[Int(next)].next
            }
        }
        table.probation.save(to: &writer)
        writer.put(UInt32(tallies.lentCount))
        var lent = tallies.lent.first
        while lent != Chain.none {
            let tally = tallies[UInt16(truncatingIfNeeded: lent)]
            writer.put(numbers[Int(tally.owner)])
            tallies.save(UInt16(truncatingIfNeeded: lent), to: &writer)
            lent = tally.next
        }
        savePrefixes(to: &writer)
        crowds.save(to: &writer)
        traceWatch.save(to: &writer)
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
        var traceTrial = TraceWatch()
        try traceTrial.restore(&reader, bytes)
        guard reader.offset == bytes.count - 8 else { throw .contradictory }

        reader = start
        clock = head.clock
        table.removeAll(hash: hash)
        tallies.removeAll()
        watch.removeAll()
        let known = mapping(origins)
        let numbers = try restoreRecords(&reader, bytes, count: count, known)
        try table.restoreProbation(&reader, bytes, known)
        _ = table.probation.ripen(before: clock.now.subtractingSaturating(limits.lifetime))
        try restoreTallies(&reader, bytes, numbers)
        try Detector.restorePrefixes(&reader, bytes, into: &watch, hash: hash)
        traceWatch = traceTrial
        for index in numbers.indices where numbers[index] != Chain.none { fit(numbers[index]) }
        table.filing.sortOpen(&table.records)
        (bucketEnd, nextLook) = (0, clock.now)
        saved.renumber(known)
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

    /// Reads records, probation and tallies without keeping them.
    private static func check(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>, now: Int64
    ) throws(SavedTableError) -> Int {
        let lifetime = try reader.take(Int64.self, bytes)
        let open = try reader.take(Int64.self, bytes)
        guard lifetime > 0, open >= 0, open <= now else { throw .contradictory }
        let count = Int(try reader.take(UInt32.self, bytes))
        // Every record takes more than a hundred bytes, so that a count cannot be made up.
        guard count <= bytes.count / 100 else { throw .contradictory }
        var mayBorrow = [Bool](repeating: true, count: count)
        for index in 0..<count {
            _ = try reader.take(UInt16.self, bytes)
            let record = try SourceRecord(from: &reader, bytes)
            guard record.lastCounted >= 0, record.lastCounted <= now else {
                throw .contradictory
            }
            if record.traits.contains(.frozen) { mayBorrow[index] = false }
        }
        try Probation.check(&reader, bytes, now: now)
        let lent = Int(try reader.take(UInt32.self, bytes))
        for _ in 0..<lent {
            let owner = Int(try reader.take(UInt32.self, bytes))
            // Each record borrows at most one tally, and a frozen one none.
            guard owner < count, mayBorrow[owner] else { throw .contradictory }
            mayBorrow[owner] = false
            _ = try SavedTally(from: &reader, bytes)
        }
        return count
    }

    /// - Returns: for each saved record its number in the table; none for those without a place.
    private mutating func restoreRecords(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>, count: Int,
        _ origins: [UInt16: OriginID]
    ) throws(SavedTableError) -> [UInt32] {
        let lifetime = try reader.take(Int64.self, bytes)
        let open = try reader.take(Int64.self, bytes)
        let isSame = lifetime == table.filing.lifetime
        if isSame {
            table.filing.start(at: open.multipliedSaturating(by: table.filing.span))
        } else {
            table.filing.start(at: clock.now)
        }
        _ = try reader.take(UInt32.self, bytes)
        var numbers = [UInt32](repeating: Chain.none, count: count)
        for index in 0..<count {
            let span = try reader.take(UInt16.self, bytes)
            var record = try SourceRecord(from: &reader, bytes)
            record.origin = origins[record.origin.rawValue] ?? .unknown
            guard table.find(record.key) == nil else { continue }
            if count - index > table.capacity {
                // For its last words a scan needs a place, and there is still one.
                if record.isScanning { end(table.insert(record), .memoryFull) }
                continue
            }
            numbers[index] = table.insert(record, span: isSame ? span : nil)
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
            guard owner != Chain.none else { continue }
            if tallies.isFull, let victim = tallies.oldest {
                takeTally(from: tallies[victim].owner)
            }
            if let tally = tallies.lend(to: owner, saved) {
                table.records[Int(owner)].tally = tally
            }
        }
    }

    /// A record may not say that it has more than it has: without a tally a source that is no scan
    /// counts from its first five targets again.
    private mutating func fit(_ number: UInt32) {
        let place = Int(number)
        guard table.records[place].tally == SourceRecord.noTally,
            !table.records[place].traits.contains(.frozen)
        else { return }
        table.records[place].shrink()
    }
}
