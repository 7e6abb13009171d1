// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Detector {
    /// The record of an event's source, made if need be.
    mutating func record(for event: PacketEvent, isProbe: Bool) -> UInt32 {
        let source = grader.host.source(of: event.source)
        let isFoldable =
            grader.host.foldsPrefixes && source.prefixLength == 64 && !source.address.isV4
        if let known = table.find(source) {
            guard isProbe, isFoldable, !table.records[Int(known)].traits.contains(.watched),
                !table.records[Int(known)].isScanning
            else { return known }
            return watchPrefix(of: source, known, event)
        }
        if isFoldable, let site = table.find(Network(source.address, prefixLength: 48)) {
            return site
        }
        let number = insert(source, event)
        return isProbe && isFoldable ? watchPrefix(of: source, number, event) : number
    }

    /// Counts a /64 that probes among those of its /48.
    ///
    /// - Returns: the record that the event counts for: its own, or its /48's.
    private mutating func watchPrefix(
        of source: Network, _ number: UInt32, _ event: PacketEvent
    ) -> UInt32 {
        let wide = Network(source.address, prefixLength: 48)
        if let site = table.find(wide) {
            merge(source, into: site)
            return site
        }
        table.records[Int(number)].traits.insert(.watched)
        guard
            let full = watch.note(
                source, now: clock.now, lifetime: limits.lifetime, hash: table.hash)
        else { return number }
        // To make room for the /48 may cost one of the eight, so each is looked up again.
        let site = insert(wide, event)
        for index in 0..<PrefixWatch.enough {
            let high = full.prefix << 16 | UInt64(full.subnets[index])
            merge(Network(Address(high: high, low: 0), prefixLength: 64), into: site)
        }
        return site
    }

    /// Moves what is known of a /64 to its /48. A scan that was already told of stays what it is.
    private mutating func merge(_ source: Network, into site: UInt32) {
        guard let number = table.find(source), number != site,
            !table.records[Int(number)].isScanning
        else { return }
        let old = table.records[Int(number)]
        release(number)
        table.remove(number)
        for index in 0..<Int(old.targetCount) {
            let stored = StoredTarget(old, at: index, hash: table.hash)
            let high =
                table.records[Int(site)].targetCount == 0
                ? old.targetHigh : table.records[Int(site)].targetHigh
            _ = note(stored.seen(fromHigh: high), of: site)
        }
        table.records[Int(site)].absorb(old)
    }

    private mutating func insert(_ source: Network, _ event: PacketEvent) -> UInt32 {
        if table.isFull, let victim = table.leastUseful { end(victim, .memoryFull) }
        return table.insert(
            SourceRecord(
                source: source, firstAddress: event.source, start: event.time, now: clock.now))
    }

    /// Ends a source, and reports a scan.
    mutating func end(_ number: UInt32, _ reason: Finding.EndReason) {
        reportEnd(of: number, reason)
        release(number)
        table.remove(number)
    }

    /// Ends a source whose lifetime is over. Attempts that did not count go on being watched, in a
    /// record that knows nothing else, so that their alert comes once a window.
    mutating func expire(_ number: UInt32) {
        let place = Int(number)
        // Judged at the moment of the end, whenever that is noticed: a replay does the same.
        let moment = table.records[place].lastCounted.addingSaturating(limits.lifetime)
        let attempts = table.records[place].attempts
        guard limits.attempts.bucket(at: moment) &- attempts.epoch < 12, moment < .max else {
            end(number, .lifetimeOver)
            return
        }
        reportEnd(of: number, .lifetimeOver)
        release(number)
        var fresh = SourceRecord(
            source: table.records[place].source, firstAddress: table.records[place].firstAddress,
            start: table.records[place].last, now: moment)
        fresh.attempts = attempts
        table.replace(number, with: fresh)
    }

    private mutating func reportEnd(of number: UInt32, _ reason: Finding.EndReason) {
        guard table.records[Int(number)].isScanning else { return }
        let last = table.records[Int(number)].last
        let time: Timestamp =
            switch reason {
            case .lifetimeOver: last.advanced(byNanoseconds: limits.lifetime)
            case .inputEnded, .memoryFull, .joined: clock.time ?? last
            }
        report(.scanEnded(reason), number, at: time)
    }
}

extension StoredTarget {
    /// The same target for a record whose targets have this upper half.
    fileprivate func seen(fromHigh high: UInt64) -> StoredTarget {
        guard let address, address.high != high else { return self }
        return StoredTarget(self, traits: traits.union(.foreign))
    }

    private init(_ other: StoredTarget, traits: Traits) {
        address = other.address
        hostHash = other.hostHash
        ipProtocol = other.ipProtocol
        selector = other.selector
        self.traits = traits
        isEcho = other.isEcho
        isICMPRequest = other.isICMPRequest
    }
}

extension SourceRecord {
    /// Adds up everything but the targets with a record that turned out to be the same source.
    fileprivate mutating func absorb(_ other: SourceRecord) {
        if totalPackets == 0 {
            (start, last, firstAddress) = (other.start, other.last, other.firstAddress)
        } else if other.totalPackets > 0 {
            start = min(start, other.start)
            last = max(last, other.last)
        }
        for index in 0..<4 {
            let (sum, overflow) = packets[index].addingReportingOverflow(other.packets[index])
            packets[index] = overflow ? .max : sum
        }
        for index in 0..<3 where other.ports[index].range != nil {
            ports[index].include(other.ports[index].low)
            ports[index].include(other.ports[index].high)
        }
        for slot in 0..<14 where other.techniques[slot] > 0 {
            if let technique = SourceRecord.technique(inSlot: slot) {
                countTechnique(technique, other.techniques[slot])
            }
        }
        for index in 0..<Int(other.acceptedCount) { _ = accept(other.accepted[index]) }
        if otherProtocol == 0 {
            otherProtocol = other.otherProtocol
        } else if other.otherProtocol != 0, other.otherProtocol != otherProtocol {
            traits.insert(.manyProtocols)
        }
        traits.formUnion(other.traits.intersection([.manyProtocols, .home, .unruled]))
        lastNovelty = max(lastNovelty, other.lastNovelty)
        attempts.merge(other.attempts)
        tools.absorb(other.tools)
        autoLevel = max(autoLevel, other.autoLevel)
    }
}
