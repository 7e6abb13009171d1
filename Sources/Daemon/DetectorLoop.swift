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
    private let clock: () -> Timestamp
    private let host: HostDesk?
    private let recorder: FactsRecorder?
    private var facts: FactsInForce?
    private let carryOut: (Decision) -> Void
    private var rates = RateHistory()
    private var searches = SourceSearches()
    private var lastSave: Timestamp
    private var lastEvidence: Timestamp
    private var eventsAtSave = 0

    /// Events that are handled before requests and time have their turn.
    private static let batch = 1024
    /// Batches after which the numbers for others are renewed though there is more to do: 5 ms.
    private static let publicationTurns = 16
    /// How far behind the clock the detector's time stays when no events come: a batch that the
    /// kernel or the reader still holds must not find its time already over. Unit: nanoseconds.
    private let patience: Int64
    private static let saveInterval: Int64 = 600 * 1_000_000_000
    /// How often a scan's last packets are written: as much of them a crash can lose.
    private static let evidenceInterval: UInt64 = 60 * 1_000_000_000
    /// How often a loss is looked at again that was not told yet.
    private static let lossInterval: Int64 = 60 * 1_000_000_000

    /// - Parameter flushCentiseconds: how long the kernel may hold a batch back (`nflog.flush`).
    init(
        analysis: consuming Analysis, ring: EventRing, registry: OriginRegistry,
        reader: ReaderProgress, desk: DetectorDesk, table: TableFile?, now: Timestamp,
        host: HostDesk? = nil, recorder: FactsRecorder? = nil, flushCentiseconds: Int = 0,
        clock: @escaping () -> Timestamp = { System.now },
        carryOut: @escaping (Decision) -> Void
    ) {
        patience = 1_000_000_000 + Int64(flushCentiseconds) * 10_000_000
        self.analysis = analysis
        self.ring = ring
        self.registry = registry
        self.reader = reader
        self.desk = desk
        self.table = table
        self.clock = clock
        self.host = host
        self.recorder = recorder
        facts = host?.facts(since: now)
        self.carryOut = carryOut
        lastSave = now
        lastEvidence = now
        publish()
    }

    /// Runs until it is asked to stop and the ring is empty; then the table is saved.
    func run() {
        var consumer = ring.makeConsumer()
        var turns = 0
        while true {
            let last = desk.isStopping
            let count = take(from: &consumer)
            let now = clock()
            rates.note(events: analysis.counts.events, at: now)
            if count > 0 { host?.noteTraffic(at: now) }
            stateLoss(at: now)
            answerRequests(at: now)
            searches.goOn(analysis, at: now, isBusy: count > 0)
            if count == 0 {
                if last { break }
                analysis.advance(
                    to: now.advanced(byNanoseconds: -patience), carryOut: carryOut)
            }
            analysis.handOverEvidence()
            if now.nanoseconds(since: lastEvidence).magnitude >= DetectorLoop.evidenceInterval {
                lastEvidence = now
                analysis.handOverLastEvidence()
            }
            // Both ways: a clock set back by days does not put the next save off for days.
            let apart = now.nanoseconds(since: lastSave)
            if apart.magnitude >= DetectorLoop.saveInterval { save(at: now) }
            desk.pulse.answer()
            // The numbers are some kilobytes: not for each batch while there is more to do.
            turns &+= 1
            if count == 0 || turns % DetectorLoop.publicationTurns == 0 { publish() }
            if count == 0, !searches.hasWork { consumer.wait(nanoseconds: sleep(from: now)) }
        }
        searches.end()
        let end = clock()
        analysis.stateRemainingLoss(at: end, carryOut: carryOut)
        analysis.finishEvidence()
        save(at: end)
        publish()
    }

    private func take(from consumer: inout EventConsumer) -> Int {
        DetectorLoop.take(from: &consumer, into: &analysis, registry, carryOut)
    }

    /// Static, with the analysis handed over once: the runtime checks each access to a part of an
    /// object, which would be two for each event.
    private static func take(
        from consumer: inout EventConsumer, into analysis: inout Analysis,
        _ registry: OriginRegistry, _ carryOut: (Decision) -> Void
    ) -> Int {
        consumer.consume(upTo: batch, announce: { analysis.announce($0) }) { event, packet in
            if !analysis.knows(event.origin) { analysis.admit(registry.snapshot) }
            analysis.observe(event, packet: packet, carryOut: carryOut)
        }
    }

    private func stateLoss(at now: Timestamp) {
        analysis.lossBefore = LossCounts(gap: reader.gap, drop: UInt64(ring.drops))
        analysis.stateLoss(at: now, carryOut: carryOut)
    }

    private func answerRequests(at now: Timestamp) {
        for request in desk.takeRequests() {
            switch request {
            case .apply(let settings, let facts, let reading):
                analysis.apply(settings: settings, facts: facts)
                let since = momentOfChange(now)
                self.facts = FactsInForce(
                    facts: facts, gateways: reading?.gateways ?? self.facts?.gateways ?? [],
                    since: since)
                if let reading { recorder?.note(reading, from: since) }
            case .tell(let address, let answer): answer(analysis.detector.source(of: address))
            case .sources(let question): searches.take(question)
            }
        }
    }

    /// The first moment on the stream's clock that comes after all that was decided until now: from
    /// there on a replay must see what is changed now. It does not go back, unless the clock does.
    private func momentOfChange(_ now: Timestamp) -> Timestamp {
        let next = (analysis.detector.time ?? now).advanced(byNanoseconds: 1)
        guard let last = facts?.since, next < last,
            last.nanoseconds(since: next) <= patience + 5_000_000_000
        else { return next }
        return last
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
        if analysis.hasUnwrittenEvidence {
            let write = lastEvidence.advanced(
                byNanoseconds: Int64(DetectorLoop.evidenceInterval))
            until = min(until ?? write, write)
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
                loss: analysis.loss, facts: facts))
    }
}
