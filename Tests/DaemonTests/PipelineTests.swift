// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Logging
import Packets
import Ring
import Synchronization
import TestSupport
import Testing

@testable import Daemon

/// The road from the ring on with its two threads, without a kernel: one thread in the reader's
/// place pushes events, the detector's own loop takes them.
///
/// Runs under the thread sanitizer too: `swift test --sanitize=thread --filter Pipeline`.
@Suite("Pipeline", .timeLimit(.minutes(5)))
struct PipelineTests {
    /// Everything that one run left behind.
    private struct Outcome: Sendable {
        var events: [PacketEvent] = []
        var counted = 0
        var drops = 0
        var decisions: [Decision] = []
        var numbers = DetectorDesk.Numbers()
    }

    /// Pushes events from one thread and detects in another, as the daemon does.
    private func run(
        events: Int, capacity: Int, batch: Int = 512, waitingForRoom: Bool,
        settings: DetectionSettings = DetectionSettings(), table: TableFile? = nil
    ) throws -> Outcome {
        let ring = try EventRing(capacity: capacity)
        let (registry, progress, desk) = (OriginRegistry(), ReaderProgress(), DetectorDesk())
        let decisions = Mutex<[Decision]>([])
        let pushed = Mutex<[PacketEvent]>([])
        let loop = Handover(
            DetectorLoop(
                analysis: Analysis(settings: settings, facts: HostFacts(), seed: 3), ring: ring,
                registry: registry, reader: progress, desk: desk, table: table, now: System.now,
                carryOut: { decision in decisions.withLock { $0.append(decision) } }))
        let detecting = try NamedThread("detector") { loop.take()?.run() }
        let pushing = try NamedThread("reader") {
            var producer = ring.makeProducer()
            var all: [PacketEvent] = []
            for number in 0..<events {
                if waitingForRoom {
                    while ring.occupancy > capacity - batch - 1 { producer.publish() }
                }
                // Origins come up in the middle of the stream, as rules and interfaces do.
                let origin = registry.intern(
                    Origin(group: 5, prefix: "RULE\(number * 40 / events)"))
                let bytes = Self.packet(number)
                let event = Self.event(number, origin: origin)
                producer.push(event, packet: RawSpan(_elements: bytes.span))
                all.append(event)
                if number % batch == batch - 1 { producer.publish() }
            }
            producer.publish()
            pushed.withLock { $0 = all }
        }
        pushing.join()
        desk.stop()
        ring.wake()
        detecting.join()
        let numbers = desk.numbers
        return Outcome(
            events: pushed.withLock { $0 }, counted: numbers.counts.events, drops: ring.drops,
            decisions: decisions.withLock { $0 }, numbers: numbers)
    }

    private static func packet(_ number: Int) -> [UInt8] {
        [0x45, UInt8(truncatingIfNeeded: number)]
    }

    /// A stream of a thousand sources, every tenth of them a scanner, now.
    private static func event(_ number: Int, origin: OriginID) -> PacketEvent {
        let source = number % 1000
        let round = number / 1000
        return PacketEvent(
            time: System.now,
            source: Address(v4: 0xc612_0000 + UInt32(source)),
            // A host for each scanner, else they would be one distributed scan.
            destination: Address(v4: 0xc000_0200 + UInt32(source % 10 == 0 ? source / 10 : 10)),
            ipProtocol: .tcp, sourcePort: 40001,
            destinationPort: UInt16(source % 10 == 0 ? 1 + round : 22),
            flags: TCPFlags.syn.rawValue, window: 1024, origin: origin)
    }

