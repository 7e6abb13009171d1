// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// All sources: on probation while one packet is known of them, in a record from the second on.
///
/// One index finds both. A handle is a record's number, or a place in ``probation``.
/// Bound: `capacity` records and the probation's words, reserved once; a record's number stays the
/// same while it lives.
struct SourceTable: ~Copyable {
    let capacity: Int
    var records: ContiguousArray<SourceRecord>
    var probation: Probation
    var index: SourceIndex
    var hash: KeyedHash
    var filing: Filing
    private var free = Chain.none

    /// The bit of a handle that says that it is a place in the probation.
    static let onProbation: UInt32 = 1 << 31

    init(records capacity: Int, probationWords: Int, lifetime: Int64, hash: KeyedHash) {
        self.capacity = max(16, min(capacity, 1 << 28))
        self.hash = hash
        records = ContiguousArray(minimumCapacity: self.capacity)
        probation = Probation(capacity: probationWords)
        index = SourceIndex(
            capacity: self.capacity + probation.capacity / Probation.narrowWords)
        filing = Filing(lifetime: lifetime)
    }

    /// Sources whose lifetime is not over.
    var liveCount: Int { filing.liveCount + probation.liveCount }
    var isFull: Bool { filing.count >= capacity }
    var bytes: Int {
        records.capacity * MemoryLayout<SourceRecord>.stride + index.bytes + probation.bytes
            + filing.bytes
    }

    @inline(__always)
    func hash(of key: SourceKey) -> UInt64 { hash(key.address, UInt64(key.width)) }

    @inline(__always)
    func find(_ key: SourceKey, _ hash: UInt64) -> UInt32? {
        index.find(hash) { handle in
            if handle & SourceTable.onProbation == 0 {
                return key.names(
                    records[Int(handle)].firstAddress, width: records[Int(handle)].width)
            }
            let place = Int(handle & ~SourceTable.onProbation)
            return key.names(probation.source(place), width: probation.width(place))
        }
    }

    func find(_ key: SourceKey) -> UInt32? { find(key, hash(of: key)) }

    /// Takes a record in; the index is told by who calls. Precondition: it is not full.
    mutating func add(_ record: SourceRecord) -> UInt32 {
        let number = place(record)
        filing.file(number, in: &records)
        return number
    }

    private mutating func place(_ record: SourceRecord) -> UInt32 {
        let number: UInt32
        if free != Chain.none {
            number = free
            free = records[Int(number)].next
            records[Int(number)] = record
        } else {
            number = UInt32(records.count)
            records.append(record)
        }
        return number
    }

    /// Precondition: the source is not in it, and it is not full.
    mutating func insert(_ record: SourceRecord) -> UInt32 {
        let number = add(record)
        index.insert(number, hash: hash(of: record.key))
        return number
    }

    /// The same for a saved record that stood a number of spans behind the open one.
    mutating func insert(_ record: SourceRecord, span: UInt16?) -> UInt32 {
        guard let span else { return insert(record) }
        let number = place(record)
        filing.file(number, span: span, in: &records)
        index.insert(number, hash: hash(of: record.key))
        return number
    }

    mutating func remove(_ number: UInt32) {
        index.remove(number, hash: hash(of: records[Int(number)].key))
        filing.take(number, in: &records)
        records[Int(number)].next = free
        free = number
    }

    /// Puts a source on probation; the oldest there go when there is no room.
    mutating func probe(_ evidence: Evidence, _ key: SourceKey, _ hash: UInt64, isWatched: Bool) {
        let isWide = Probation.isWide(evidence)
        while let victim = probation.victim(forWide: isWide) { forget(victim) }
        let place = probation.append(evidence, key: key, isWatched: isWatched)
        index.insert(UInt32(place) | SourceTable.onProbation, hash: hash)
    }

    /// Forgets a source on probation.
    mutating func forget(_ place: Int) {
        let key = SourceKey(first: probation.source(place), width: probation.width(place))
        index.remove(UInt32(place) | SourceTable.onProbation, hash: hash(of: key))
        probation.remove(place)
    }

    mutating func removeAll(hash: KeyedHash) {
        self.hash = hash
        records.removeAll(keepingCapacity: true)
        probation.removeAll()
        index.removeAll()
        filing.removeAll()
        free = Chain.none
    }

    /// Whether a number is a record's now, and not one to be given out again.
    func isTaken(_ number: UInt32) -> Bool {
        find(records[Int(number)].key) == number
    }

    /// Files all records anew when the lifetime has changed.
    mutating func refile(lifetime: Int64) {
        guard lifetime != filing.lifetime else { return }
        var filed: [UInt32] = []
        for shelf in filing.shelves.indices {
            var next = filing.shelves[shelf].first
            while next != Chain.none {
                filed.append(next)
                next = records[Int(next)].next
            }
        }
        let now = filing.open.multipliedSaturating(by: filing.span)
        filing = Filing(lifetime: lifetime)
        filing.start(at: now)
        for number in filed { filing.file(number, in: &records) }
        filing.sortOpen(&records)
    }

    // What comes next, for `Detector.announce`.

    /// Where the index is looked at first for a source.
    func place(of key: SourceKey) -> Int { index.home(of: hash(of: key)) }

    func slot(at place: Int) -> UInt64 { index.slot(at: place) }

    /// Reads what is asked of a source first, a word of each cache line that most packets touch.
    func touch(slot: UInt64) -> UInt64 {
        let handle = UInt32(truncatingIfNeeded: slot) &- 1
        if handle & SourceTable.onProbation != 0 {
            return slot == 0 ? 0 : probation.touch(Int(handle & ~SourceTable.onProbation))
        }
        let number = Int(handle)
        guard number < records.count else { return 0 }
        return records[number].firstAddress.low &+ UInt64(records[number].targetCount)
            &+ UInt64(records[number].shelf)
    }
}
