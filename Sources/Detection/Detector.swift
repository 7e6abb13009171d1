// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Finds scans in a stream of events.
///
/// Pure: what it finds follows from the settings, the host facts, the seed and the events; time
/// comes with the events.
/// Bound: about four fifths of `settings.memory`, reserved at the start; nothing that an outsider
/// sends makes it grow. Findings wait until they are taken, a few for one event at most.
package struct Detector: ~Copyable {
    var limits: Limits
    var grader: Grader
    var ignore: IgnoreList
    var clock = StreamClock()
    var table: SourceTable
    var tallies: TallyPool
    var watch: PrefixWatch
    var crowds: CrowdWatch
    var findings: [Finding] = []
    /// Packets whose addresses cannot be; for display only.
    package private(set) var martians = MartianLog()

    /// - Parameter seed: random for a live stream, so that nobody can aim at the table; any fixed
    ///   value for a replay.
    package init(settings: DetectionSettings, facts: HostFacts, seed: UInt64) {
        let plan = MemoryPlan(memory: settings.memory)
        limits = Limits(settings)
        grader = Grader(settings: settings, facts: facts)
        ignore = IgnoreList(settings.ignore)
        table = SourceTable(capacity: plan.sources, hash: KeyedHash(seed: seed))
        tallies = TallyPool(capacity: plan.tallies)
        watch = PrefixWatch(capacity: plan.prefixes)
        crowds = CrowdWatch(memory: settings.memory, limits: limits)
    }

    /// Tells the detector about an origin before its first event, so that rules about interfaces
    /// and prefixes are compared once and not for each packet.
    package mutating func admit(_ origin: Origin, as id: OriginID) {
        ignore.admit(origin, as: id)
    }

    /// Grades an event and counts it if it is evidence.
    ///
    /// - Parameter packet: the packet's first bytes; may be empty. Nothing here asks for them yet;
    ///   what tells tools apart will.
    @discardableResult
    package mutating func observe(_ event: PacketEvent, packet: RawSpan) -> Grade {
        advance(to: event.time)
        let grade = grader.grade(event)
        switch grade {
        case .probe, .ambiguous, .accepted, .martian:
            if ignore.covers(event) { return grade }
        case .late, .backscatter, .chatter, .fragment, .refused:
            return grade
        }
        switch grade {
        case .probe: count(event, isProbe: true)
        case .ambiguous: count(event, isProbe: false)
        case .accepted: credit(event)
        default: martians.note(event)
        }
        return grade
    }

    /// Lets time pass without an event: ends what is over.
    package mutating func advance(to time: Timestamp) {
        clock.advance(to: time, longest: limits.longestGap)
        let horizon = clock.now.subtractingSaturating(limits.lifetime)
        while let first = table.firstToEnd, table.records[Int(first)].lastCounted <= horizon {
            expire(first)
        }
        advanceCrowds()
    }

    /// The moment at which `advance` will have something to do; nil when there is no live source.
    package var nextDeadline: Timestamp? {
        var deadline = crowdDeadline
        if let first = table.firstToEnd {
            let end = table.records[Int(first)].lastCounted.addingSaturating(limits.lifetime)
            deadline = min(end, deadline ?? end)
        }
        return deadline.flatMap { clock.time(at: $0) }
    }

    /// The input is over: open scans end with it, and the table is empty.
    package mutating func finish() {
        finishCrowds()
        for list in Usefulness.allCases {
            while let oldest = table.oldest(of: list) { end(oldest, .inputEnded) }
        }
    }

    package var hasFindings: Bool { !findings.isEmpty }

    /// What was found since the last time, in the order in which it was found.
    package mutating func takeFindings() -> [Finding] {
        defer { findings.removeAll(keepingCapacity: true) }
        return findings
    }

    package var sourceCount: Int { table.count }
    package var openScans: Int { table.count(of: .scanning) + crowds.sets.open }

    /// The memory that the table and what belongs to it hold. Unit: bytes.
    package var bytes: Int {
        table.bytes + tallies.bytes + watch.bytes + crowds.bytes
    }

    /// Changes settings and facts and keeps the table. A changed `memory` counts from the next
    /// start; a level that was reached stays.
    package mutating func apply(settings: DetectionSettings, facts: HostFacts) {
        limits = Limits(settings)
        crowds.limits = limits
        grader = Grader(settings: settings, facts: facts)
        ignore.replace(with: settings.ignore)
    }
}
