// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import GRDB
import Packets
import Synchronization

@testable import Journal

/// A decision that names only what a test is about.
func decision(
    _ sequence: UInt64 = 1, at seconds: Int64 = 1000, _ action: Decision.Action = .scanDetected,
    of source: String = "198.51.100.7", width: Int? = nil, level: Int = 1,
    kind: ScanKind = .vertical, packets: UInt64 = 5, start: Int64? = nil,
    members: [String] = [], prefix: String = "", loss: LossCounts = LossCounts()
) -> Decision {
    let address = Address(source) ?? .unspecified
    let network = Network(address, prefixLength: width ?? (address.isV4 ? 32 : 64))
    var scan = ScanSummary(
        source: network, firstAddress: address, kind: kind, techniques: [.syn], packets: packets,
        targets: DistinctCount(5), hosts: DistinctCount(1), ports: DistinctCount(5),
        portRange: 21...25, portSample: [21, 22, 23, 24, 25],
        transports: [TransportSummary(ipProtocol: .tcp, packets: packets, ports: 21...25)],
        destinations: [Address("192.0.2.10") ?? .unspecified], level: level,
        start: Timestamp(seconds: start ?? seconds - 10), end: Timestamp(seconds: seconds),
        likelihood: 9.5)
    if !members.isEmpty {
        scan.crowd = CrowdSummary(
            members: members.compactMap { Address($0) }, total: DistinctCount(members.count))
    }
    return Decision(
        sequence: sequence, time: Timestamp(seconds: seconds), action: action, level: level,
        reason: "\(source) probed 5 TCP ports", scan: action == .loss ? nil : scan,
        origin: Origin(group: 5, prefix: prefix, hook: .input, interfaceIn: "eth0"), loss: loss)
}

func document(_ decision: Decision) -> String {
    DecisionFormat.ecs.line(decision, observer: Observer(name: "host")) ?? ""
}

let identity = RunIdentity(host: "host", version: "test", process: 1)
let unbounded = Retention(keep: nil, size: .max)

/// A journal in memory that holds these decisions.
func journal(_ decisions: [Decision]) throws -> JournalReader {
    let queue = try JournalFile.inMemory()
    var session = JournalSession(
        queue: queue, retention: unbounded, identity: identity, clock: { Timestamp(seconds: 0) })
    _ = try session.write(
        decisions.map { PendingDecision(decision: $0, document: document($0)) }, [])
    return JournalReader(queue: queue)
}

/// A folder that is removed with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "picket-journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/picket.db" }
}

/// What a writer said and showed, for a test that waits for it.
final class Heard: Sendable {
    private struct State {
        var shown: [UInt64] = []
        var troubles: [JournalWriter.Trouble] = []
    }
    private let state = Mutex(State())

    var shown: [UInt64] { state.withLock { $0.shown } }
    var troubles: [JournalWriter.Trouble] { state.withLock { $0.troubles } }

    func show(_ decision: Decision) { state.withLock { $0.shown.append(decision.sequence) } }
    func tell(_ trouble: JournalWriter.Trouble) { state.withLock { $0.troubles.append(trouble) } }

    /// Waits for a condition, at most ten seconds.
    func wait(for condition: (Heard) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if condition(self) { return true }
            Thread.sleep(forTimeInterval: 0.002)
        }
        return condition(self)
    }
}

/// A writer on a thread of its own.
final class RunningWriter {
    let writer: JournalWriter
    let heard = Heard()
    private let thread: Thread

    init(
        limit: Int = 16_384, patience: Duration = .seconds(60), retention: Retention = unbounded,
        path: String
    ) {
        let heard = heard
        let writer = JournalWriter(
            path: path, limit: limit, patience: patience, document: { document($0) },
            show: { heard.show($0) }, tell: { heard.tell($0) }
        ) {
            JournalSession(
                file: JournalFile(path: path), retention: retention, identity: identity,
                clock: { Timestamp(seconds: 1_790_000_000) })
        }
        self.writer = writer
        thread = Thread { writer.run() }
        thread.start()
    }

    func stop() { writer.stop(within: .seconds(10)) }
}
