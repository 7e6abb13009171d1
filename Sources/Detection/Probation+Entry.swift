// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What one entry says; places are those that the index knows.
extension Probation {
    func isAlive(_ place: Int) -> Bool { words[place] & Kind.dead == 0 }
    func isWatched(_ place: Int) -> Bool { words[place] & Kind.watched != 0 }
    func isCredit(_ place: Int) -> Bool {
        words[place] >> 48 & 15 == UInt64(Probation.credit)
    }

    /// Stream time of the packet, rounded down to 256 ns.
    func began(_ place: Int) -> Int64 { Int64(bitPattern: words[place + 1] & ~0xff) }

    /// ``TargetBits`` of the packet.
    func bits(_ place: Int) -> UInt8 { UInt8(truncatingIfNeeded: words[place] >> 40) }

    func selector(_ place: Int) -> UInt16 { UInt16(truncatingIfNeeded: words[place + 3]) }

    func width(_ place: Int) -> UInt8 { UInt8(truncatingIfNeeded: words[place + 1]) }

    func source(_ place: Int) -> Address {
        isWide(place)
            ? Address(high: words[place + 4], low: words[place + 5])
            : Address(v4: UInt32(truncatingIfNeeded: words[place + 4] >> 32))
    }

    /// What the source's packet said.
    func evidence(_ place: Int) -> Evidence {
        let meta = words[place]
        let numbers = words[place + 3]
        let destination =
            isWide(place)
            ? Address(high: words[place + 6], low: words[place + 7])
            : Address(v4: UInt32(truncatingIfNeeded: words[place + 4]))
        return Evidence(
            time: Timestamp(nanoseconds: Int64(bitPattern: words[place + 2])),
            now: began(place), source: source(place), destination: destination,
            sequenceNumber: UInt32(truncatingIfNeeded: numbers >> 32),
            selector: UInt16(truncatingIfNeeded: numbers),
            sourcePort: UInt16(truncatingIfNeeded: numbers >> 16),
            hopLimit: UInt8(truncatingIfNeeded: meta >> 16),
            origin: OriginID(rawValue: UInt16(truncatingIfNeeded: meta)),
            ipProtocol: UInt8(truncatingIfNeeded: meta >> 32), bits: bits(place),
            technique: UInt8(truncatingIfNeeded: meta >> 48 & 15),
            mark: ToolMark(rawValue: UInt8(truncatingIfNeeded: meta >> 56)) ?? .none,
            autoLevel: UInt8(truncatingIfNeeded: meta >> 24 & 7),
            isTrace: meta & Kind.trace != 0)
    }

    /// What the packet's target weighs. Unit: quarters of a probe's target.
    func quarters(_ place: Int) -> UInt16 {
        if isCredit(place) { return 0 }
        let mark = ToolMark(rawValue: UInt8(truncatingIfNeeded: words[place] >> 56)) ?? .none
        let isMarked = bits(place) & TargetBits.probe == 0 && mark.isSure
        return TargetBits.quarters(isMarked ? TargetBits.marked : bits(place) & TargetBits.probe)
    }

    /// A word of an entry that will be looked at; 0 where there is none.
    func touch(_ place: Int) -> UInt64 { place < words.count ? words[place] : 0 }

    private func isWide(_ place: Int) -> Bool { words[place] & Kind.mask == Kind.wide }
}
