// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Detection
import Foundation
import Journal
import Packets
import Testing

@testable import Review

private let inUTC = LocalClock { _ in 0 }

@Suite("Explaining a source")
struct ExplainTests {
    private static let facts = """
        {"ephemeral_ports":"32768-60999","gateways":["192.0.2.254"],"home_networks":\
        ["192.0.2.0/24","2001:db8:1::/48"],"own_addresses":["192.0.2.1"],"served_ports":["tcp/22"],\
        "time":"2026-11-01T00:00:00Z"}
        """

    /// A month with a scanner who came three times, a slow one of IPv6, a set, and somebody who
    /// tries a door again and again.
    private static func month() throws -> JournalOfATest {
        let day: Int64 = 86_400
        let nmap = ToolVerdict(.nmap, marks: [.nmapScan])
        var decisions = [
            decision(
                1, at: noon - 20 * day, .scanDetected, packets: 5, targets: 5, level: 1,
                start: noon - 20 * day - 60),
            decision(
                2, at: noon - 19 * day, .scanEnded, packets: 9, targets: 9, level: 1,
                start: noon - 20 * day - 60),
            decision(
                3, at: noon - 10 * day, .scanDetected, packets: 20, targets: 20, hosts: 20,
                level: 2, start: noon - 10 * day - 60, kind: .horizontal),
            decision(
                4, at: noon - 10 * day + 3660, .scanEnded, packets: 20, targets: 20, hosts: 20,
                level: 2, start: noon - 10 * day - 60, kind: .horizontal),
            decision(
                5, at: noon - 5 * day, .scanDetected, of: "2001:db8:7::5", packets: 5, targets: 5,
                level: 1, start: noon - 5 * day - 60),
            decision(
                6, at: noon - 4 * day, .attemptsRepeated, of: "203.0.113.9", packets: 50,
                targets: 1, level: 0, start: noon - 4 * day - 600),
            decision(
                7, at: noon - 3 * day, .scanDetected, of: "198.51.100.1", packets: 30, targets: 30,
                level: 2, start: noon - 3 * day - 60, kind: .distributed,
                members: ["198.51.100.1", "198.51.100.2", "203.0.113.9"]),
        ]
        let start = noon - 7200
        decisions += [
            decision(
                8, at: start + 2, .scanDetected, packets: 5, targets: 5, level: 1, start: start,
                tool: nmap, loss: LossCounts(gap: 3)),
            decision(
                9, at: start + 8, .scanEscalated, packets: 15, targets: 15, level: 2, start: start,
                tool: nmap, loss: LossCounts(gap: 3)),
            decision(
                10, at: start + 20, .scanEscalated, packets: 150, targets: 150, level: 3,
                start: start, tool: nmap, loss: LossCounts(gap: 10)),
            decision(
                11, at: start + 3660, .scanEnded, packets: 212, targets: 200, level: 3,
                start: start, tool: nmap, loss: LossCounts(gap: 10, refused: 2)),
        ]
        let kept = EvidenceFile(
            path: "/var/lib/picket/evidence/203.0.113.7 \u{1b}[2J.pcap",
            source: Network("203.0.113.7"), scanStart: Timestamp(seconds: start),
            first: Timestamp(seconds: start), last: Timestamp(seconds: start + 60), packets: 200,
            omitted: 12, bytes: 14_000)
        return try JournalOfATest(
            decisions,
            [
                .hostFacts(time: Timestamp(seconds: noon - 30 * day), json: facts),
                .evidence(kept),
            ], begun: noon - 30 * day)
    }

    private func explanation(
        _ asked: String, _ live: Explanation.LiveView = .notAsked, in journal: JournalOfATest
    ) throws -> Explanation {
        try Explanation(
            of: try NetworkArgument.read(asked), journal: try JournalReader(path: journal.path),
            live: live, settings: DetectionSettings(), homeNetworks: nil, ownAddresses: nil,
            factsPath: "/var/lib/picket/facts.json", now: Timestamp(seconds: noon))
    }

    private func page(_ explanation: Explanation) -> String {
        ExplanationPage(explanation, clock: inUTC, ink: .none).text().joined(separator: "\n") + "\n"
    }

    private static var watched: SourceReport {
        var report = SourceReport(source: "203.0.113.77/32", standing: .watched)
        report.first = "2026-12-01T11:59:00.000000Z"
        (report.packets, report.targets, report.weight) = (3, 3, 2.25)
        (report.threshold, report.accepted) = (6, 1)
        return report
    }

