// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Detection
import Packets
import Ring
import Synchronization
import Testing

@testable import Daemon

/// Who asks for sources, and the detector's own loop, without a kernel.
@Suite("Searches for sources", .timeLimit(.minutes(2)))
struct SourceSearchesTests {
    private static func event(_ number: Int, origin: OriginID, time: Timestamp) -> PacketEvent {
        PacketEvent(
            time: time, source: Address(v4: 0xc612_0000 + UInt32(number % 500)),
            destination: Address(v4: 0xc000_0200 + UInt32(number % 500 / 4)), ipProtocol: .tcp,
            sourcePort: 40001, destinationPort: UInt16(1 + number / 500 + number % 500 * 20),
            flags: TCPFlags.syn.rawValue, window: 1024, origin: origin)
    }

    private func ask(
        _ desk: DetectorDesk, _ order: SourceOrder, limit: Int = 50
    ) async -> SourcesReport? {
        await withCheckedContinuation { answered in
            desk.ask(
                .sources(
                    SourceSearches.Question(
                        request: SourcesRequest(order: order, limit: limit),
                        answer: { answered.resume(returning: $0) })))
        }
    }

    @Test("The detector answers between its batches and when it is idle, and at its end says no")
    func answers() async throws {
        let ring = try EventRing(capacity: 1 << 14)
        let (registry, desk) = (OriginRegistry(), DetectorDesk())
        let loop = Handover(
            DetectorLoop(
                analysis: Analysis(settings: DetectionSettings(), facts: HostFacts(), seed: 3),
                ring: ring, registry: registry, reader: ReaderProgress(), desk: desk, table: nil,
                now: System.now, carryOut: { _ in }))
        let origin = registry.intern(Origin(group: 5, interfaceIn: "eth0"))
        let detecting = try NamedThread("detector") { loop.take()?.run() }
        var producer = ring.makeProducer()
        for number in 0..<10_000 {
            producer.push(
                Self.event(number, origin: origin, time: System.now), packet: RawSpan())
        }
        producer.publish()
        // A clock's worth of waking, as the control socket does it once for each question.
        let waking = Atomic(true)
        let waker = try NamedThread("waker") {
            while waking.load(ordering: .acquiring) { ring.wake() }
        }
        var report = await ask(desk, .packets, limit: 3)
        while report?.sources.first?.packets != 20 { report = await ask(desk, .packets, limit: 3) }
        let found = try #require(report)
        #expect(found.tracked == 500)
        #expect(found.order == .packets)
        #expect(found.sources.map(\.packets) == [20, 20, 20])
        #expect(found.sources.allSatisfy { $0.scanning && $0.kind == "vertical" })
        #expect(found.sources.allSatisfy { $0.interface == "eth0" && $0.techniques == ["SYN"] })
        #expect(Set(found.sources.map(\.source)).count == 3)
        desk.stop()
        waking.store(false, ordering: .releasing)
        waker.join()
        ring.wake()
        detecting.join()
    }

    @Test("Many who ask for the same are answered by one search; another order waits its turn")
    func shared() {
        var analysis = Analysis(settings: DetectionSettings(), facts: HostFacts(), seed: 3)
        for number in 0..<10_000 {
            analysis.observe(
                Self.event(number, origin: .unknown, time: Timestamp(nanoseconds: Int64(number))),
                packet: RawSpan()
            ) { _ in }
        }
        var searches = SourceSearches(handOver: { $0() })
        let answers = Mutex<[(order: SourceOrder, count: Int)]>([])
        for (order, limit) in [(SourceOrder.level, 2), (.seen, 4), (.level, 30)] {
            searches.take(
                SourceSearches.Question(request: SourcesRequest(order: order, limit: limit)) {
                    report in
                    answers.withLock {
                        $0.append((report?.order ?? .hosts, report?.sources.count ?? -1))
                    }
                })
        }
        let start = Timestamp(nanoseconds: 0)
        searches.goOn(analysis, at: start, isBusy: true)
        #expect(answers.withLock { $0.map(\.count) } == [2, 30])
        // While events come, the next search waits for a quarter of a second.
        for milliseconds in [1, 100, 249] {
            searches.goOn(
                analysis, at: start.advanced(byNanoseconds: Int64(milliseconds) * 1_000_000),
                isBusy: true)
            #expect(answers.withLock { $0.count } == 2)
            #expect(searches.hasWork)
        }
        searches.goOn(analysis, at: start.advanced(byNanoseconds: 250_000_000), isBusy: true)
        #expect(answers.withLock { $0.last?.order } == .seen)
        #expect(!searches.hasWork)
    }

    @Test("Who waits when the detector ends is told")
    func end() {
        var searches = SourceSearches()
        let answers = Mutex<[Bool]>([])
        for _ in 0..<3 {
            searches.take(
                SourceSearches.Question(request: SourcesRequest()) { report in
                    answers.withLock { $0.append(report == nil) }
                })
        }
        searches.end()
        #expect(answers.withLock { $0 } == [true, true, true])
        #expect(!searches.hasWork)
    }
}
