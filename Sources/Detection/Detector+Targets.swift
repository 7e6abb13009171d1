// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A target in the form in which a record keeps it.
struct StoredTarget {
    /// Nil where only the hash is known: an address with another upper half than the record's.
    let address: Address?
    let hostHash: UInt64
    let ipProtocol: IPProtocol
    let selector: UInt16
    let traits: Traits
    let isEcho: Bool
    let isICMPRequest: Bool

    struct Traits: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        static let probe = Traits(rawValue: 1 << 0)
        static let inside = Traits(rawValue: 1 << 1)
        static let foreign = Traits(rawValue: 1 << 2)
        static let port = Traits(rawValue: 1 << 3)
        static let bareProtocol = Traits(rawValue: 1 << 4)
        /// A tool is known to have asked for it, by a mark that one packet suffices for.
        static let marked = Traits(rawValue: 1 << 5)

        /// Unit: quarters of a probe's target.
        var quarters: UInt16 { contains(.probe) ? 4 : contains(.marked) ? 2 : 1 }
    }

    init(
        _ target: Target, isProbe: Bool, isMarked: Bool, isInside: Bool, hash: KeyedHash,
        high: UInt64
    ) {
        var traits: Traits = []
        if isProbe { traits.insert(.probe) } else if isMarked { traits.insert(.marked) }
        if isInside { traits.insert(.inside) }
        if target.host.high != high { traits.insert(.foreign) }
        if target.hasPort { traits.insert(.port) }
        if target.isBareProtocol { traits.insert(.bareProtocol) }
        self.traits = traits
        address = target.host
        hostHash = hash(target.host)
        ipProtocol = target.ipProtocol
        selector = target.selector
        isEcho = target.isEcho
        isICMPRequest = target.isICMPRequest
    }

    /// The target at a place of a record.
    init(_ record: SourceRecord, at index: Int, hash: KeyedHash) {
        traits = Traits(rawValue: record.targetTraits[index])
        ipProtocol = IPProtocol(rawValue: record.targetProtocols[index])
        selector = record.targetSelectors[index]
        isEcho = record.traits.contains(.onlyEcho)
        isICMPRequest = record.traits.contains(.onlyICMPRequests)
        if traits.contains(.foreign) {
            (address, hostHash) = (nil, record.targetLows[index])
        } else {
            let whole = Address(high: record.targetHigh, low: record.targetLows[index])
            (address, hostHash) = (whole, hash(whole))
        }
    }

    /// Unit: quarters of a probe's target.
    var quarters: UInt16 { traits.quarters }

    fileprivate var low: UInt64 {
        traits.contains(.foreign) ? hostHash : address?.low ?? hostHash
    }
}

extension SourceRecord {
    /// The upper half that the record's targets have in common.
    func homeOfTargets(_ target: Target) -> UInt64 {
        targetCount == 0 ? target.host.high : targetHigh
    }

    /// Puts a target among the first five.
    ///
    /// - Returns: nil when there is no room for a new one.
    fileprivate mutating func noteInline(_ target: StoredTarget) -> Novelty? {
        let identity = UInt8(StoredTarget.Traits.foreign.rawValue)
        for index in 0..<Int(targetCount)
        where targetLows[index] == target.low && targetSelectors[index] == target.selector
            && targetProtocols[index] == target.ipProtocol.rawValue
            && targetTraits[index] & identity == target.traits.rawValue & identity
        {
            guard target.traits.contains(.probe), targetTraits[index] & 1 == 0 else {
                return .repeated
            }
            // What it weighed beyond the quarter is taken back before the rest is added.
            if targetTraits[index] & StoredTarget.Traits.marked.rawValue != 0 {
                quarters -= min(quarters, 1)
                if target.traits.contains(.inside) { quartersInside -= min(quartersInside, 1) }
            }
            targetTraits[index] = targetTraits[index] & ~StoredTarget.Traits.marked.rawValue | 1
            return .stronger
        }
        let place = Int(targetCount)
        guard place < SourceRecord.inlineTargets else { return nil }
        if place == 0, let address = target.address, !target.traits.contains(.foreign) {
            targetHigh = address.high
        }
        targetLows[place] = target.low
        targetSelectors[place] = target.selector
        targetProtocols[place] = target.ipProtocol.rawValue
        targetTraits[place] = target.traits.rawValue
        targetCount += 1
        return .new
    }

    /// Adds what a target weighs.
    fileprivate mutating func weigh(_ target: StoredTarget, _ novelty: Novelty) {
        let gain: UInt16
        switch novelty {
        case .new:
            gain = target.quarters
            if target.traits.contains(.bareProtocol), protocolTargets < .max {
                protocolTargets += 1
            }
            if !target.isEcho { traits.remove(.onlyEcho) }
            if !target.isICMPRequest { traits.remove(.onlyICMPRequests) }
        case .stronger: gain = 3
        case .repeated, .unknown: return
        }
        quarters = quarters > .max - gain ? .max : quarters + gain
        if target.traits.contains(.inside) {
            quartersInside = min(
                quarters, quartersInside > .max - gain ? .max : quartersInside + gain)
        }
    }

