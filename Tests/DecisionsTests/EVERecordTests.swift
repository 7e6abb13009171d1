// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Foundation
import Packets
import Testing

@testable import Decisions

@Suite("A decision as Suricata EVE")
struct EVERecordTests {
    private func eve(_ decision: Decision) throws -> [String: Any] {
        try parse(DecisionFormat.eve.line(decision, observer: observerOfThePost))
    }

    @Test("An alert has Suricata's fields, and ours under alert.metadata")
    func alert() throws {
        let object = try eve(decision(.scanEscalated, try summary()))
        #expect(text("timestamp", in: object) == "2010-10-25T13:16:38.341511+0000")
        #expect(text("event_type", in: object) == "alert")
        #expect(text("src_ip", in: object) == "192.0.2.101")
        #expect(text("dest_ip", in: object) == "198.51.100.117")
        #expect(text("proto", in: object) == "TCP")
        #expect(text("in_iface", in: object) == "eth0")
        #expect(text("host", in: object) == "sid7")
        #expect(text("alert.action", in: object) == "allowed")
        #expect(value("alert.gid", in: object) as? Int == 9000)
        #expect(value("alert.signature_id", in: object) as? Int == 201)
        #expect(text("alert.signature", in: object) == "PICKET vertical scan escalated")
        #expect(text("alert.category", in: object) == "Detection of a Network Scan")
        #expect(value("alert.severity", in: object) as? Int == 3)
        #expect(text("alert.metadata.picket.scan.kind", in: object) == "vertical")
        #expect(
            value("alert.metadata.mitre_technique_id", in: object) as? [String] == ["T1595.001"])
        #expect(object["dest_port"] == nil)
    }

    @Test("The one port of a scan is its destination port")
    func port() throws {
        let scan = try summary(
            to: hosts(9), kind: .horizontal, hosts: DistinctCount(9), ports: DistinctCount(1),
            range: 22...22, sample: [22])
        let object = try eve(decision(.scanDetected, scan))
        #expect(value("dest_port", in: object) as? Int == 22)
        #expect(object["dest_ip"] == nil)
    }

    @Test("Every action and kind has a signature id of its own, and keeps it")
    func signatureIDs() {
        let actions: [Decision.Action] = [.scanDetected, .scanEscalated, .scanEnded]
        let ids = actions.map { action in
            ScanKind.allCases.map { EVERecord.signatureID(action, $0) }
        }
        #expect(
            ids == [
                [101, 102, 103, 104, 105, 106, 107], [201, 202, 203, 204, 205, 206, 207],
                [301, 302, 303, 304, 305, 306, 307],
            ])
        #expect(EVERecord.signatureID(.attemptsRepeated, .vertical) == 400)
    }

    @Test("Severity runs the other way: level 5 is 1")
    func severities() {
        #expect((0...5).map(EVERecord.severity) == [4, 3, 3, 2, 1, 1])
    }

    @Test(
        "Protocols are named as Suricata names them",
        arguments: [
            (IPProtocol.udp, "UDP"), (.icmp, "ICMP"), (.icmpv6, "IPv6-ICMP"), (.sctp, "SCTP"),
            (IPProtocol(rawValue: 99), "099"), (IPProtocol(rawValue: 254), "254"),
        ])
    func protocols(_ ipProtocol: IPProtocol, _ name: String) throws {
        let scan = try summary(
            transports: [TransportSummary(ipProtocol: ipProtocol, packets: 5)])
        #expect(text("proto", in: try eve(decision(.scanDetected, scan))) == name)
    }

    @Test("A loss is a stats record, as Suricata tells of its own")
    func loss() throws {
        var decider = Decider()
        let report = decider.decide(loss: LossCounts(gap: 7, refused: 2), at: momentOfThePost)
        let object = try eve(try #require(report))
        #expect(text("event_type", in: object) == "stats")
        #expect(value("stats.capture.kernel_drops", in: object) as? Int == 7)
        #expect(value("stats.decoder.invalid", in: object) as? Int == 2)
        #expect(object["src_ip"] == nil)
    }
}
