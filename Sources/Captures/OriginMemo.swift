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

    /// The origin that the bytes in the range name, with the numbers beside them; made when it is
    /// new.
    mutating func origin(
        _ line: Span<UInt8>, _ range: Range<Int>, beside numbers: (UInt64, UInt32) = (0, 0),
        make: () -> (origin: OriginID, traits: PacketTraits)
    ) -> (origin: OriginID, traits: PacketTraits) {
        // FNV-1a; the prefix is the administrator's, so nobody aims collisions.
        var hash = 2_166_136_261 ^ numbers.1 ^ UInt32(truncatingIfNeeded: numbers.0)
        hash ^= UInt32(truncatingIfNeeded: numbers.0 >> 29)
        for index in range { hash = (hash ^ UInt32(line[index])) &* 16_777_619 }
        let slot = Int((hash ^ hash >> 16) & 255)
        if let entry = entries[slot], entry.numbers == numbers,
            OriginMemo.isSame(entry.name.span, line, range)
        {
            return (entry.origin, entry.traits)
        }
        let made = make()
        var name: [UInt8] = []
        name.reserveCapacity(range.count)
        for index in range { name.append(line[index]) }
        entries[slot] = Entry(
            name: name, numbers: numbers, origin: made.origin, traits: made.traits)
        return made
    }

    private static func isSame(_ name: Span<UInt8>, _ line: Span<UInt8>, _ range: Range<Int>)
        -> Bool
    {
        guard name.count == range.count else { return false }
        for index in name.indices where name[index] != line[range.lowerBound + index] {
            return false
        }
        return true
    }
}
