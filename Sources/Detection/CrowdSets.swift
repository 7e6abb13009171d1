// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The sets of sources that are known at a time.
///
/// Bound: a fixed number, about 10 KiB each, allocated once. When all are open scans, no other set
/// is recognised and its sources count each for itself.
struct CrowdSets: ~Copyable {
    private(set) var sets: ContiguousArray<CrowdSet>
    /// Four sketches for each set.
    private(set) var words: ContiguousArray<UInt32>
    /// The first hundred members of each set.
    private(set) var listed: ContiguousArray<Address>
    private(set) var used = 0

    /// A decision lists so many members; all are counted.
    static let listedEach = 100
    static let wordsEach = 4 * DistinctSketch.words

    init(capacity: Int) {
        sets = ContiguousArray(repeating: CrowdSet(), count: capacity)
        words = ContiguousArray(repeating: 0, count: capacity * CrowdSets.wordsEach)
        listed = ContiguousArray(repeating: .unspecified, count: capacity * CrowdSets.listedEach)
    }

    var bytes: Int {
        sets.capacity * MemoryLayout<CrowdSet>.stride + words.capacity * 4
            + listed.capacity * MemoryLayout<Address>.stride
    }

    subscript(_ index: Int) -> CrowdSet {
        _read { yield sets[index] }
        _modify { yield &sets[index] }
    }

    func isCurrent(_ index: Int, turn: UInt16) -> Bool {
        index < sets.count && sets[index].state != .free && sets[index].turn == turn
    }

    /// Those that were told of.
    var open: Int { sets.count { $0.state == .open } }

    func turn(of index: Int) -> UInt16 { sets[index].turn }

    /// A place for a new set: a free one, or that of the forming set that was quiet longest.
    mutating func claim() -> Int? {
        var place: Int?
        for index in sets.indices where sets[index].state != .open {
            if sets[index].state == .free {
                place = index
                break
            }
            if let known = place, sets[known].lastCounted <= sets[index].lastCounted { continue }
            place = index
        }
        guard let place else { return nil }
        if sets[place].state == .free { used += 1 }
        let turn = sets[place].turn
        sets[place] = CrowdSet()
        sets[place].turn = turn == .max ? 1 : turn + 1
        sets[place].state = .forming
        let base = place * CrowdSets.wordsEach
        for word in base..<base + CrowdSets.wordsEach { words[word] = 0 }
        return place
    }

    mutating func release(_ index: Int) {
        guard sets[index].state != .free else { return }
        sets[index].state = .free
        used -= 1
    }

    /// Adds a target; known ones change nothing.
    mutating func note(_ target: CommonTarget, in index: Int, hash: KeyedHash) {
        let base = index * CrowdSets.wordsEach
        let hostHash = hash(target.host)
        let novelty = sets[index].targets.insert(
            hash(hostHash, target.salt), mark: target.has(TargetBits.probe), into: &words, at: base)
        if target.has(TargetBits.port) {
            sets[index].ports[min(2, target.transport.rawValue)].include(target.selector)
        }
        if sets[index].targets.isExact {
            switch novelty {
            case .new: sets[index].quarters += target.has(TargetBits.probe) ? 4 : 1
            case .stronger: sets[index].quarters += 3
            case .repeated, .unknown: break
            }
        }
        if novelty == .repeated || novelty == .stronger { return }
        if !target.has(TargetBits.echo) { sets[index].onlyEcho = false }
        if !target.has(TargetBits.request) { sets[index].onlyICMPRequests = false }
        if novelty == .new, target.has(TargetBits.bareProtocol),
            sets[index].protocolTargets < .max
        {
            sets[index].protocolTargets += 1
        }
        let host = sets[index].hosts.insert(
            hostHash, into: &words, at: base + DistinctSketch.words)
        if host == .new, sets[index].destinationCount < 10 {
            sets[index].destinations[Int(sets[index].destinationCount)] = target.host
            sets[index].destinationCount += 1
        }
        guard target.has(TargetBits.port) else { return }
        let port = sets[index].portNumbers.insert(
            hash(UInt64(target.selector), 1 << 32), into: &words,
            at: base + 2 * DistinctSketch.words)
        if port == .new, sets[index].portSampleCount < 10 {
            sets[index].portSample[Int(sets[index].portSampleCount)] = target.selector
            sets[index].portSampleCount += 1
        }
    }

    /// Adds a member, named by the first address seen of it.
    ///
    /// - Returns: whether it is new, as far as anybody can tell.
    @discardableResult
    mutating func note(member address: Address, _ source: UInt64, in index: Int) -> Bool {
        let base = index * CrowdSets.wordsEach + 3 * DistinctSketch.words
        let novelty = sets[index].sources.insert(source >> 32, into: &words, at: base)
        guard novelty == .new else { return novelty == .unknown }
        guard Int(sets[index].memberCount) < CrowdSets.listedEach else { return true }
        listed[index * CrowdSets.listedEach + Int(sets[index].memberCount)] = address
        sets[index].memberCount += 1
        return true
    }

    func members(of index: Int) -> [Address] {
        let first = index * CrowdSets.listedEach
        return (0..<Int(sets[index].memberCount)).map { listed[first + $0] }
    }

    mutating func put(_ set: CrowdSet, at index: Int) {
        sets[index] = set
        if set.state != .free { used += 1 }
    }

    mutating func list(_ address: Address, at place: Int, of index: Int) {
        listed[index * CrowdSets.listedEach + place] = address
    }

    mutating func sketch(
        _ number: Int, of index: Int, from reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) -> DistinctSketch {
        try DistinctSketch(
            from: &reader, bytes, into: &words,
            at: index * CrowdSets.wordsEach + number * DistinctSketch.words)
    }

    mutating func removeAll() {
        for index in sets.indices { sets[index] = CrowdSet() }
        used = 0
    }
}
