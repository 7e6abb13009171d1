// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets
import Ring
import Synchronization

/// The detector thread's work: events out of the ring, decisions to whoever carries them out.
///
/// With no live source it sleeps for ever; with some, until the first of them ends.
/// Thread: made on the thread that starts the daemon, then the detector's alone.
final class DetectorLoop {
    private var analysis: Analysis
    private let ring: EventRing
    private let registry: OriginRegistry
    private let reader: ReaderProgress
    private let desk: DetectorDesk
    private let table: TableFile?
    private let carryOut: (Decision) -> Void
    private var rates = RateHistory()
    private var lastSave: Timestamp
    private var eventsAtSave = 0

    /// Events that are handled before requests and time have their turn.
    private static let batch = 1024
    /// How far behind the clock the detector's time stays when no events come: a batch that the
    /// kernel or the reader still holds must not find its time already over. Unit: nanoseconds.
    private let patience: Int64
    private static let saveInterval: Int64 = 600 * 1_000_000_000
    /// How often a loss is looked at again that was not told yet.
    private static let lossInterval: Int64 = 60 * 1_000_000_000

    /// - Parameter flushCentiseconds: how long the kernel may hold a batch back (`nflog.flush`).
    init(
        analysis: consuming Analysis, ring: EventRing, registry: OriginRegistry,
        reader: ReaderProgress, desk: DetectorDesk, table: TableFile?, now: Timestamp,
        flushCentiseconds: Int = 0, carryOut: @escaping (Decision) -> Void
    ) {
        patience = 1_000_000_000 + Int64(flushCentiseconds) * 10_000_000
        self.analysis = analysis
        self.ring = ring
        self.registry = registry
        self.reader = reader
        self.desk = desk
        self.table = table
        self.carryOut = carryOut
        lastSave = now
    }

    /// Runs until it is asked to stop and the ring is empty; then the table is saved.
    func run() {
        var consumer = ring.makeConsumer()
        while true {
            let last = desk.isStopping
            let count = take(from: &consumer)
            let now = System.now
            rates.note(events: analysis.counts.events, at: now)
            stateLoss(at: now)
            answerRequests()
            if count == 0 {
                if last { break }
                analysis.advance(
                    to: now.advanced(byNanoseconds: -patience), carryOut: carryOut)
            }
            if now.nanoseconds(since: lastSave) >= DetectorLoop.saveInterval { save(at: now) }
            publish()
            if count == 0 { consumer.wait(nanoseconds: sleep(from: now)) }
        }
        let end = System.now
        analysis.stateRemainingLoss(at: end, carryOut: carryOut)
        save(at: end)
        publish()
    }

    private func take(from consumer: inout EventConsumer) -> Int {
        consumer.consume(upTo: DetectorLoop.batch) { event, packet in
            if !analysis.knows(event.origin) { analysis.admit(registry.snapshot) }
            analysis.observe(event, packet: packet, carryOut: carryOut)
        }
    }

    private func stateLoss(at now: Timestamp) {
        analysis.lossBefore = LossCounts(gap: reader.gap, drop: UInt64(ring.drops))
        analysis.stateLoss(at: now, carryOut: carryOut)
    }

    private func answerRequests() {
        for request in desk.takeRequests() {
            switch request {
            case .apply(let settings, let facts): analysis.apply(settings: settings, facts: facts)
            }
        }
    }

    /// How long nothing needs to be done if no event comes; nil for ever.
    private func sleep(from now: Timestamp) -> Int64? {
        var until: Timestamp?
        if let deadline = analysis.detector.nextDeadline {
            until = deadline.advanced(byNanoseconds: patience + 1_000_000)
        }
        if analysis.hasUntoldLoss {
            let look = now.advanced(byNanoseconds: DetectorLoop.lossInterval)
            until = min(until ?? look, look)
        }
        if table != nil, analysis.counts.events != eventsAtSave {
            let save = lastSave.advanced(byNanoseconds: DetectorLoop.saveInterval)
            until = min(until ?? save, save)
        }
        // At most once a second, whatever the deadline says.
        return until.map { max($0.nanoseconds(since: now), 1_000_000_000) }
    }

    private func save(at now: Timestamp) {
        lastSave = now
        guard let table, analysis.counts.events != eventsAtSave else { return }
        eventsAtSave = analysis.counts.events
        do throws(TableFileError) {
            try table.write(analysis.detector.saved())
        } catch {
            desk.note(error)
        }
    }

    private func publish() {
        desk.publish(
            DetectorDesk.Numbers(
                counts: analysis.counts, rates: rates, sources: analysis.detector.sourceCount,
                openScans: analysis.detector.openScans, bytes: analysis.detector.bytes,
                martians: analysis.detector.martians, traces: analysis.detector.traces,
                loss: analysis.loss))
    }
}
