// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The origins met lately, found by the bytes of a line that name them, so that a repeated prefix
/// costs a comparison and no String.
///
/// Bound: 256 entries; one that hashes to another's place takes it.
struct OriginMemo {
    private struct Entry {
        var name: [UInt8]
        var numbers: (UInt64, UInt32)
        var origin: OriginID
        var traits: PacketTraits
    }

    private var entries = [Entry?](repeating: nil, count: 256)
    /// Where the origin before was found: the next line's is the same one more often than not.
    private var last = 0

    /// The origin that the bytes in the range name, with the numbers beside them; made when it is
    /// new.
    mutating func origin(
        _ line: Span<UInt8>, _ range: Range<Int>, beside numbers: (UInt64, UInt32) = (0, 0),
        make: () -> (origin: OriginID, traits: PacketTraits)
    ) -> (origin: OriginID, traits: PacketTraits) {
        if let found = found(line, range, numbers, in: last) { return found }
        // FNV-1a; the prefix is the administrator's, so nobody aims collisions.
        var hash = 2_166_136_261 ^ numbers.1 ^ UInt32(truncatingIfNeeded: numbers.0)
        hash ^= UInt32(truncatingIfNeeded: numbers.0 >> 29)
        for index in range { hash = (hash ^ UInt32(line[index])) &* 16_777_619 }
        let slot = Int((hash ^ hash >> 16) & 255)
        last = slot
        if let found = found(line, range, numbers, in: slot) { return found }
        let made = make()
        var name: [UInt8] = []
        name.reserveCapacity(range.count)
        for index in range { name.append(line[index]) }
        entries[slot] = Entry(
            name: name, numbers: numbers, origin: made.origin, traits: made.traits)
        return made
    }

    private func found(
        _ line: Span<UInt8>, _ range: Range<Int>, _ numbers: (UInt64, UInt32), in slot: Int
    ) -> (origin: OriginID, traits: PacketTraits)? {
        guard let entry = entries[slot], entry.numbers == numbers, entry.name.count == range.count,
            line.begins(with: entry.name.span, at: range.lowerBound)
        else { return nil }
        return (entry.origin, entry.traits)
    }
}
