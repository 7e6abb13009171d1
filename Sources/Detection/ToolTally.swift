// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// How well one source's counted packets fit the tool that most of them fit.
///
/// Shape: trivial, 16 bytes. Counts are halved together when one would overflow, so that shares
/// stay; a source that changes its tool is known by the new one when that made nine in ten.
package struct ToolTally: BitwiseCopyable {
    /// The last sequence number (Nmap) or source port (hping3) of a packet to compare with; 0: none.
    private var link: UInt32 = 0
    /// A bit for each hop limit met, modulo 32.
    private var hopLimits: UInt32 = 0
    private var lowestHopLimit: UInt8 = .max
    private var highestHopLimit: UInt8 = 0
    private var total: UInt8 = 0
    /// Packets that have the candidate's mark.
    private var hits: UInt8 = 0
    /// Packets that fit the candidate, and many others.
    private var fits: UInt8 = 0
    /// Packets of OS detection; saturates.
    private var systemHits: UInt8 = 0
    /// The first mark of the tool that is counted.
    private var candidate: UInt8 = 0
    /// The candidate's marks that were seen, as ``ToolMark/bit``.
    private var seen: UInt8 = 0

    package init() {}

    /// Counts a packet.
    package mutating func note(_ mark: ToolMark, _ event: PacketEvent) {
        note(
            mark, sourcePort: event.sourcePort, sequenceNumber: event.sequenceNumber,
            hopLimit: event.hopLimit)
    }

    /// Counts a packet of which only this is known.
    ///
    /// - Parameter hopLimit: 0 when it is not known any more.
    package mutating func note(
        _ mark: ToolMark, sourcePort: UInt16, sequenceNumber: UInt32, hopLimit: UInt8
    ) {
        if total == .max { halve() }
        total += 1
        guard mark != .none else { return }
        let family = ToolTally.family(mark.rawValue)
        if family != ToolTally.family(candidate) {
            // As long as the other one has half of the packets it stays.
            guard (Int(hits) + Int(fits)) * 2 < Int(total) else { return }
            self = ToolTally(total: total, candidate: mark)
        }
        if family == 1 { noteHopLimit(hopLimit) }
        switch mark {
        case .nmapHopLimit: fits += 1
        case .nmapScan:
            if link == 0 || ToolTally.areOfOneRun(link, sequenceNumber) {
                hit(mark)
            } else if ToolMark.isDrawn(hopLimit) {
                fits += 1
            }
            link = sequenceNumber
        case .hpingPorts:
            let step = sourcePort &- UInt16(truncatingIfNeeded: link)
            if link == 0 || 1...ToolTally.longestStep ~= step { hit(mark) }
            link = UInt32(sourcePort)
        default: hit(mark)
        }
    }

    /// The tool: at least three packets have its mark, and nine in ten fit it.
    package var verdict: ToolVerdict {
        let isDrawn = candidate != 0 && tool == .nmap && hopLimitIsDrawn
        guard hits >= 3 || isDrawn, (Int(hits) + Int(fits)) * 10 >= Int(total) * 9 else {
            return .unknown
        }
        let marks = ToolMark.allCases.filter { mark in
            guard mark.tool == tool, mark != .none else { return false }
            switch mark {
            case .nmapHopLimit: return isDrawn
            case .nmapSystem: return systemHits >= 3
            default: return seen & mark.bit != 0
            }
        }
        return marks.isEmpty ? .unknown : ToolVerdict(tool, marks: marks)
    }

    private var tool: Tool { ToolMark(rawValue: candidate)?.tool ?? .unknown }

    /// A number for a mark's tool, by the order of ``ToolMark``: comparing two tools took a third
    /// of the time of a count.
    @inline(__always)
    private static func family(_ mark: UInt8) -> UInt8 {
        switch mark {
        case 0: 0
        case 1...4: 1
        case 5: 2
        case 6...7: 3
        case 8: 4
        default: 5
        }
    }

    private init(total: UInt8, candidate: ToolMark) {
        self.total = total
        self.candidate = candidate.rawValue
    }

    private mutating func hit(_ mark: ToolMark) {
        hits += 1
        seen |= mark.bit
        if mark == .nmapSystem, systemHits < .max { systemHits += 1 }
    }

    private mutating func halve() {
        total /= 2
        hits /= 2
        fits /= 2
    }

    /// Nmap writes a number of 16 bits twice over the one secret of a run.
    ///
    /// Source: Ghiëtte, Blenn, Doerr: Remote Identification of Port Scan Toolchains, 2016. A stack
    /// does so once in 65,536 times.
    private static func areOfOneRun(_ first: UInt32, _ second: UInt32) -> Bool {
        let difference = first ^ second
        return difference >> 16 == difference & 0xffff
    }

    /// So many packets between two may be lost, to a rate limit or an open port.
    private static let longestStep: UInt16 = 16
}

