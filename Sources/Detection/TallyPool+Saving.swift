// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A tally read from a saved table, with its sketches' words.
struct SavedTally: ~Copyable {
    var tally: Tally
    var words: ContiguousArray<UInt32>

    init(from reader: inout SavedReader, _ bytes: Span<UInt8>) throws(SavedTableError) {
        tally = Tally(owner: Chain.none, used: 0)
        words = ContiguousArray(repeating: 0, count: TallyPool.wordsEach)
        tally.used = try reader.take(bytes)
        tally.destinationCount = try reader.take(bytes)
        tally.portSampleCount = try reader.take(bytes)
        guard tally.destinationCount <= 10, tally.portSampleCount <= 10 else {
            throw .contradictory
        }
        for index in 0..<Int(tally.destinationCount) {
            tally.destinations[index] = try reader.address(bytes)
        }
        for index in 0..<Int(tally.portSampleCount) {
            tally.portSample[index] = try reader.take(bytes)
        }
        tally.targets = try DistinctSketch(from: &reader, bytes, into: &words, at: 0)
        tally.hosts = try DistinctSketch(
            from: &reader, bytes, into: &words, at: DistinctSketch.words)
        tally.ports = try DistinctSketch(
            from: &reader, bytes, into: &words, at: 2 * DistinctSketch.words)
    }
}

extension TallyPool {
    func save(_ index: UInt16, to writer: inout SavedWriter) {
        let tally = self[index]
        writer.put(tally.used)
        writer.put(tally.destinationCount)
        writer.put(tally.portSampleCount)
        for place in 0..<Int(tally.destinationCount) { writer.put(tally.destinations[place]) }
        for place in 0..<Int(tally.portSampleCount) { writer.put(tally.portSample[place]) }
        let base = Int(index) * TallyPool.wordsEach
        tally.targets.save(to: &writer, words, at: base)
        tally.hosts.save(to: &writer, words, at: base + DistinctSketch.words)
        tally.ports.save(to: &writer, words, at: base + 2 * DistinctSketch.words)
    }

    /// Lends a tally filled with a saved one; nil when none is free.
    mutating func lend(to owner: UInt32, _ saved: borrowing SavedTally) -> UInt16? {
        guard let index = lend(to: owner, at: 0) else { return nil }
        replace(index, saved)
        return index
    }
}

extension DistinctSketch {
    func save(
        to writer: inout SavedWriter, _ words: borrowing ContiguousArray<UInt32>, at base: Int
    ) {
        writer.put(isExact ? UInt8(1) : 0)
        writer.put(count)
        for index in base..<base + DistinctSketch.words where !isExact || words[index] != 0 {
            writer.put(words[index])
        }
    }

    init(
        from reader: inout SavedReader, _ bytes: Span<UInt8>,
        into words: inout ContiguousArray<UInt32>, at base: Int
    ) throws(SavedTableError) {
        let isExact = try reader.take(UInt8.self, bytes) == 1
        let count = try reader.take(UInt32.self, bytes)
        if isExact {
            self.init()
            guard count <= DistinctSketch.exactLimit else { throw .contradictory }
            for _ in 0..<count {
                let word = try reader.take(UInt32.self, bytes)
                let novelty = insert(
                    UInt64(word >> 2), mark: word & 2 != 0, into: &words, at: base)
                guard word & 1 == 1, novelty == .new else { throw .contradictory }
            }
        } else {
            for index in base..<base + DistinctSketch.words {
                words[index] = try reader.take(bytes)
            }
            guard let sketch = DistinctSketch(savedCount: count, registers: words, at: base) else {
                throw .contradictory
            }
            self = sketch
        }
    }
}
