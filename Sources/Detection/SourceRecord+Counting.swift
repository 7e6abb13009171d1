// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What became of a packet in its source's record.
struct Taken {
    let novelty: Novelty
    /// The packet counts: its target is new, or new targets keep coming.
    let isCounted: Bool
    /// Attempts in the window, when they are an alert.
    let alert: Int?
}

extension SourceRecord {
    /// Takes in a packet of a source with at most five targets.
    ///
    /// - Parameter begins: it is the first of a lifetime, which counts in any case.
    /// - Returns: nil when its target is a sixth, for which there is no room here.
    @inline(__always)
    mutating func take(
        _ evidence: Evidence, begins: Bool, hash: KeyedHash, bucket: UInt32,
        limit: AttemptWindow.Limit
    ) -> Taken? {
        let high = targetCount == 0 ? evidence.destination.high : targetHigh
        let target = StoredTarget(evidence, high: high, hash: hash)
        guard let novelty = note(target) else { return nil }
        weigh(target, novelty)
        return take(evidence, novelty, begins: begins, bucket: bucket, limit: limit)
    }

    /// Takes in a packet whose target was noted.
    @inline(__always)
    mutating func take(
        _ evidence: Evidence, _ novelty: Novelty, begins: Bool, bucket: UInt32,
        limit: AttemptWindow.Limit
    ) -> Taken {
        if evidence.bits & TargetBits.home != 0 { traits.insert(.home) }
        // Ambiguous packets may be half of a call or a download; they are attempts of scanners only.
        let isAttempt =
            (evidence.bits & TargetBits.probe != 0 || isScanning) && !evidence.isTrace
        let alert = isAttempt ? attempts.add(in: bucket, limit: limit) : nil
        let seconds = UInt32(clamping: evidence.now / 1_000_000_000)
        let isCounted: Bool
        switch novelty {
        case .new, .stronger:
            lastNovelty = seconds
            isCounted = true
        case .unknown: isCounted = true
        case .repeated:
            isCounted = begins || seconds - min(seconds, lastNovelty) <= Limits.repeatSeconds
        }
        if isCounted { count(evidence) }
        return Taken(novelty: novelty, isCounted: isCounted, alert: alert)
    }

    /// Takes a counted packet into everything but the targets.
    @inline(__always)
    private mutating func count(_ evidence: Evidence) {
        let time = evidence.time
        if totalPackets == 0 {
            (start, last, firstAddress) = (time, time, evidence.source)
        } else if time < last.advanced(byNanoseconds: -StreamClock.disorder) {
            last = time  // somebody set the clock back
        } else {
            start = min(start, time)
            last = max(last, time)
        }
        lastCounted = evidence.now
        origin = evidence.origin

        let transport = evidence.transport
        if packets[transport] < .max { packets[transport] += 1 }
        if transport == TransportClass.other.rawValue {
            if otherProtocol == 0 {
                otherProtocol = evidence.ipProtocol
            } else if otherProtocol != evidence.ipProtocol {
                traits.insert(.manyProtocols)
            }
        }
        if evidence.bits & TargetBits.port != 0 { ports[transport].include(evidence.selector) }
        countTechnique(inSlot: Int(evidence.technique))
        tools.note(
            evidence.mark, sourcePort: evidence.sourcePort,
            sequenceNumber: evidence.sequenceNumber, hopLimit: evidence.hopLimit)
        note(autoLevel: evidence.autoLevel)
    }

    /// Takes the danger level that the settings give a counted packet.
    @inline(__always)
    private mutating func note(autoLevel level: UInt8) {
        if level == 0 {
            autoLevel |= SourceRecord.unruled
        } else if level == Evidence.invalidICMP {
            // Invalid ICMP makes a scan at least level 2, as with psad.
            raise(autoLevel: SourceRecord.unruled | 2)
        } else {
            raise(autoLevel: level)
        }
    }

    /// - Parameter level: as in ``autoLevel``.
    mutating func raise(autoLevel level: UInt8) {
        let mask = ~SourceRecord.unruled
        autoLevel = max(autoLevel & mask, level & mask) | (autoLevel | level) & ~mask
    }

    /// The danger level: the one from the settings where they have one for every packet, else the
    /// higher of that and what was counted.
    ///
    /// Range: 1...5; a scan is level 1 even where the settings let the levels begin later.
    func level(counted: Int) -> UInt8 {
        let isUnruled = autoLevel & SourceRecord.unruled != 0
        return max(
            1, autoLevel & ~SourceRecord.unruled, isUnruled ? UInt8(clamping: counted) : 0)
    }

    /// The counts of the techniques are halved together before one overflows: their shares stay.
    @inline(__always)
    private mutating func countTechnique(inSlot slot: Int) {
        if techniques[slot] == .max {
            for index in 0..<14 { techniques[index] /= 2 }
        }
        techniques[slot] += 1
    }

    /// Adds the packets by technique of a record that turned out to be the same source.
    mutating func addTechniques(_ other: SourceRecord) {
        var sums = InlineArray<14, Int>(repeating: 0)
        var highest = 0
        for slot in 0..<14 {
            sums[slot] = Int(techniques[slot]) + Int(other.techniques[slot])
            highest = max(highest, sums[slot])
        }
        let shift = highest > 255 ? 1 : 0
        for slot in 0..<14 { techniques[slot] = UInt8(clamping: sums[slot] >> shift) }
    }

    /// Remembers a (host, port) that accepted the source; false when it is known, or when as many
    /// as raise a threshold of five fourfold are.
    mutating func accept(_ mark: UInt16) -> Bool {
        for index in 0..<Int(acceptedCount) where accepted[index] == mark { return false }
        guard acceptedCount < 15 else { return false }
        accepted[Int(acceptedCount)] = mark
        acceptedCount += 1
        return true
    }

    /// Window has no slot of its own, as it cannot be told from ACK.
    static func slot(of technique: Technique) -> Int {
        let raw = Int(technique.rawValue)
        return raw < Int(Technique.window.rawValue) ? raw : raw - 1
    }

    static func technique(inSlot slot: Int) -> Technique? {
        let raw = slot < Int(Technique.window.rawValue) ? slot : slot + 1
        return Technique(rawValue: UInt8(raw))
    }
}
