// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Foundation
import Logging
import Ring
import ServiceLifecycle
import Testing

@testable import Daemon

@Suite("The watchdog", .timeLimit(.minutes(1)))
struct WatchdogTests {
    /// A manager that listens, and a watchdog with two threads to look after that are only numbers.
    private struct Kennel {
        let folder: TemporaryFolder
        let listener: ServiceManagerTests.Listener
        let manager: ServiceManager
        let reader = Pulse()
        let detector = Pulse()
        let watchdog: Watchdog

        init(limit: String = "30000") throws {
            folder = try TemporaryFolder()
            listener = try ServiceManagerTests.Listener(folder.path + "/notify")
            manager = ServiceManager(
                environment: [
                    "NOTIFY_SOCKET": folder.path + "/notify", "WATCHDOG_USEC": limit,
                ])
            watchdog = Watchdog(
                wards: [
                    .init(name: "reader", pulse: reader, wake: {}),
                    .init(name: "detector", pulse: detector, wake: {}),
                ], manager: manager, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
    }

    @Test("It tells the manager only when reader and detector have both gone round since")
    func bothAnswer() throws {
        let kennel = try Kennel()
        kennel.watchdog.ask()
        kennel.watchdog.look()
        #expect(kennel.listener.next() == nil, "nobody has answered")

        kennel.reader.answer()
        kennel.watchdog.look()
        #expect(kennel.listener.next() == nil, "the detector hangs")

        kennel.detector.answer()
        kennel.watchdog.look()
        #expect(kennel.listener.next() == nil, "the reader has not answered the last question")

        kennel.reader.answer()
        kennel.detector.answer()
        kennel.watchdog.look()
        #expect(kennel.listener.next() == "WATCHDOG=1")
        #expect(kennel.listener.next() == nil)
    }

    @Test("A detector without a packet to look at answers when it is woken, and sleeps again")
    func idleDetector() throws {
        let ring = try EventRing(capacity: 1 << 12)
        let (progress, desk) = (ReaderProgress(), DetectorDesk())
        let loop = Handover(
            DetectorLoop(
                analysis: Analysis(settings: DetectionSettings(), facts: HostFacts(), seed: 3),
                ring: ring, registry: OriginRegistry(), reader: progress, desk: desk, table: nil,
                now: System.now, carryOut: { _ in }))
        let detecting = try NamedThread("detector") { loop.take()?.run() }
        for _ in 0..<3 {
            desk.pulse.ask()
            ring.wake()
            // Bounded by the suite's time limit.
            while !desk.pulse.isAnswered { _ = System.poll([], milliseconds: 1) }
        }
        desk.stop()
        ring.wake()
        detecting.join()
        desk.pulse.ask()
        #expect(!desk.pulse.isAnswered, "a thread that has ended does not answer")
    }

    @Test("It is told again and again while all is well")
    func again() async throws {
        let kennel = try Kennel()
        let reader = kennel.reader
        let answering = Watchdog(
            wards: [
                .init(name: "reader", pulse: reader, wake: { reader.answer() })
            ], manager: kennel.manager, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let service = Task { try await answering.run() }
        var told = 0
        while told < 3 {
            if kennel.listener.next() == "WATCHDOG=1" { told += 1 } else { await Task.yield() }
        }
        service.cancel()
        try await service.value
    }

    @Test(
        "The limit is the manager's, when it is meant for this process and a number",
        arguments: [
            ("20000000", nil, Duration.seconds(20)), ("20000000", "own", .seconds(20)),
            ("20000000", "1", nil), ("0", nil, nil), ("-5", nil, nil), ("soon", nil, nil),
            ("", nil, nil), ("99999999999999999999", nil, nil),
        ] as [(String, String?, Duration?)])
    func limit(_ limit: String, process: String?, expected: Duration?) {
        var environment = ["NOTIFY_SOCKET": "@nobody", "WATCHDOG_USEC": limit]
        environment["WATCHDOG_PID"] = process == "own" ? "\(System.processID)" : process
        #expect(ServiceManager(environment: environment).watchdogLimit == expected)
        environment["NOTIFY_SOCKET"] = nil
        #expect(ServiceManager(environment: environment).watchdogLimit == nil)
    }
}
