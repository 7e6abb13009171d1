// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Detector {
    /// Counts a target for a source: in the record, or in a tally when the record is full.
    mutating func note(_ target: StoredTarget, of number: UInt32) -> Novelty {
        let place = Int(number)
        if table.records[place].traits.contains(.frozen) { return .unknown }
        if table.records[place].tally == SourceRecord.noTally {
            if let novelty = table.records[place].note(target) {
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
            table.records[place].seeQuestion(target.bits)
        }
        return novelty
    }

    /// Lends a tally to a source, if need be the one that was least recently active.
    ///
    /// Between scans a tally changes hands only when its owner has been quiet for a while: thousands
    /// of scans at once would otherwise take them from each other with every packet, and none
    /// would be counted for longer.
    private mutating func borrowTally(for number: UInt32) {
        if tallies.isFull, let tally = oldestTally() {
            let victim = tallies[tally].owner
            let owner = Int(victim)
            if table.records[Int(number)].isScanning, table.records[owner].isScanning,
                clock.now &- table.records[owner].lastCounted < Limits.tallyQuiet
            {
                freeze(number)
                return
            }
            takeTally(from: victim)
        }
        guard let tally = tallies.lend(to: number, at: clock.now) else { return }
        table.records[Int(number)].tally = tally
        let record = table.records[Int(number)]
        for index in 0..<Int(record.targetCount) {
            _ = tallies.note(
                tally,
                StoredTarget(record, at: index, high: record.targetHigh, hash: table.hash),
                hash: table.hash)
        }
    }

    /// The tally that was used longest ago, or nearly: those used since the pool last looked move on,
    /// a few of them at most.
    private mutating func oldestTally() -> UInt16? {
        for _ in 0..<8 {
            guard let tally = tallies.oldest else { return nil }
            let counted = table.records[Int(tallies[tally].owner)].lastCounted
            if counted <= tallies[tally].used { return tally }
            tallies.requeue(tally, used: counted)
        }
        return tallies.oldest
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
        table.records[place].frozen = (
            UInt32(clamping: counts.targets.count), UInt32(clamping: counts.hosts.count),
            UInt16(clamping: counts.ports.count)
        )
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
            return Int(table.records[place].frozen.hosts)
        }
        let tally = table.records[place].tally
        if tally != SourceRecord.noTally { return Int(tallies[tally].hosts.count) }
        return table.records[place].inlineHosts
    }

    /// At most so many hosts, without counting five one by one.
    func hostBound(_ number: UInt32) -> Int {
        let record = Int(number)
        if table.records[record].tally == SourceRecord.noTally,
            !table.records[record].traits.contains(.frozen)
        {
            return Int(table.records[record].targetCount)
        }
        return hostCount(number)
    }

    func distinctTargets(_ number: UInt32) -> Int {
        let place = Int(number)
        if table.records[place].traits.contains(.frozen) {
            return Int(table.records[place].frozen.targets)
        }
        let tally = table.records[place].tally
        if tally != SourceRecord.noTally { return Int(tallies[tally].targets.count) }
        return Int(table.records[place].targetCount)
    }
}