    /// The pages stand in Tests/Golden/explain; UPDATE_GOLDEN=1 writes them anew.
    @Test(
        "The page about each sort of source is as it was approved",
        arguments: [
            ("scanner", "203.0.113.7"), ("network", "203.0.113.0/24"),
            ("ipv6", "2001:DB8:7:0::99"), ("member", "198.51.100.2"), ("unknown", "203.0.113.77"),
            ("home", "192.0.2.1"), ("attempts", "203.0.113.9"),
        ])
    func golden(name: String, asked: String) throws {
        let journal = try Self.month()
        let live: Explanation.LiveView =
            switch name {
            case "unknown": .known(Self.watched)
            case "network": .notAsked
            case "home": .silent("cannot reach the daemon (/run/picket/control.sock): not running.")
            default: .known(SourceReport(source: asked, standing: .unknown))
            }
        let text = page(try explanation(asked, live, in: journal))
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/explain/\(name).expected")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == (try String(contentsOf: file, encoding: .utf8)))
    }

    @Test("As JSON it is one object with the same facts")
    func json() throws {
        let journal = try Self.month()
        let line = try explanation("203.0.113.7", in: journal).json
        #expect(!line.contains("\n"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["asked"] as? String == "203.0.113.7")
        #expect(object["decisions"] as? Int == 8)
        let scans = try #require(object["scans"] as? [[String: Any]])
        #expect(scans.count == 3)
        #expect(scans.last?["tool"] as? String == "nmap")
        #expect(scans.last?["loss"] as? [String: Int] == ["gap": 10, "drop": 0, "refused": 2])
        #expect(
            (scans.last?["replay"] as? [String])?.prefix(4)
                == ["picket", "replay", "--facts", "/var/lib/picket/facts.json"])
    }

    @Test("An empty journal is said to be empty")
    func empty() throws {
        let journal = try JournalOfATest([], begun: noon)
        let text = page(try explanation("203.0.113.7", in: journal))
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("Nothing was ever decided about it."))
        #expect(text.contains("was begun at 2026-12-01 12:00:00Z and has no decision yet"))
    }

    @Test("A source with thousands of decisions has a page of the same size")
    func many() throws {
        let journal = try JournalOfATest(
            (1...3000).map {
                decision(
                    UInt64($0), at: noon + Int64($0), .scanEscalated, packets: 10_000,
                    targets: 200, level: 5, start: noon)
            })
        let lines = page(try explanation("203.0.113.7", in: journal)).split(separator: "\n")
        #expect(lines.count < 60)
        #expect(lines.contains { $0.contains("more decisions") })
    }

    @Test("Colours are for terminals, unless NO_COLOR says no")
    func ink() throws {
        let journal = try Self.month()
        func coloured(_ terminal: Bool, _ environment: [String: String]) throws -> Bool {
            let explanation = try explanation("203.0.113.7", in: journal)
            let ink = Ink(isTerminal: terminal, environment: environment)
            return ExplanationPage(explanation, clock: inUTC, ink: ink).text()
                .contains { $0.contains("\u{1b}[") }
        }
        #expect(try coloured(true, [:]))
        #expect(try !coloured(false, [:]))
        #expect(try !coloured(true, ["NO_COLOR": "1"]))
        #expect(try coloured(true, ["NO_COLOR": ""]))
        #expect(try !coloured(true, ["TERM": "dumb"]))
    }

    @Test("Whatever stands in the journal, nothing steers the terminal")
    func printable() throws {
        let journal = try Self.month()
        for asked in ["203.0.113.7", "203.0.113.0/24"] {
            let text = page(try explanation(asked, in: journal))
            #expect(!text.contains("\u{1b}"))
        }
    }

    @Test("A table's row has the time with its zone, and no row breaks")
    func table() throws {
        let journal = try Self.month()
        let table = DecisionTable(clock: LocalClock { _ in 3600 }, ink: .none)
        var rows: [String] = []
        try JournalReader(path: journal.path).lines(of: DecisionFilter()) {
            rows.append(table.row($0))
        }
        #expect(rows.count == 11)
        #expect(
            rows.last
                == "2026-12-01 12:01:00+01:00  scan-ended         3      203.0.113.7 probed 200 TCP "
                + "ports (21-220) of 192.0.2.10 with SYN by Nmap in 1 min; 212 packets in all, ended "
                + "after 1 h of silence [prefix net-fw DROP, in eth0]")
    }
}