    /// Forgets all targets but the first five, as if no other had come.
    mutating func shrink() {
        (quarters, quartersInside, protocolTargets) = (0, 0, 0)
        for index in 0..<Int(targetCount) {
            let traits = StoredTarget.Traits(rawValue: targetTraits[index])
            let gain = traits.quarters
            quarters += gain
            if traits.contains(.inside) { quartersInside += gain }
            if traits.contains(.bareProtocol) { protocolTargets += 1 }
        }
    }
}

extension Detector {
    /// Counts a target for a source: in the record, or in a tally when the record is full.
    mutating func note(_ target: StoredTarget, of number: UInt32) -> Novelty {
        let place = Int(number)
        if table.records[place].traits.contains(.frozen) { return .unknown }
        if table.records[place].tally == SourceRecord.noTally {
            if let novelty = table.records[place].noteInline(target) {
                table.records[place].weigh(target, novelty)
                return novelty
            }
            borrowTally(for: number)
            if table.records[place].traits.contains(.frozen) { return .unknown }
        }
        let tally = table.records[place].tally
        let wasExact = tallies[tally].targets.isExact
        let novelty = tallies.note(tally, target, hash: table.hash)
        if wasExact, tallies[tally].targets.isExact {
            table.records[place].weigh(target, novelty)
        } else {
            // The weight stands still with 256 targets; from here on it grows with their estimate.
            if !target.isEcho { table.records[place].traits.remove(.onlyEcho) }
            if !target.isICMPRequest { table.records[place].traits.remove(.onlyICMPRequests) }
        }
        return novelty
    }

    /// Lends a tally to a source, if need be the one that was least recently active.
    ///
    /// Between scans a tally changes hands only when its owner has been quiet for a while: thousands
    /// of scans at once would otherwise take them from each other with every packet, and none
    /// would be counted for longer.
    private mutating func borrowTally(for number: UInt32) {
        if let victim = tallies.nextVictim {
            let owner = Int(victim)
            if table.records[Int(number)].isScanning, table.records[owner].isScanning,
                clock.now &- table.records[owner].lastCounted < Limits.tallyQuiet
            {
                freeze(number)
                return
            }
            takeTally(from: victim)
        }
        guard let tally = tallies.lend(to: number) else { return }
        table.records[Int(number)].tally = tally
        let record = table.records[Int(number)]
        for index in 0..<Int(record.targetCount) {
            _ = tallies.note(
                tally, StoredTarget(record, at: index, hash: table.hash), hash: table.hash)
        }
    }

    /// A scan keeps its counts as they are; any other source goes back to its first five targets.
    mutating func takeTally(from number: UInt32) {
        let place = Int(number)
        if table.records[place].isScanning {
            freeze(number)
        } else {
            table.records[place].shrink()
        }
        tallies.giveBack(table.records[place].tally)
        table.records[place].tally = SourceRecord.noTally
    }

    /// From here on the scan's distinct counts stand still; its packets go on counting.
    private mutating func freeze(_ number: UInt32) {
        let place = Int(number)
        let counts = distinct(number)
        table.records[place].traits.insert(.frozen)
        table.records[place].frozenTargets = UInt32(clamping: counts.targets.count)
        table.records[place].frozenHosts = UInt32(clamping: counts.hosts.count)
        table.records[place].frozenPorts = UInt16(clamping: counts.ports.count)
    }

    /// Gives up what a record borrowed, before it goes.
    mutating func release(_ number: UInt32) {
        let tally = table.records[Int(number)].tally
        guard tally != SourceRecord.noTally else { return }
        tallies.giveBack(tally)
        table.records[Int(number)].tally = SourceRecord.noTally
    }

    /// What the distinct targets of a source weigh. Unit: quarters.
    func weight(of number: UInt32) -> (all: Int, inside: Int) {
        let place = Int(number)
        let all = Int(table.records[place].quarters)
        let inside = Int(table.records[place].quartersInside)
        let tally = table.records[place].tally
        guard tally != SourceRecord.noTally, !tallies[tally].targets.isExact else {
            return (all, inside)
        }
        let count = Int(tallies[tally].targets.count)
        let known = Int(DistinctSketch.exactLimit)
        return (all * count / known, inside * count / known)
    }

    func hostCount(_ number: UInt32) -> Int {
        let place = Int(number)
        if table.records[place].traits.contains(.frozen) {
            return Int(table.records[place].frozenHosts)
        }
        let tally = table.records[place].tally
        if tally != SourceRecord.noTally { return Int(tallies[tally].hosts.count) }
        return table.records[place].inlineHosts
    }
}
