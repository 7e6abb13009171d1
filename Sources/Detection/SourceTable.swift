// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The records of all sources: a fixed number, found by hash, ordered by their last counted packet.
///
/// Since the lifetime is one constant, that order is also the order in which they end, so that
/// ending and evicting take constant time.
/// Bound: `capacity` records, allocated once; a record's number stays the same while it lives.
struct SourceTable: ~Copyable {
    let capacity: Int
    var records: ContiguousArray<SourceRecord>
    private var index: SourceIndex
    private var lists = InlineArray<3, RecencyList>(repeating: RecencyList())
    private var free = RecencyList.none
    var hash: KeyedHash

    init(capacity: Int, hash: KeyedHash) {
        self.capacity = max(16, min(capacity, 1 << 28))
        self.hash = hash
        records = ContiguousArray(minimumCapacity: self.capacity)
        index = SourceIndex(capacity: self.capacity)
    }

    var count: Int { lists[0].count + lists[1].count + lists[2].count }
    var isFull: Bool { count >= capacity }
    var bytes: Int { records.capacity * MemoryLayout<SourceRecord>.stride + index.bytes }

    func count(of list: Usefulness) -> Int { lists[Int(list.rawValue)].count }

    /// The record that was counted longest ago.
    func oldest(of list: Usefulness) -> UInt32? {
        let oldest = lists[Int(list.rawValue)].oldest
        return oldest == RecencyList.none ? nil : oldest
    }

    /// The record that was counted longest ago of all.
    var firstToEnd: UInt32? {
        var first: UInt32?
        for list in 0..<3 where lists[list].oldest != RecencyList.none {
            let candidate = lists[list].oldest
            guard let known = first else {
                first = candidate
                continue
            }
            if records[Int(candidate)].lastCounted < records[Int(known)].lastCounted {
                first = candidate
            }
        }
        return first
    }

    /// The record that is the least loss.
    var leastUseful: UInt32? {
        oldest(of: .oneTarget) ?? oldest(of: .severalTargets) ?? oldest(of: .scanning)
    }

    func find(_ source: Network) -> UInt32? {
        index.find(hash(of: source)) { records[Int($0)].isOf(source) }
    }

    /// Precondition: the source is not in it, and it is not full.
    mutating func insert(_ record: SourceRecord) -> UInt32 {
        let number: UInt32
        if free != RecencyList.none {
            number = free
            free = records[Int(number)].next
            records[Int(number)] = record
        } else {
            number = UInt32(records.count)
            records.append(record)
        }
        index.insert(number, hash: hash(of: record.source))
        lists[Int(record.list.rawValue)].append(number, in: &records)
        return number
    }

    mutating func remove(_ number: UInt32) {
        let record = records[Int(number)]
        index.remove(number, hash: hash(of: record.source))
        lists[Int(record.list.rawValue)].remove(number, in: &records)
        records[Int(number)].next = free
        free = number
    }

    /// Puts a fresh record of the same source in its place, as the newest of those with one target.
    mutating func replace(_ number: UInt32, with record: SourceRecord) {
        lists[Int(records[Int(number)].list.rawValue)].remove(number, in: &records)
        records[Int(number)] = record
        lists[Int(record.list.rawValue)].append(number, in: &records)
    }

    /// Makes it the newest of a list.
    mutating func move(_ number: UInt32, to list: Usefulness) {
        let old = Int(records[Int(number)].list.rawValue)
        if old == Int(list.rawValue), lists[old].newest == number { return }
        lists[old].remove(number, in: &records)
        records[Int(number)].list = list
        lists[Int(list.rawValue)].append(number, in: &records)
    }

    mutating func removeAll(hash: KeyedHash) {
        self.hash = hash
        records.removeAll(keepingCapacity: true)
        index.removeAll()
        lists = InlineArray(repeating: RecencyList())
        free = RecencyList.none
    }

    /// Where the index is looked at first for a source.
    func place(of source: Network) -> Int { index.home(of: hash(of: source)) }

    func slot(at place: Int) -> UInt64 { index.slot(at: place) }

    /// Reads what is asked of a record first, a word of each of its cache lines.
    func touch(slot: UInt64) -> UInt64 {
        let number = Int(UInt32(truncatingIfNeeded: slot)) - 1
        guard number >= 0, number < records.count else { return 0 }
        return records[number].firstAddress.low &+ records[number].targetLows[4]
            &+ UInt64(records[number].techniques[0]) &+ UInt64(records[number].targetCount)
    }

    private func hash(of source: Network) -> UInt64 {
        hash(source.address, UInt64(source.prefixLength))
    }
}
