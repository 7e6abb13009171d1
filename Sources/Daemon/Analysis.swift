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
    mutating func announce(_ events: Span<PacketEvent>) { detector.announce(events) }

    /// Counts one event; what it decides goes to `carryOut`, in order.
    mutating func observe(
        _ event: PacketEvent, packet: RawSpan, carryOut: (Decision) -> Void
    ) {
        let grade = detector.observe(event, packet: packet)
        counts.add(grade, group: knows(event.origin) ? groups[Int(event.origin.rawValue)] : nil)
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
            for origin in try Detector.origins(inSaved: bytes.span) { _ = registry.intern(origin) }
            admit(registry.snapshot)
            try detector.restore(from: bytes.span)
            log.info("table restored: \(detector.sourceCount) sources")
        } catch {
            log.warning("starting with an empty table: \(error)")
        }
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
            carryOut(
                decider.decide(finding, origin: origin(finding.summary.origin), loss: loss))
        }
    }
}