    @Test("With room enough no event is lost, and the decisions are those of one thread")
    func lossless() throws {
        let outcome = try run(events: 200_000, capacity: 1 << 14, waitingForRoom: true)
        #expect(outcome.drops == 0)
        #expect(outcome.counted == 200_000)
        #expect(outcome.numbers.counts.total(.probe) == 200_000)
        #expect(outcome.numbers.counts.count(.probe, group: 5) == 200_000)

        var analysis = Analysis(settings: DetectionSettings(), facts: HostFacts(), seed: 3)
        var expected: [Decision] = []
        for event in outcome.events {
            analysis.observe(event, packet: RawSpan()) { expected.append($0) }
        }
        #expect(expected.count > 300)
        // All but the origins' names, which only the live run was told.
        #expect(outcome.decisions.map(\.sequence) == expected.map(\.sequence))
        #expect(outcome.decisions.map(\.time) == expected.map(\.time))
        #expect(outcome.decisions.map(\.reason) == expected.map(\.reason))
        #expect(outcome.decisions.map(\.scan) == expected.map(\.scan))
        #expect(outcome.decisions.allSatisfy { $0.origin.group == 5 })
    }

    @Test("What does not fit into the ring is counted, to the last event, and told")
    func drops() throws {
        let outcome = try run(events: 200_000, capacity: 64, batch: 32, waitingForRoom: false)
        #expect(outcome.counted + outcome.drops == outcome.events.count)
        #expect(outcome.counted > 0)
        if outcome.drops > 0 {
            #expect(outcome.numbers.loss.drop == UInt64(outcome.drops))
            let losses = outcome.decisions.filter { $0.action == .loss }
            // At most once a minute, and what is left at the end.
            #expect((1...3).contains(losses.count))
            #expect(losses.last?.loss.drop == UInt64(outcome.drops))
        }
    }

    @Test("Numbers may be read and settings changed while the events run")
    func disturbed() throws {
        let ring = try EventRing(capacity: 1 << 12)
        let (registry, progress, desk) = (OriginRegistry(), ReaderProgress(), DetectorDesk())
        let loop = Handover(
            DetectorLoop(
                analysis: Analysis(settings: DetectionSettings(), facts: HostFacts(), seed: 3),
                ring: ring, registry: registry, reader: progress, desk: desk, table: nil,
                now: System.now, carryOut: { _ in }))
        let detecting = try NamedThread("detector") { loop.take()?.run() }
        let done = Atomic(false)
        let asking = try NamedThread("status") {
            var settings = DetectionSettings()
            var last = 0
            while !done.load(ordering: .acquiring) {
                let events = desk.numbers.counts.events
                #expect(events >= last)
                if events != last {
                    settings.targets = 5 + events % 3
                    desk.ask(.apply(settings, HostFacts()))
                }
                last = events
                _ = registry.snapshot.origins.count
                _ = (progress.gap, ring.drops, ring.highWater, ring.occupancy)
            }
        }
        let origin = registry.intern(Origin(group: 5))
        var producer = ring.makeProducer()
        var pushed = 0
        for number in 0..<50_000 {
            if producer.push(Self.event(number, origin: origin), packet: RawSpan()) { pushed += 1 }
            if number % 64 == 63 { producer.publish() }
        }
        producer.publish()
        done.store(true, ordering: .releasing)
        asking.join()
        desk.stop()
        ring.wake()
        detecting.join()
        #expect(desk.numbers.counts.events == pushed)
        #expect(pushed + ring.drops == 50_000)
    }

    @Test("At the end the table is saved, and the next run goes on with it")
    func saved() throws {
        let folder = try TemporaryFolder()
        let file = TableFile(path: folder.path + "/table")
        let outcome = try run(
            events: 20_000, capacity: 1 << 12, waitingForRoom: true, table: file)
        #expect(outcome.counted == 20_000)
        var analysis = Analysis(settings: DetectionSettings(), facts: HostFacts(), seed: 3)
        analysis.restore(
            from: file, registry: OriginRegistry(),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let sources = analysis.detector.sourceCount
        #expect(sources == outcome.numbers.sources)
        let openScans = analysis.detector.openScans
        #expect(openScans == outcome.numbers.openScans)
        #expect(outcome.numbers.openScans == 100)
    }
}
