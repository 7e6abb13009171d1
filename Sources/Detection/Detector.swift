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
    var autoLevels: AutoLevels
    var traceWatch = TraceWatch()
    var clock = StreamClock()
    var table: SourceTable
    var tallies: TallyPool
    var watch: PrefixWatch
    var crowds: CrowdWatch
    var findings: [Finding] = []
    /// The stream time at which something may be over; while it is not, time costs nothing.
    var nextLook = Int64.max
    /// The bucket of the attempt window that is now, and its times.
    var bucket: UInt32 = 0
    var bucketStart: Int64 = 0
    var bucketEnd: Int64 = 0
    /// What ``announce(_:)`` read; kept so that reading is not optimised away.
    var hint: UInt64 = 0
    /// Packets whose addresses cannot be; for display only.
    package private(set) var martians = MartianLog()
    /// Traceroutes; for display only.
    package internal(set) var traces = TraceLog()

    /// - Parameter seed: random for a live stream, so that nobody can aim at the table; any fixed
    ///   value for a replay.
    package init(settings: DetectionSettings, facts: HostFacts, seed: UInt64) {
        let plan = MemoryPlan(memory: settings.memory)
        limits = Limits(settings)
        grader = Grader(settings: settings, facts: facts)
        ignore = IgnoreList(settings.ignore)
        autoLevels = AutoLevels(settings.autoLevels)
        table = SourceTable(
            records: plan.records, probationWords: plan.probationWords, lifetime: limits.lifetime,
            hash: KeyedHash(seed: seed))
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
    /// - Parameter packet: the packet's first bytes, which tell tools apart; may be empty.
    @discardableResult
    package mutating func observe(_ event: PacketEvent, packet: RawSpan) -> Grade {
        advance(to: event.time)
        let (grade, mark) = grader.grade(event, packet: packet)
        switch grade {
        case .probe, .ambiguous, .accepted, .martian:
            if ignore.covers(event) { return grade }
        case .late, .backscatter, .chatter, .fragment, .refused:
            return grade
        }
        if nextLook == .max { begin() }
        switch grade {
        case .probe: consider(event, isProbe: true, mark)
        case .ambiguous: consider(event, isProbe: false, mark)
        case .accepted: credit(event)
        default: martians.note(event)
        }
        return grade
    }

    /// Lets time pass without an event: ends what is over.
    @inline(__always)
    package mutating func advance(to time: Timestamp) {
        clock.advance(to: time, longest: limits.longestGap)
        if clock.now >= nextLook { passTime() }
        advanceCrowds()
    }

    /// The moment at which `advance` will have something to do; nil when there is no live source.
    package var nextDeadline: Timestamp? {
        var next = crowdDeadline
        func take(_ time: Int64) { next = min(next ?? time, time) }
        if let began = table.probation.nextToRipen {
            take(began.addingSaturating(limits.lifetime))
        }
        if let time = table.filing.deadline(table.records) { take(time) }
        if let slow = table.filing.first(on: table.filing.slow) { take(endOfLifetime(slow)) }
        return next.flatMap { clock.time(at: $0) }
    }

    /// The stream's clock; nil before the first event.
    package var time: Timestamp? { clock.time }

    /// What the stream's clock will show after an event of that time.
    package func time(after moment: Timestamp) -> Timestamp {
        var clock = clock
        clock.advance(to: moment, longest: limits.longestGap)
        return clock.time ?? moment
    }

    /// The input is over: open scans end with it, and the table is empty.
    package mutating func finish() {
        finishCrowds()
        let scans = table.records.indices
            .filter { table.records[$0].isScanning && table.isTaken(UInt32($0)) }
            .sorted { table.records[$0].lastCounted < table.records[$1].lastCounted }
        for scan in scans { end(UInt32(scan), .inputEnded) }
        table.removeAll(hash: table.hash)
        tallies.removeAll()
        watch.removeAll()
        nextLook = .max
    }

    /// Whether something was found. It changes nothing: a getter that only reads would be handed a
    /// copy of the detector's kilobyte by another module, for each event.
    package var hasFindings: Bool {
        mutating get { !findings.isEmpty }
    }

    /// What was found since the last time, in the order in which it was found.
    package mutating func takeFindings() -> [Finding] {
        defer { findings.removeAll(keepingCapacity: true) }
        return findings
    }

    package var sourceCount: Int { table.liveCount }
    package var openScans: Int { table.filing.count(of: .scanning) + crowds.sets.open }

    /// The memory that the table and what belongs to it hold. Unit: bytes.
    package var bytes: Int {
        table.bytes + tallies.bytes + watch.bytes + crowds.bytes + traceWatch.bytes
    }

    /// Changes settings and facts and keeps the table. A changed `memory` counts from the next
    /// start; a level that was reached stays.
    package mutating func apply(settings: DetectionSettings, facts: HostFacts) {
        limits = Limits(settings)
        crowds.limits = limits
        bucketEnd = 0
        nextLook = clock.now
        table.refile(lifetime: limits.lifetime)
        grader = Grader(settings: settings, facts: facts)
        ignore.replace(with: settings.ignore)
        autoLevels = AutoLevels(settings.autoLevels)
    }
}
