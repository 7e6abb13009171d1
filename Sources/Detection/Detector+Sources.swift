// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The record that a packet counts for.
struct Seat {
    let number: UInt32
    /// Keyed hash of the source that the record is of: the packet's, or the /48 that it belongs to.
    let hash: UInt64
    /// The packet is the first of the source's lifetime.
    var begins = false
}

extension Detector {
    /// Where a packet of evidence counts; nil when it is its source's first, which stands on
    /// probation now.
    ///
    /// - Parameter hash: that of the key.
    @inline(__always)
    mutating func seat(for evidence: Evidence, _ key: SourceKey, _ hash: UInt64) -> Seat? {
        let isProbe = evidence.bits & TargetBits.probe != 0
        let isFoldable = key.width == 64 && grader.host.foldsPrefixes
        if let handle = table.find(key, hash), let seat = awake(handle, key, hash) {
            guard isProbe, isFoldable, !table.records[Int(seat.number)].traits.contains(.watched),
                !table.records[Int(seat.number)].isScanning
            else { return seat }
            table.records[Int(seat.number)].traits.insert(.watched)
            return fold(key, evidence) ?? seat
        }
        return firstSeat(for: evidence, key, hash, isProbe: isProbe, isFoldable: isFoldable)
    }

    /// The same for a source of which nothing is known.
    @inline(never)
    private mutating func firstSeat(
        for evidence: Evidence, _ key: SourceKey, _ hash: UInt64, isProbe: Bool, isFoldable: Bool
    ) -> Seat? {
        if isFoldable {
            if let site = site(of: key) { return site }
            if isProbe, let site = fold(key, evidence) { return site }
        }
        guard limits.needsTwoPackets else {
            let number = insert(key, evidence)
            if isFoldable, isProbe { table.records[Int(number)].traits.insert(.watched) }
            return Seat(number: number, hash: hash, begins: true)
        }
        table.probe(evidence, key, hash, isWatched: isFoldable && isProbe)
        return nil
    }

    /// Where an accepted connection counts; nil when it is the first packet of its source, or says
    /// again what its only packet said.
    mutating func seat(forCredit mark: UInt16, of event: PacketEvent) -> UInt32? {
        let key = grader.host.key(of: event.source)
        let hash = table.hash(of: key)
        if let handle = table.find(key, hash) {
            if handle & SourceTable.onProbation != 0 {
                let place = Int(handle & ~SourceTable.onProbation)
                if table.probation.isCredit(place), table.probation.selector(place) == mark,
                    !isOver(place)
                {
                    return nil
                }
                if let number = promote(place, key, hash) { return number }
            } else if lives(handle) {
                return handle
            }
        }
        if key.width == 64, grader.host.foldsPrefixes, let site = site(of: key) {
            return site.number
        }
        var evidence = Evidence(of: event, isProbe: false, direction: .inbound, now: clock.now)
        evidence.technique = Probation.credit
        evidence.selector = mark
        guard limits.needsTwoPackets else { return insert(key, evidence) }
        table.probe(evidence, key, hash, isWatched: false)
        return nil
    }

    /// The record of a known source, whatever it was until now; nil when its time was over and
    /// nothing is left of it.
    @inline(__always)
    private mutating func awake(_ handle: UInt32, _ key: SourceKey, _ hash: UInt64) -> Seat? {
        if handle & SourceTable.onProbation == 0, clock.now < endOfLifetime(handle),
            !table.records[Int(handle)].isAsleep
        {
            return Seat(number: handle, hash: hash)
        }
        return roused(handle, key, hash)
    }

    @inline(never)
    private mutating func roused(_ handle: UInt32, _ key: SourceKey, _ hash: UInt64) -> Seat? {
        var number = handle
        if handle & SourceTable.onProbation != 0 {
            guard let new = promote(Int(handle & ~SourceTable.onProbation), key, hash) else {
                return nil
            }
            number = new
        } else if !lives(number) {
            return nil
        }
        guard table.records[Int(number)].isAsleep else { return Seat(number: number, hash: hash) }
        wake(number)
        return Seat(number: number, hash: hash, begins: true)
    }

    /// Makes a record of a source whose only packet stands on probation.
    ///
    /// - Returns: nil when its lifetime was over and nothing is left of it.
    private mutating func promote(_ place: Int, _ key: SourceKey, _ hash: UInt64) -> UInt32? {
        if isOver(place), !isKept(place) {
            table.forget(place)
            return nil
        }
        makeRoom()
        let record = record(of: place, key)
        let number = table.add(record)
        table.index.replace(
            UInt32(place) | SourceTable.onProbation, with: number, hash: hash)
        table.probation.remove(place)
        return lives(number) ? number : nil
    }

    /// Ends what is over of a record by now; false when nothing is left of it.
    private mutating func lives(_ number: UInt32) -> Bool {
        while clock.now >= endOfLifetime(number) {
            guard lapse(number) else { return false }
        }
        return true
    }

