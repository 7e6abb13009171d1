// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Detector {
    /// Tells those that watch many sources together of a counted packet. What home sends out is not
    /// theirs: there each source is known.
    ///
    /// - Parameters:
    ///   - source: keyed hash of the source that it counts for.
    ///   - isNewTarget: whether the source had not asked for this target before.
    ///   - packets: the source's counted packets with this one.
    @inline(never)
    mutating func noteCrowds(
        _ event: PacketEvent, _ evidence: Evidence, from source: UInt64, isNewTarget: Bool,
        packets: UInt64
    ) {
        let isInternal = evidence.bits & TargetBits.inside != 0
        guard isInternal || evidence.bits & TargetBits.home == 0 else { return }
        let target = CommonTarget(evidence)
        let host = table.hash(target.host)
        crowds.note(
            CrowdSighting(
                event: event, source: source, host: host,
                targetHash: table.hash(host, target.salt), target: target,
                isNewTarget: isNewTarget, isNewSource: packets == 1, isSecond: packets == 2,
                isInternal: isInternal, isServed: grader.host.serves(event),
                now: clock.now, stack: StackFingerprint.of(event), mark: evidence.mark),
            hash: table.hash)
        if crowds.hasNews { reportCrowds(at: event.time) }
    }

    /// Whether a source's findings are part of its set's.
    ///
    /// - Parameter source: its keyed hash.
    func isHeld(_ source: UInt64) -> Bool {
        crowds.sets.used > 0 && crowds.holds(source)
    }

    /// Lets time pass for sets and floods.
    @inline(__always)
    mutating func advanceCrowds() {
        while let deadline = crowds.floods.deadline, deadline <= clock.now {
            lookAtFloods(at: clock.time(at: deadline))
        }
        guard crowds.nextEnd <= clock.now else { return }
        let horizon = clock.now.subtractingSaturating(limits.lifetime)
        while let set = crowds.ended(by: horizon, lifetime: limits.lifetime) {
            endSet(set, .lifetimeOver)
        }
    }

    /// Stream time at which ``advanceCrowds()`` has something to do.
    var crowdDeadline: Int64? {
        let end = crowds.nextEnd == .max ? nil : crowds.nextEnd
        guard let flood = crowds.floods.deadline else { return end }
        return min(flood, end ?? flood)
    }

    /// The input is over: sets and floods end with it.
    mutating func finishCrowds() {
        crowds.floods.finish(now: clock.now)
        lookAtFloods(at: clock.time, isFinal: true)
        while let set = crowds.ended(by: .max, lifetime: 0) { endSet(set, .inputEnded) }
    }

    /// Takes over what was saved of sets and floods. With another memory the places are others, and
    /// the sets that are open end.
    mutating func takeOver(_ saved: consuming CrowdWatch) {
        let own = crowds.plan.share
        crowds = saved
        guard crowds.plan.share != own else { return }
        while let set = crowds.ended(by: .max, lifetime: 0) { endSet(set, .memoryFull) }
        crowds = CrowdWatch(memory: own << 20, limits: limits)
    }

    private mutating func lookAtFloods(at time: Timestamp?, isFinal: Bool = false) {
        while let news = crowds.floods.look(isFinal: isFinal) {
            let summary = FloodWatch.summary(news.entry, limits: limits)
            let counts = FloodWatch.counts(news.entry)
            findings.append(
                Finding(
                    event: news.isEnd ? .floodEnded(counts) : .floodDetected(counts),
                    time: time ?? news.entry.last, summary: summary))
        }
    }

    private mutating func reportCrowds(at time: Timestamp) {
        for news in crowds.takeNews() {
            switch news {
            case .joined(let address, let set): fold(address, into: set, at: time)
            case .opened(let set): report(.scanDetected, set: set, at: time)
            case .rose(let set): report(.scanEscalated, set: set, at: time)
            }
        }
    }

    /// A source that joins a set counts what it asked elsewhere before; if that is no scan of its own,
    /// what was told of it alone is over.
    private mutating func fold(_ address: Address, into set: Int, at time: Timestamp) {
        let source = grader.host.key(of: address)
        guard let number = table.find(source),
            let place = crowds.members.find(table.hash(of: source), crowds.sets)
        else { return }
        let inside = Int(crowds.members[place].inside)
        let isOnProbation = number & SourceTable.onProbation != 0
        let known =
            isOnProbation
            ? Int(table.probation.quarters(Int(number & ~SourceTable.onProbation)))
            : weight(of: number).all
        crowds.members[place].outside = UInt16(clamping: max(0, known - inside))
        guard !isOnProbation, table.records[Int(number)].isScanning,
            isHeld(table.hash(of: source))
        else { return }
        report(.scanEnded(.joined), number, at: time)
        table.records[Int(number)].level = 0
        move(number, to: .severalTargets)
    }

    private mutating func endSet(_ set: Int, _ reason: Finding.EndReason) {
        let last = crowds.sets[set].last
        let time: Timestamp =
            switch reason {
            case .lifetimeOver: last.advanced(byNanoseconds: limits.lifetime)
            case .inputEnded, .memoryFull, .joined: clock.time ?? last
            }
        report(.scanEnded(reason), set: set, at: time)
        if reason == .lifetimeOver { forgetMembers(of: set) }
        crowds.release(set)
    }

    /// With a scan its record goes; with a set go those of its members who did nothing else, so that
    /// the same scan tomorrow is another.
    private mutating func forgetMembers(of set: Int) {
        for address in crowds.sets.members(of: set) {
            let source = grader.host.key(of: address)
            guard let place = crowds.members.find(table.hash(of: source), crowds.sets),
                Int(crowds.members[place].set) == set, crowds.members[place].outside == 0,
                let number = table.find(source), number & SourceTable.onProbation == 0,
                !table.records[Int(number)].isScanning
            else { continue }
            end(number, .lifetimeOver)
        }
    }

    private mutating func report(_ event: Finding.Event, set: Int, at time: Timestamp) {
        let first = crowds.sets.members(of: set).first ?? crowds.sets[set].host
        findings.append(
            Finding(
                event: event, time: time,
                summary: crowds.sets.summary(of: set, source: grader.host.key(of: first).network)))
    }
}
