// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Control
import Decisions
import Detection
import Logging
import NFLog
import Packets
import Ring
import ServiceLifecycle

/// The road of a packet, live:
///
///     kernel -> group sockets -> reader thread -> ring -> detector thread -> decisions -> journal -> outputs
///                      host stage: the host's own facts --^
///
/// Everything that can fail at the start fails in `init`, before a thread runs.
final class Pipeline: Service {
    let ring: EventRing
    let registry = OriginRegistry()
    let progress: ReaderProgress
    let desk: DetectorDesk
    let outputs: Outputs
    let evidence: EvidenceStore?
    let packetLog: PacketLog?
    private let bell: Bell
    private let host: HostStage
    private let reader: Handover<Reader>
    private let loop: Handover<DetectorLoop>

    /// Events that the ring holds: at the 0.9 million a second that the kernel delivers, 70 ms.
    private static let ringCapacity = 1 << 16

    init(settings: Settings, table: TableFile?, outputs: Outputs, log: Logger) throws {
        self.outputs = outputs
        let complaints = Complaints(log: log)
        progress = ReaderProgress(complaints: complaints)
        desk = DetectorDesk(complaints: complaints)
        ring = try EventRing(capacity: Pipeline.ringCapacity)
        bell = try Bell()
        // Before any group is open, so that the first event has facts to be decided by.
        host = try HostStage(
            settings: settings, detector: desk, ring: ring, journal: outputs.journal,
            complaints: complaints)
        var groups: [GroupReader] = []
        for group in settings.groups {
            groups.append(try GroupReader(group: group, settings: settings.nflog))
        }
        packetLog = try settings.packetLog.map { [registry] in
            try PacketLog(path: $0, registry: registry, log: log)
        }
        reader = Handover(
            Reader(
                groups: groups, interfaces: try InterfaceNames.open(), ring: ring,
                registry: registry, progress: progress, bell: bell, tap: packetLog?.tap()))
        var analysis = Analysis(
            settings: settings.detection,
            facts: HostFacts(settings, host: host.start.reading), seed: System.randomSeed)
        analysis.restore(from: table, registry: registry, log: log)
        evidence = settings.evidence.map { [registry] in
            EvidenceStore($0, registry: registry, log: log) { outputs.journal?.note($0) }
        }
        if let evidence {
            analysis.keepEvidence(
                with: evidence.keeper(
                    ipv6Prefix: settings.detection.ipv6Prefix, seed: System.randomSeed))
        }
        loop = Handover(
            DetectorLoop(
                analysis: analysis, ring: ring, registry: registry, reader: progress, desk: desk,
                table: table, now: host.start.time, host: host.desk, recorder: host.recorder,
                flushCentiseconds: settings.nflog.clamped().flushCentiseconds,
                carryOut: { outputs.carryOut($0) }))
    }

    /// Runs until shutdown is asked for; then reads what the kernel still has, decides it, saves
    /// the table, and writes what was decided.
    func run() async throws {
        evidence?.open()
        try outputs.start()
        let watching = try host.run()
        let detecting = try NamedThread("detector") { [loop] in loop.take()?.run() }
        let reading = try NamedThread("reader") { [reader] in reader.take()?.run() }
        try? await gracefulShutdown()
        host.desk.stop()
        watching.join()
        progress.stop()
        bell.ring()
        reading.join()
        desk.stop()
        ring.wake()
        detecting.join()
        evidence?.drain()
        packetLog?.drain()
        outputs.drain()
        host.recorder?.drain()
    }

    /// Reads other groups from now on; their sockets are open already.
    func change(groups: [GroupSettings], leave: Set<UInt16>, join: sending [GroupReader]) {
        progress.ask(
            for: ReaderProgress.Change(groups: groups, leave: leave, join: Handover(join)))
        bell.ring()
    }

    /// Asks the detector what it has of an address's source.
    func ask(of address: Address, _ answer: @escaping @Sendable (SourceState?) -> Void) {
        desk.ask(.tell(address, answer))
        ring.wake()
    }

    /// The threads without which nothing is detected.
    var wards: [Watchdog.Ward] {
        [
            .init(name: "reader", pulse: progress.pulse) { [bell] in bell.ring() },
            .init(name: "detector", pulse: desk.pulse) { [ring] in ring.wake() },
        ]
    }

    /// Asks the detector for the first sources of an order; it answers between two batches.
    func findSources(
        _ request: SourcesRequest, answer: @escaping @Sendable (SourcesReport?) -> Void
    ) {
        desk.ask(.sources(SourceSearches.Question(request: request, answer: answer)))
        ring.wake()
    }

    /// Detects with other settings from now on; the table stays.
    func apply(_ settings: Settings) { host.desk.apply(settings) }
}