    /// The record that a source on probation would have by now.
    private func record(of place: Int, _ key: SourceKey) -> SourceRecord {
        let evidence = table.probation.evidence(place)
        var record = SourceRecord(
            key: key, firstAddress: evidence.source, start: evidence.time, now: evidence.now)
        if table.probation.isCredit(place) {
            _ = record.accept(evidence.selector)
        } else {
            _ = record.take(
                evidence, begins: true, hash: table.hash,
                bucket: limits.attempts.bucket(at: evidence.now), limit: limits.attempts)
        }
        if table.probation.isWatched(place) { record.traits.insert(.watched) }
        return record
    }

    private func isOver(_ place: Int) -> Bool {
        clock.now >= table.probation.began(place).addingSaturating(limits.lifetime)
    }

    /// Whether something is left of a source on probation whose lifetime is over: its target, or
    /// its attempt.
    private func isKept(_ place: Int) -> Bool {
        if table.probation.isCredit(place) { return false }
        let began = table.probation.began(place)
        let bits = table.probation.bits(place)
        if bits & (TargetBits.probe | TargetBits.home) == TargetBits.probe,
            clock.now < began.addingSaturating(limits.memory)
        {
            return true
        }
        return limits.attempts.bucket(at: clock.now) &- limits.attempts.bucket(at: began) < 12
    }

    private mutating func insert(_ key: SourceKey, _ evidence: Evidence) -> UInt32 {
        makeRoom()
        return table.insert(
            SourceRecord(
                key: key, firstAddress: evidence.source, start: evidence.time, now: clock.now))
    }

    /// Ends the record that is the least loss when all are taken.
    private mutating func makeRoom() {
        guard table.isFull, let victim = leastUseful else { return }
        end(victim, .memoryFull)
    }

    /// One target before several, several before a scan; of equals the one counted longest ago.
    ///
    /// A sixteenth is left to sources with one target, and a quarter to sleeping ones with several.
    private var leastUseful: UInt32? {
        mutating get {
            let few = table.capacity / 16
            let filing = table.filing.asleep(.oneTarget)
            if let number = table.filing.first(on: filing) { return number }
            if table.filing.count(of: .oneTarget) > few {
                return table.filing.oldest(of: .oneTarget, in: &table.records)
            }
            let sleeping = table.filing.first(on: table.filing.asleep(.severalTargets))
            if sleeping != nil, table.filing.sleepingCount > table.capacity / 4 { return sleeping }
            return table.filing.oldest(of: .severalTargets, in: &table.records) ?? sleeping
                ?? table.filing.oldest(of: .oneTarget, in: &table.records)
                ?? table.filing.oldest(of: .scanning, in: &table.records)
        }
    }
}

extension Detector {
    /// The record of the /48 that a /64 belongs to, when there is one.
    private mutating func site(of key: SourceKey) -> Seat? {
        let wide = SourceKey(Network(key.address, prefixLength: 48))
        let hash = table.hash(of: wide)
        return table.find(wide, hash).flatMap { awake($0, wide, hash) }
    }

    /// Counts a /64 that probes among those of its /48.
    ///
    /// - Returns: the /48's record when the /64 belongs to it, by now or from now on.
    private mutating func fold(_ key: SourceKey, _ evidence: Evidence) -> Seat? {
        if let site = site(of: key) {
            merge(key, into: site.number)
            return site
        }
        guard
            let full = watch.note(
                key.address.high, now: clock.now, lifetime: limits.lifetime, hash: table.hash)
        else { return nil }
        // To make room for the /48 may cost one of the eight, so each is looked up again.
        let site = insert(SourceKey(Network(key.address, prefixLength: 48)), evidence)
        for index in 0..<PrefixWatch.enough {
            merge(SourceKey(high64: full.prefix << 16 | UInt64(full.subnets[index])), into: site)
        }
        return Seat(number: site, hash: table.hash(of: table.records[Int(site)].key))
    }

    /// Moves what is known of a /64 to its /48. A scan that was already told of stays what it is.
    private mutating func merge(_ key: SourceKey, into site: UInt32) {
        guard let handle = table.find(key), handle != site else { return }
        let old: SourceRecord
        if handle & SourceTable.onProbation != 0 {
            let place = Int(handle & ~SourceTable.onProbation)
            old = record(of: place, key)
            table.forget(place)
        } else {
            if table.records[Int(handle)].isScanning { return }
            old = table.records[Int(handle)]
            release(handle)
            table.remove(handle)
        }
        for index in 0..<Int(old.targetCount) {
            let high =
                table.records[Int(site)].targetCount == 0
                ? old.targetHigh : table.records[Int(site)].targetHigh
            _ = note(StoredTarget(old, at: index, high: high, hash: table.hash), of: site)
        }
        table.records[Int(site)].absorb(old)
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
        addTechniques(other)
        for index in 0..<Int(other.acceptedCount) { _ = accept(other.accepted[index]) }
        if otherProtocol == 0 {
            otherProtocol = other.otherProtocol
        } else if other.otherProtocol != 0, other.otherProtocol != otherProtocol {
            traits.insert(.manyProtocols)
        }
        traits.formUnion(other.traits.intersection([.manyProtocols, .home]))
        lastNovelty = max(lastNovelty, other.lastNovelty)
        attempts.merge(other.attempts)
        tools.absorb(other.tools)
        raise(autoLevel: other.autoLevel)
    }
}
