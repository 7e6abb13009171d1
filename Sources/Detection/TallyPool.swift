// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The distinct targets, hosts and ports of a source that has more than fit into its record.
struct Tally: BitwiseCopyable, Linked {
    /// The record that borrows it.
    var owner: UInt32
    var previous = Chain.none
    var next = Chain.none
    /// When the owner was last counted, as far as the pool knows.
    var used: Int64
    var targets = DistinctSketch()
    var hosts = DistinctSketch()
    var ports = DistinctSketch()
    /// The first ten of each, in the order in which they were met.
    var destinations = InlineArray<10, Address>(repeating: .unspecified)
    var portSample = InlineArray<10, UInt16>(repeating: 0)
    var destinationCount: UInt8 = 0
    var portSampleCount: UInt8 = 0

    init(owner: UInt32, used: Int64) {
        self.owner = owner
        self.used = used
    }
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
    private var free: UInt32 = Chain.none
    /// Those that are lent, by when they were last used; one that was used since is found, and moved,
    /// when a victim is looked for.
    private(set) var lent = Chain()
    private(set) var lentCount = 0

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

    /// Whether the next borrower gets one only when another gives it up.
    var isFull: Bool { free == Chain.none && tallies.count >= capacity }

    /// The tally that was used longest ago, as far as the pool knows.
    var oldest: UInt16? { lent.isEmpty ? nil : UInt16(truncatingIfNeeded: lent.first) }

    /// Lends an empty tally; nil when none is free.
    mutating func lend(to owner: UInt32, at now: Int64) -> UInt16? {
        let index: UInt32
        if free != Chain.none {
            index = free
            free = tallies[Int(index)].next
            tallies[Int(index)] = Tally(owner: owner, used: now)
            let base = Int(index) * TallyPool.wordsEach
            for word in base..<base + TallyPool.wordsEach { words[word] = 0 }
        } else if tallies.count < capacity {
            index = UInt32(tallies.count)
            tallies.append(Tally(owner: owner, used: now))
            for _ in 0..<TallyPool.wordsEach { words.append(0) }
        } else {
            return nil
        }
        lent.append(index, in: &tallies)
        lentCount += 1
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
        (free, lent, lentCount) = (Chain.none, Chain(), 0)
    }

    mutating func giveBack(_ index: UInt16) {
        lent.remove(UInt32(index), in: &tallies)
        lentCount -= 1
        tallies[Int(index)].next = free
        free = UInt32(index)
    }

    /// Learns when the owner was last counted, and makes the tally the newest.
    mutating func requeue(_ index: UInt16, used: Int64) {
        tallies[Int(index)].used = used
        lent.remove(UInt32(index), in: &tallies)
        lent.append(UInt32(index), in: &tallies)
    }

    /// Counts a target in a tally.
    mutating func note(_ index: UInt16, _ target: StoredTarget, hash: KeyedHash) -> Novelty {
        let base = Int(index) * TallyPool.wordsEach
        let salt = UInt64(target.ipProtocol) << 16 | UInt64(target.selector)
        let hostHash = target.hostHash(hash)
        let novelty = tallies[Int(index)].targets.insert(
            hash(hostHash, salt), mark: target.bits & TargetBits.probe != 0, into: &words,
            at: base)
        if novelty == .repeated || novelty == .stronger { return novelty }
        let host = tallies[Int(index)].hosts.insert(
            hostHash, into: &words, at: base + DistinctSketch.words)
        if host == .new, target.isKnown { tallies[Int(index)].show(target.address) }
        if target.bits & TargetBits.port != 0 {
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
