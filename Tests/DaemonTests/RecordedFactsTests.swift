// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Decisions
import Detection
import HostFacts
import Packets
import Ring
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite("Facts that change while events run", .timeLimit(.minutes(5)))
struct RecordedFactsTests {
    private static func probe(_ number: Int, at time: Timestamp) -> PacketEvent {
        // Forty sources, each asking for a new port each time it comes; half of them neighbours.
        var event = event(
            tcp(
                from: Address(
                    v4: (number % 2 == 0 ? 0xc000_0200 : 0xc633_6400) + UInt32(number % 40)),
                port: UInt16(1 + number / 40)))
        // Each asks a host of its own, else they would be one scanner and its decoys.
        event.destination = Address(v4: 0xc000_0264 + UInt32(number % 40))
        event.time = time
        return event
    }

    @Test("The replay of the same events with the recorded facts decides the same")
    func agreement() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/facts.json"
        let ring = try EventRing(capacity: 1 << 12)
        let (registry, progress, desk) = (OriginRegistry(), ReaderProgress(), DetectorDesk())
        let recorder = FactsRecorder(path: path, complaints: Complaints())
        let readings = [
            HostReading(),
            HostReading(homeNetworks: ["192.0.2.0/24"]),
            HostReading(homeNetworks: ["198.51.100.0/24"]),
            HostReading(ownAddresses: ["192.0.2.4"], homeNetworks: ["192.0.2.0/24"]),
        ]
        let start = System.now
        recorder.note(readings[0], from: start)
        let host = try HostDesk(
            settings: Settings(), reading: readings[0], detector: desk, ring: ring)
        let live = Mutex<[Decision]>([])
        let loop = Handover(
            DetectorLoop(
                analysis: Analysis(
                    settings: DetectionSettings(), facts: host.facts(since: start).facts, seed: 3),
                ring: ring, registry: registry, reader: progress, desk: desk, table: nil,
                now: start, host: host, recorder: recorder,
                carryOut: { decision in live.withLock { $0.append(decision) } }))
        let detecting = try NamedThread("detector") { loop.take()?.run() }
        var producer = ring.makeProducer()
        let origin = registry.intern(Origin(group: 5))
        var events: [PacketEvent] = []
        func pause() { _ = System.poll([], milliseconds: 1) }
        func push(_ count: Int) {
            for _ in 0..<count {
                var event = Self.probe(events.count, at: System.now)
                event.origin = origin
                events.append(event)
                producer.push(event, packet: RawSpan())
                producer.publish()
            }
        }
        for reading in readings.dropFirst() {
            push(300)
            while desk.numbers.counts.events < events.count { pause() }
            host.learn(reading)
            while desk.numbers.facts?.facts != HostFacts(Settings(), host: reading) {
                pause()
            }
        }
        push(300)
        desk.stop()
        ring.wake()
        detecting.join()
        recorder.drain()

        func replay(_ history: FactsHistory?) -> [Decision] {
            var history = history
            var analysis = Analysis(
                settings: DetectionSettings(),
                facts: HostFacts(Settings(), host: history?.first ?? readings[0]), seed: 3)
            analysis.admit(registry.snapshot)
            var decisions: [Decision] = []
            for event in events {
                if let reading = history?.change(at: analysis.detector.time(after: event.time)) {
                    analysis.apply(
                        settings: DetectionSettings(), facts: HostFacts(Settings(), host: reading))
                }
                analysis.observe(event, packet: RawSpan()) { decisions.append($0) }
            }
            return decisions
        }
        let decisions = live.withLock { $0 }
        #expect(replay(try FactsHistory.read(path: path)) == decisions)
        #expect(replay(nil) != decisions, "the facts make a difference")
    }
}
