// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets
import Ring
import Synchronization
import TestSupport
import Testing

@testable import Daemon

/// The detector's thread while somebody sets the wall clock back: a real clock would take the whole
/// machine with it, so that this one is the test's.
@Suite("A clock that is set back", .timeLimit(.minutes(5)))
struct ClockTests {
    private static let day: Int64 = 86_400 * 1_000_000_000

    @Test("The table is saved as often as before")
    func saving() async throws {
        let folder = try TemporaryFolder()
        let file = TableFile(path: folder.path + "/table")
        var road = try Road.start(table: file)
        try await road.probe(port: 1)
        #expect(!file.exists)
        road.clock.set(back: Self.day)
        try await road.probe(port: 2)
        for minutes: UInt16 in [9, 11] {
            road.clock.set(back: Self.day - Int64(minutes) * 60_000_000_000)
            try await road.probe(port: minutes)
        }
        // The probe is counted before the table is saved, the next one is after it.
        try await road.probe(port: 12)
        let isSaved = file.exists
        road.end()
        #expect(isSaved)
    }

    @Test("A scan over the step is one scan, begins before it ends, and ends in its time")
    func scanning() async throws {
        var road = try Road.start()
        for port: UInt16 in 1...3 { try await road.probe(port: port) }
        road.clock.set(back: Self.day)
        for port: UInt16 in 4...6 { try await road.probe(port: port) }
        let before = road.decisions.all
        #expect(before.map(\.action) == [.scanDetected])
        #expect(before.allSatisfy { $0.scan.map { $0.start <= $0.end } == true })

        // An hour after the last probe by the clock as it is now, and a little patience.
        road.clock.set(back: Self.day - 3_610_000_000_000)
        let decisions = road.decisions
        try await road.until("the scan ends") { decisions.all.count == 2 }
        let ended = decisions.all.last
        #expect(ended?.action == .scanEnded)
        #expect(ended?.scan.map { $0.start <= $0.end } == true)
        road.end()
    }

    /// A clock that stands still unless the test moves it.
    private final class Clock: Sendable {
        private let time = Mutex(Timestamp.testStart)

        var now: Timestamp { time.withLock { $0 } }

        func set(back nanoseconds: Int64) {
            time.withLock { $0 = Timestamp.testStart.advanced(byNanoseconds: -nanoseconds) }
        }
    }

    /// A detector's thread, and the reader's end of its ring.
    private struct Road: ~Copyable {
        let clock: Clock
        let decisions: Recorded
        private let ring: EventRing
        private let desk: DetectorDesk
        private var producer: EventProducer
        private let thread: NamedThread
        private var sent = 0

        static func start(table: TableFile? = nil) throws -> Road {
            let ring = try EventRing(capacity: 1 << 10)
            let (clock, decisions, desk) = (Clock(), Recorded(), DetectorDesk())
            let loop = Handover(
                DetectorLoop(
                    analysis: Analysis(
                        settings: DetectionSettings(), facts: HostFacts(), seed: 3),
                    ring: ring, registry: OriginRegistry(), reader: ReaderProgress(), desk: desk,
                    table: table, now: clock.now, clock: { clock.now },
                    carryOut: { decisions.add($0) }))
            let thread = try NamedThread("detector") { loop.take()?.run() }
            return Road(
                clock: clock, decisions: decisions, ring: ring, desk: desk,
                producer: ring.makeProducer(), thread: thread)
        }

        private init(
            clock: Clock, decisions: Recorded, ring: EventRing, desk: DetectorDesk,
            producer: consuming EventProducer, thread: consuming NamedThread
        ) {
            self.clock = clock
            self.decisions = decisions
            self.ring = ring
            self.desk = desk
            self.producer = producer
            self.thread = thread
        }

        /// One SYN at the clock's time; returns when the thread has done with it.
        mutating func probe(port: UInt16) async throws {
            let event = event(tcp(port: port), time: clock.now)
            producer.push(event, packet: RawSpan())
            producer.publish()
            sent += 1
            let (desk, sent) = (desk, sent)
            try await until("the probe of port \(port) is counted") {
                desk.numbers.counts.events == sent
            }
        }

        /// Wakes the thread until the condition holds.
        func until(_ what: String, holds: () -> Bool) async throws {
            let start = ContinuousClock.now
            while !holds() {
                try #require(ContinuousClock.now - start < .seconds(60), "\(what)")
                ring.wake()
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        consuming func end() {
            desk.stop()
            ring.wake()
            thread.join()
        }
    }

    private final class Recorded: Sendable {
        private let decisions = Mutex<[Decision]>([])

        func add(_ decision: Decision) { decisions.withLock { $0.append(decision) } }
        var all: [Decision] { decisions.withLock { $0 } }
    }
}
