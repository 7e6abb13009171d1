// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A target in the form in which a record keeps it.
struct StoredTarget: BitwiseCopyable {
    /// Means nothing where only the hash is known.
    let address: Address
    let isKnown: Bool
    /// The lower half of the address, or for a foreign target the address's hash.
    let low: UInt64
    let selector: UInt16
    let ipProtocol: UInt8
    /// Bits of ``TargetBits``.
    let bits: UInt8

    /// What a packet asked for, for a record whose targets have this upper half.
    @inline(__always)
    init(_ evidence: Evidence, high: UInt64, hash: KeyedHash) {
        let isForeign = evidence.destination.high != high
        address = evidence.destination
        isKnown = true
        low = isForeign ? hash(evidence.destination) : evidence.destination.low
        selector = evidence.selector
        ipProtocol = evidence.ipProtocol
        var bits = evidence.bits & ~TargetBits.home | (isForeign ? TargetBits.foreign : 0)
        if bits & TargetBits.probe == 0, evidence.mark.isSure { bits |= TargetBits.marked }
        self.bits = bits
    }

    /// The target at a place of a record, for a record whose targets have this upper half.
    init(_ record: SourceRecord, at index: Int, high: UInt64, hash: KeyedHash) {
        var bits = record.targetBits[index]
        var low = record.targetLows[index]
        isKnown = bits & TargetBits.foreign == 0
        address = Address(high: record.targetHigh, low: low)
        if isKnown, record.targetHigh != high {
            bits |= TargetBits.foreign
            low = hash(address)
        }
        self.bits = bits
        self.low = low
        selector = record.targetSelectors[index]
        ipProtocol = record.targetProtocols[index]
    }

    func hostHash(_ hash: KeyedHash) -> UInt64 {
        bits & TargetBits.foreign != 0 ? low : hash(address)
    }
}

extension SourceRecord {
    /// Puts a target among the first five.
    ///
    /// - Returns: nil when there is no room for a new one.
    @inline(__always)
    mutating func note(_ target: StoredTarget) -> Novelty? {
        let count = Int(targetCount)
        var index = 0
        while index < count {
            if targetLows[index] == target.low, targetSelectors[index] == target.selector,
                targetProtocols[index] == target.ipProtocol,
                (targetBits[index] ^ target.bits) & TargetBits.foreign == 0
            {
                guard target.bits & ~targetBits[index] & TargetBits.probe != 0 else {
                    return .repeated
                }
                // What a marked one weighs more than a bare one goes before the rest is added.
                if targetBits[index] & TargetBits.marked != 0 {
                    quarters -= min(quarters, 1)
                    if target.bits & TargetBits.inside != 0 {
                        quartersInside -= min(quartersInside, 1)
                    }
                }
                targetBits[index] = targetBits[index] & ~TargetBits.marked | TargetBits.probe
                return .stronger
            }
            index += 1
        }
        guard count < SourceRecord.inlineTargets else { return nil }
        if count == 0, target.bits & TargetBits.foreign == 0 { targetHigh = target.address.high }
        targetLows[count] = target.low
        targetSelectors[count] = target.selector
        targetProtocols[count] = target.ipProtocol
        targetBits[count] = target.bits
        targetCount += 1
        return .new
    }

    /// Adds what a target weighs.
    @inline(__always)
    mutating func weigh(_ target: StoredTarget, _ novelty: Novelty) {
        let gain: UInt16
        switch novelty {
        case .new:
            gain = TargetBits.quarters(target.bits)
            if target.bits & TargetBits.bareProtocol != 0, protocolTargets < .max {
                protocolTargets += 1
            }
            seeQuestion(target.bits)
        case .stronger: gain = 3
        case .repeated, .unknown: return
        }
        quarters = quarters > .max - gain ? .max : quarters + gain
        if target.bits & TargetBits.inside != 0 {
            quartersInside = min(
                quarters, quartersInside > .max - gain ? .max : quartersInside + gain)
        }
    }

    /// A new target ends what all targets before it had in common.
    mutating func seeQuestion(_ bits: UInt8) {
        var lost: UInt8 = 0
        if bits & TargetBits.echo == 0 { lost |= Traits.onlyEcho.rawValue }
        if bits & TargetBits.request == 0 { lost |= Traits.onlyICMPRequests.rawValue }
        traits = Traits(rawValue: traits.rawValue & ~lost)
    }

    /// Forgets all targets but the first five, as if no other had come.
    mutating func shrink() {
        (quarters, quartersInside, protocolTargets) = (0, 0, 0)
        for index in 0..<Int(targetCount) {
            let gain = TargetBits.quarters(targetBits[index])
            quarters += gain
            if targetBits[index] & TargetBits.inside != 0 { quartersInside += gain }
            if targetBits[index] & TargetBits.bareProtocol != 0 { protocolTargets += 1 }
        }
    }

    /// Forgets what only ambiguous packets asked for, and all but the first five.
    mutating func keepProbes() {
        var kept = 0
        traits.formUnion([.onlyEcho, .onlyICMPRequests])
        for index in 0..<Int(targetCount) where targetBits[index] & TargetBits.probe != 0 {
            targetLows[kept] = targetLows[index]
            targetSelectors[kept] = targetSelectors[index]
            targetProtocols[kept] = targetProtocols[index]
            targetBits[kept] = targetBits[index]
            seeQuestion(targetBits[index])
            kept += 1
        }
        targetCount = UInt8(kept)
        shrink()
    }
}
