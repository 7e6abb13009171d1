// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The distinct targets, hosts and ports of a source that has more than fit into its record.
struct Tally: BitwiseCopyable, Linked {
    /// The record that borrows it.
    var owner: UInt32
    var previous = RecencyList.none
    var next = RecencyList.none
    var targets = DistinctSketch()
    var hosts = DistinctSketch()
    var ports = DistinctSketch()
    /// The first ten of each, in the order in which they were met.
    var destinations = InlineArray<10, Address>(repeating: .unspecified)
    var portSample = InlineArray<10, UInt16>(repeating: 0)
    var destinationCount: UInt8 = 0
    var portSampleCount: UInt8 = 0

    init(owner: UInt32) { self.owner = owner }
}

/// The tallies of all sources: a bounded number, lent to those that need one.
///
/// Bound: `capacity` times about 6.4 KiB, allocated once. When all are lent, the one that was
/// least recently active is taken away from its source.
struct TallyPool: ~Copyable {
    let capacity: Int
    private(set) var tallies: ContiguousArray<Tally>
    /// Three sketches for each tally.
    private(set) var words: ContiguousArray<UInt32>
    private var free: UInt32 = RecencyList.none
    /// Those that are lent, by when they were last used.
    private(set) var lent = RecencyList()

    static let wordsEach = 3 * DistinctSketch.words
    static let bytesEach = wordsEach * 4 + MemoryLayout<Tally>.stride

    init(capacity: Int) {
        self.capacity = max(1, min(capacity, Int(SourceRecord.noTally)))
        tallies = ContiguousArray(minimumCapacity: self.capacity)
        words = ContiguousArray(minimumCapacity: self.capacity * TallyPool.wordsEach)
    }

    subscript(_ index: UInt16) -> Tally { tallies[Int(index)] }

    var bytes: Int {
        tallies.capacity * MemoryLayout<Tally>.stride + words.capacity * 4
    }

    /// Whose tally the next borrower will get; nil while there are free ones.
    var nextVictim: UInt32? {
        guard free == RecencyList.none, tallies.count >= capacity else { return nil }
        return lent.oldest == RecencyList.none ? nil : tallies[Int(lent.oldest)].owner
    }

    /// Lends an empty tally; nil when none is free.
    mutating func lend(to owner: UInt32) -> UInt16? {
        let index: UInt32
        if free != RecencyList.none {
            index = free
            free = tallies[Int(index)].next
            tallies[Int(index)] = Tally(owner: owner)
            let base = Int(index) * TallyPool.wordsEach
            for word in base..<base + TallyPool.wordsEach { words[word] = 0 }
        } else if tallies.count < capacity {
            index = UInt32(tallies.count)
            tallies.append(Tally(owner: owner))
            for _ in 0..<TallyPool.wordsEach { words.append(0) }
        } else {
            return nil
        }
        lent.append(index, in: &tallies)
        return UInt16(index)
    }

    /// Fills a lent tally with a saved one.
    mutating func replace(_ index: UInt16, _ saved: borrowing SavedTally) {
        var tally = saved.tally
        let old = tallies[Int(index)]
        (tally.owner, tally.previous, tally.next) = (old.owner, old.previous, old.next)
        tallies[Int(index)] = tally
        let base = Int(index) * TallyPool.wordsEach
        for word in 0..<TallyPool.wordsEach { words[base + word] = saved.words[word] }
    }

    mutating func removeAll() {
        tallies.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
        (free, lent) = (RecencyList.none, RecencyList())
    }

    mutating func giveBack(_ index: UInt16) {
        lent.remove(UInt32(index), in: &tallies)
        tallies[Int(index)].next = free
        free = UInt32(index)
    }

    mutating func touch(_ index: UInt16) {
        guard lent.newest != UInt32(index) else { return }
        lent.remove(UInt32(index), in: &tallies)
        lent.append(UInt32(index), in: &tallies)
    }

    /// Counts a target in a tally.
    mutating func note(_ index: UInt16, _ target: StoredTarget, hash: KeyedHash) -> Novelty {
        let base = Int(index) * TallyPool.wordsEach
        let salt = UInt64(target.ipProtocol.rawValue) << 16 | UInt64(target.selector)
        let novelty = tallies[Int(index)].targets.insert(
            hash(target.hostHash, salt), mark: target.traits.contains(.probe), into: &words,
            at: base)
        if novelty == .repeated || novelty == .stronger { return novelty }
        let host = tallies[Int(index)].hosts.insert(
            target.hostHash, into: &words, at: base + DistinctSketch.words)
        if host == .new, let address = target.address { tallies[Int(index)].show(address) }
        if target.traits.contains(.port) {
            let port = tallies[Int(index)].ports.insert(
                hash(UInt64(target.selector), 1 << 32), into: &words,
                at: base + 2 * DistinctSketch.words)
            if port == .new { tallies[Int(index)].show(target.selector) }
        }
        return novelty
    }
}

extension Tally {
    fileprivate mutating func show(_ address: Address) {
        guard destinationCount < 10 else { return }
        destinations[Int(destinationCount)] = address
        destinationCount += 1
    }

    fileprivate mutating func show(_ port: UInt16) {
        guard portSampleCount < 10 else { return }
        portSample[Int(portSampleCount)] = port
        portSampleCount += 1
    }
}
