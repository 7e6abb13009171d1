// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Probation {
    /// Writes the entries in their order, with the gaps that others have left, so that room is made
    /// at the same moments after a restart.
    func save(to writer: inout SavedWriter) {
        writer.put(UInt64(capacity))
        writer.put(UInt64(head))
        writer.put(UInt32(used))
        forEach { place, size in
            guard let place else {
                writer.put(UInt8(0))
                writer.put(UInt64(size))
                return
            }
            writer.put(UInt8(size))
            for index in place..<place + size { writer.put(words[index]) }
        }
    }

    /// Reads saved entries without keeping them.
    static func check(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>, now: Int64
    ) throws(SavedTableError) {
        let capacity = try reader.take(UInt64.self, bytes)
        let head = try reader.take(UInt64.self, bytes)
        guard capacity <= Int32.max, head < capacity else { throw .contradictory }
        var total = 0
        var before: Int64 = 0
        var offset = Int(head)
        for _ in 0..<Int(try reader.take(UInt32.self, bytes)) {
            let saved = try SavedEntry(from: &reader, bytes)
            total += saved.size
            guard saved.size <= Int(capacity) - offset, total <= Int(capacity) else {
                throw .contradictory
            }
            offset += saved.size
            if offset == Int(capacity) { offset = 0 }
            if saved.isGap {
                // Only the end of the ring is a gap of another size than an entry's.
                guard saved.size == narrowWords || saved.size == wideWords || offset == 0 else {
                    throw .contradictory
                }
                continue
            }
            guard saved.began >= before, saved.began <= now, saved.isPossible else {
                throw .contradictory
            }
            before = saved.began
        }
    }
}

/// One entry of a saved probation, or the room that one has left.
private struct SavedEntry {
    let size: Int
    let isGap: Bool
    var words = InlineArray<8, UInt64>(repeating: 0)

    init(from reader: inout SavedReader, _ bytes: Span<UInt8>) throws(SavedTableError) {
        let kind = Int(try reader.take(UInt8.self, bytes))
        isGap = kind == 0
        if isGap {
            let size = try reader.take(UInt64.self, bytes)
            guard size > 0, size <= Int32.max else { throw .contradictory }
            self.size = Int(size)
            return
        }
        guard kind == Probation.narrowWords || kind == Probation.wideWords else {
            throw .contradictory
        }
        size = kind
        for index in 0..<kind { words[index] = try reader.take(bytes) }
    }

    var began: Int64 { Int64(bitPattern: words[1] & ~0xff) }

    /// Whether a detector could have written it.
    var isPossible: Bool {
        let kind = words[0] & Probation.Kind.mask
        let technique = UInt8(truncatingIfNeeded: words[0] >> 48 & 15)
        let width = words[1] & 0xff
        return words[0] & Probation.Kind.dead == 0
            && kind == (size == Probation.wideWords ? Probation.Kind.wide : Probation.Kind.narrow)
            && technique != 14 && (size == Probation.wideWords ? width <= 128 : width == 32)
    }
}

extension SourceTable {
    /// Takes saved entries over, each at its old place if the ring is as large as it was, else as
    /// many of the newest as fit. Precondition: they were checked.
    mutating func restoreProbation(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>, _ origins: [UInt16: OriginID]
    ) throws(SavedTableError) {
        let isSame = try reader.take(UInt64.self, bytes) == UInt64(probation.capacity)
        let head = Int(try reader.take(UInt64.self, bytes))
        if isSame { probation.start(at: head) }
        for _ in 0..<Int(try reader.take(UInt32.self, bytes)) {
            var saved = try SavedEntry(from: &reader, bytes)
            guard !saved.isGap else {
                if isSame { probation.appendGap(saved.size) }
                continue
            }
            let origin = origins[UInt16(truncatingIfNeeded: saved.words[0])] ?? .unknown
            saved.words[0] = saved.words[0] & ~0xffff | UInt64(origin.rawValue)
            if !isSame {
                while let victim = probation.victim(forWide: saved.size > Probation.narrowWords) {
                    forget(victim)
                }
            }
            let place = probation.append(saved.words, size: saved.size)
            let key = SourceKey(first: probation.source(place), width: probation.width(place))
            let hash = hash(of: key)
            if find(key, hash) == nil {
                index.insert(UInt32(place) | SourceTable.onProbation, hash: hash)
            } else {
                probation.remove(place)
            }
        }
    }
}
