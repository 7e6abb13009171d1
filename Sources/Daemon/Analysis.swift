// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Logging
import Packets

/// The detector and the decider with what lies between them: the part of the road that the daemon
/// and `replay` share, so that the same packets give the same decisions.
///
/// Thread: whichever owns the value. No clock: time comes with the events or as an argument.
struct Analysis: ~Copyable {
    private(set) var detector: Detector
    private var decider: Decider
    /// Origins that the detector was told of; grows with the stream's table.
    private var origins: [Origin] = []
    /// The origins' groups, apart so that counting an event touches no text.
    private var groups: [UInt16?] = []
    private(set) var counts = EventCounts()
    /// Lost before the events came here; `refused` is counted here, in the events' own order.
    var lossBefore = LossCounts()
    private var toldLoss = LossCounts()
    /// Who keeps the packets of scans; nil in a replay.
    private var keeper: EvidenceKeeper?

    init(settings: DetectionSettings, facts: HostFacts, seed: UInt64) {
        detector = Detector(settings: settings, facts: facts, seed: seed)
        decider = Decider(attemptsWindow: settings.repeatedWindow)
    }

    /// Whether the next event's origin must be ``admit(_:)``-ed first.
    func knows(_ id: OriginID) -> Bool { Int(id.rawValue) < origins.count }

    /// Tells of a stream's origins; those known already are left alone.
    mutating func admit(_ table: OriginTable) {
        for index in origins.count..<max(origins.count, table.origins.count) {
            let origin = table.origins[index]
            detector.admit(origin, as: OriginID(rawValue: UInt16(index)))
            origins.append(origin)
            groups.append(origin.group)
        }
    }

    /// Tells which events come next, up to ``Detector/announced`` of them. Changes no decision, and
    /// makes `observe` faster where many sources are alive.
    mutating func announce(_ events: Span<PacketEvent>) {
        detector.announce(events)
        keeper?.announce(events)
    }

    /// Counts one event; what it decides goes to `carryOut`, in order.
    mutating func observe(
        _ event: PacketEvent, packet: RawSpan, carryOut: (Decision) -> Void
    ) {
        let grade = detector.observe(event, packet: packet)
        counts.add(grade, group: knows(event.origin) ? groups[Int(event.origin.rawValue)] : nil)
        // Before it is asked what was found, so that the deciding packet is among those remembered.
        if grade == .probe || grade == .ambiguous { keeper?.note(event, packet) }
        if detector.hasFindings { decide(carryOut) }
    }

    /// Lets time pass where no event comes.
    mutating func advance(to time: Timestamp, carryOut: (Decision) -> Void) {
        detector.advance(to: time)
        if detector.hasFindings { decide(carryOut) }
    }

    /// Says what was lost since it was said last, at most once a minute.
    mutating func stateLoss(at time: Timestamp, carryOut: (Decision) -> Void) {
        guard hasUntoldLoss, let decision = decider.decide(loss: loss, at: time) else { return }
        toldLoss = lossBefore
        carryOut(decision)
    }

    /// The end of the input: open scans end, and a loss not yet told is told.
    mutating func finish(at time: Timestamp, carryOut: (Decision) -> Void) {
        detector.finish()
        decide(carryOut)
        stateRemainingLoss(at: time, carryOut: carryOut)
    }

    /// Says what was lost and not told yet, however short ago the last time was.
    mutating func stateRemainingLoss(at time: Timestamp, carryOut: (Decision) -> Void) {
        if let decision = decider.finish(loss: loss, at: time) { carryOut(decision) }
    }

    /// Takes over changed settings; the table stays.
    mutating func apply(settings: DetectionSettings, facts: HostFacts) {
        detector.apply(settings: settings, facts: facts)
        decider.apply(attemptsWindow: settings.repeatedWindow)
    }

    /// Takes over the table of an earlier run; one that cannot be used is told and left.
    ///
    /// - Parameter registry: learns the origins of the saved records.
    mutating func restore(from file: TableFile?, registry: OriginRegistry, log: Logger) {
        do {
            guard let file, let bytes = try file.read() else { return }
            try restore(from: bytes, registry: registry)
            log.info("table restored: \(detector.sourceCount) sources")
        } catch {
            log.warning("starting with an empty table: \(error)")
        }
    }

    mutating func restore(
        from bytes: [UInt8], registry: OriginRegistry
    ) throws(SavedTableError) {
        for origin in try Detector.origins(inSaved: bytes.span) { _ = registry.intern(origin) }
        admit(registry.snapshot)
        try detector.restore(from: bytes.span)
    }

    /// Keeps the packets of scans from now on, also of those that are open.
    mutating func keepEvidence(with keeper: consuming EvidenceKeeper) {
        var keeper = keeper
        keeper.resume(detector.openScanSummaries)
        self.keeper = consume keeper
    }

    /// Hands over the packets that were chosen since the last time.
    mutating func handOverEvidence() { keeper?.handOver() }

    /// Hands over the last packets of scans as well.
    mutating func handOverLastEvidence() { keeper?.writeAllLast() }

    /// The daemon ends: all that is kept goes to the disk.
    mutating func finishEvidence() { keeper?.finish() }

    /// Whether packets wait that only ``handOverLastEvidence()`` hands over.
    var hasUnwrittenEvidence: Bool {
        // A value that cannot be copied is asked through a mutating call.
        mutating get { keeper?.looksUnwritten() ?? false }
    }

    /// Whether something was lost that no decision has told of yet.
    var hasUntoldLoss: Bool {
        lossBefore.gap != toldLoss.gap || lossBefore.drop != toldLoss.drop
    }

    /// The martians, each as the kernel's log would show it, most frequent first.
    var martianLines: [String] {
        detector.martians.lines { origin($0).interfaceIn }
    }

    var loss: LossCounts {
        LossCounts(
            gap: lossBefore.gap, drop: lossBefore.drop, refused: UInt64(counts.total(.refused)))
    }

    func origin(_ id: OriginID) -> Origin {
        knows(id) ? origins[Int(id.rawValue)] : Origin()
    }

    private mutating func decide(_ carryOut: (Decision) -> Void) {
        for finding in detector.takeFindings() {
            keeper?.follow(finding)
            carryOut(
                decider.decide(finding, origin: origin(finding.summary.origin), loss: loss))
        }
    }
}
