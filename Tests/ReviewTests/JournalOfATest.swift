// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Journal
import Packets

/// A journal in a folder that is removed with the value.
final class JournalOfATest {
    let path: String
    private let folder: String

    /// Writes the decisions and the rows, as a daemon would.
    init(_ decisions: [Decision], _ rows: [AuxiliaryRow] = [], begun: Int64 = 0) throws {
        folder = NSTemporaryDirectory() + "picket-review-\(UUID().uuidString)"
        path = folder + "/picket.db"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        let observer = Observer(name: "gateway", feeds: [5: .complete])
        let writer = JournalWriter(
            path: path, retention: Retention(keep: nil, size: .max),
            identity: RunIdentity(host: "gateway", version: "test", process: 1),
            clock: { Timestamp(seconds: begun) },
            document: { DecisionFormat.ecs.line($0, observer: observer) ?? "" },
            show: { _ in }, tell: { print("\($0)") })
        Thread { writer.run() }.start()
        for row in rows { writer.note(row) }
        for decision in decisions { writer.submit(decision) }
        writer.stop(within: .seconds(10))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}

/// 2026-12-01T12:00:00Z.
let noon: Int64 = 1_796_126_400

/// A decision of a scan of one host's ports, unless told otherwise.
func decision(
    _ sequence: UInt64, at seconds: Int64, _ action: Decision.Action,
    of source: String = "203.0.113.7", width: Int? = nil, packets: UInt64, targets: Int,
    hosts: Int = 1, level: Int, start: Int64, kind: ScanKind = .vertical,
    tool: ToolVerdict = .unknown, members: [String] = [], loss: LossCounts = LossCounts(),
    ending: Finding.EndReason? = nil
) -> Decision {
    let address = Address(source) ?? .unspecified
    var scan = ScanSummary(
        source: Network(address, prefixLength: width ?? (address.isV4 ? 32 : 64)),
        firstAddress: address, kind: kind, techniques: [.syn], packets: packets,
        targets: DistinctCount(targets, exact: targets <= 256), hosts: DistinctCount(hosts),
        ports: DistinctCount(targets / hosts), portRange: 21...UInt16(20 + targets / hosts),
        portSample: [21, 22, 23],
        transports: [
            TransportSummary(
                ipProtocol: .tcp, packets: packets, ports: 21...UInt16(20 + targets / hosts))
        ],
        destinations: [Address("192.0.2.10") ?? .unspecified], level: level,
        start: Timestamp(seconds: start), end: Timestamp(seconds: min(seconds, start + 60)),
        likelihood: 9.5)
    scan.tool = tool
    if !members.isEmpty {
        scan.crowd = CrowdSummary(
            members: members.compactMap { Address($0) }, total: DistinctCount(members.count))
    }
    let event: Finding.Event =
        switch action {
        case .scanEscalated: .scanEscalated
        case .scanEnded: .scanEnded(ending ?? .lifetimeOver)
        case .attemptsRepeated: .attemptsRepeated(packets: Int(packets))
        default: .scanDetected
        }
    var decider = Decider(firstSequence: sequence)
    return decider.decide(
        Finding(event: event, time: Timestamp(seconds: seconds), summary: scan),
        origin: Origin(group: 5, prefix: "net-fw DROP", hook: .input, interfaceIn: "eth0"),
        loss: loss)
}