extension ToolTally {
    private mutating func noteHopLimit(_ hopLimit: UInt8) {
        guard ToolMark.isDrawn(hopLimit) else { return }
        hopLimits |= 1 << UInt32(hopLimit & 31)
        lowestHopLimit = min(lowestHopLimit, hopLimit)
        highestHopLimit = max(highestHopLimit, hopLimit)
    }

    /// Whether the hop limits are drawn from the 23 that Nmap draws from.
    ///
    /// One source has one distance: two or three where paths or hosts behind one address differ.
    /// Of five draws fewer than four differ once in 23 times.
    private var hopLimitIsDrawn: Bool {
        let packets = Int(hits) + Int(fits)
        let different = hopLimits.nonzeroBitCount
        return packets >= 5 && highestHopLimit >= lowestHopLimit
            && (6...22).contains(highestHopLimit - lowestHopLimit)
            && different >= min(12, 3 + packets / 4)
    }

    /// Adds a source's that turned out to be the same one.
    mutating func absorb(_ other: ToolTally) {
        if other.candidate == 0 || candidate != 0 && tool != other.tool {
            let sum = Int(total) + Int(other.total)
            if sum > Int(UInt8.max) { halve() }
            total = UInt8(clamping: Int(total) + Int(other.total))
            return
        }
        var sum = other
        let whole = Int(total) + Int(other.total)
        let shift = whole > Int(UInt8.max) ? 1 : 0
        sum.total = UInt8(clamping: whole >> shift)
        sum.hits = UInt8(clamping: (Int(hits) + Int(other.hits)) >> shift)
        sum.fits = UInt8(clamping: (Int(fits) + Int(other.fits)) >> shift)
        sum.systemHits = UInt8(clamping: Int(systemHits) + Int(other.systemHits))
        sum.seen |= seen
        sum.hopLimits |= hopLimits
        sum.lowestHopLimit = min(lowestHopLimit, other.lowestHopLimit)
        sum.highestHopLimit = max(highestHopLimit, other.highestHopLimit)
        self = sum
    }

    func save(to writer: inout SavedWriter) {
        writer.put(link)
        writer.put(hopLimits)
        for byte in [
            lowestHopLimit, highestHopLimit, total, hits, fits, systemHits, candidate, seen,
        ] { writer.put(byte) }
    }

    /// Reads a tally; one that could not have been written is refused.
    init(from reader: inout SavedReader, _ bytes: Span<UInt8>) throws(SavedTableError) {
        link = try reader.take(bytes)
        hopLimits = try reader.take(bytes)
        lowestHopLimit = try reader.take(bytes)
        highestHopLimit = try reader.take(bytes)
        total = try reader.take(bytes)
        hits = try reader.take(bytes)
        fits = try reader.take(bytes)
        systemHits = try reader.take(bytes)
        candidate = try reader.take(bytes)
        seen = try reader.take(bytes)
        guard Int(hits) + Int(fits) <= Int(total), ToolMark(rawValue: candidate) != nil else {
            throw .contradictory
        }
    }
}
