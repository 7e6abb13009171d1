// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Packets
import Review
import Testing

@Suite("Figures from a decision log")
struct DecisionLogTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func records(_ text: String) throws -> [DecisionRecord] {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("picket-report-\(UUID().uuidString)")
        try text.write(to: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        var records: [DecisionRecord] = []
        try DecisionLogFile(path: file.path).forEach { records.append($0) }
        return records
    }

    /// The lines that the formats write, whatever is decided: the golden file of ECS.
    private func goldenLines() throws -> [String] {
        try String(
            contentsOf: DecisionLogTests.repository.appendingPathComponent(
                "Tests/Golden/decisions/ecs.expected"), encoding: .utf8
        ).split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test("Every line that Picket writes as ECS is understood, with its numbers")
    func golden() throws {
        let lines = try goldenLines()
        let records = try records(lines.joined(separator: "\n") + "\n")
        #expect(records.count == lines.count)
        let first = try #require(records.first)
        #expect(first.action == "scan-detected")
        #expect(first.time == Timestamp(seconds: 1_288_012_598, nanoseconds: 341_511_000))
        #expect(first.source == Network("192.0.2.101"))
        #expect(first.kind == "vertical")
        #expect(first.packets == 5)
        #expect(first.ports == [10, 17, 22, 80, 443])
        #expect(first.transport == "tcp")
        #expect(first.prefix == "Shorewall:net2fw:DROP:")
        #expect(first.hook == "input")
        #expect(first.interface == "eth0")
        #expect(first.observer == "sid7")
        #expect(records.contains { $0.source == Network("2001:db8:7::/64") })
        #expect(records.contains { $0.members == 63 && $0.kind == "distributed" })
        #expect(records.contains { $0.loss == LossCounts(gap: 12, drop: 3, refused: 1) })
        #expect(records.contains { $0.ending == "joined" })
    }

    @Test("A last line that is being written is left out, and nothing else")
    func torn() throws {
        let line = try #require(try goldenLines().first)
        #expect(try records(line + "\n" + line.prefix(200)).count == 1)
        #expect(try records(line + "\n" + line).count == 2)
        #expect(try records("\n  \n" + line + "\r\n").count == 1)
        #expect(try records("").isEmpty)
    }

    @Test(
        "What is no decision is named with its line",
        arguments: [
            "hello", "{}", "[1]", "{\"@timestamp\":5}", "{\"picket\":{}}",
            #"{"@timestamp":"yesterday","event":{"action":"loss"},"picket":{}}"#,
            #"{"@timestamp":"2026-13-01T00:00:00Z","event":{"action":"loss"},"picket":{}}"#,
            #"{"@timestamp":"2026-01-01T00:00:00Z","event":{"action":"x","dataset":"eve"},"picket":{}}"#,
        ])
    func noDecision(line: String) throws {
        let good = try #require(try goldenLines().first)
        let error = #expect(throws: ReviewError.self) { try records("\(good)\n\(line)\n\(good)\n") }
        #expect(error?.exitCode == 65)
        #expect(error?.description.contains("line 2: ") ?? false)
    }

    @Test("A line without end is refused before it fills the memory")
    func endless() throws {
        let error = #expect(throws: ReviewError.self) {
            try records(String(repeating: "x", count: 5 << 20))
        }
        #expect(error?.description.contains("line 1: longer than 1 MiB") ?? false)
    }

    @Test("A file that is not there ends 69 and is named")
    func missing() {
        let error = #expect(throws: ReviewError.self) {
            try DecisionLogFile(path: "/nowhere/decisions.json").forEach { _ in }
        }
        #expect(error?.exitCode == 69)
        #expect(
            error?.description
                == "cannot read the decisions (/nowhere/decisions.json): no such file")
    }

    @Test(
        "A moment of the log is read to the nanosecond, and what is none is refused",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2010-10-25T13:16:38.341511Z", 1_288_012_598_341_511_000),
            ("1969-12-31T23:59:59.5Z", -500_000_000),
            ("2024-02-29T12:00:00Z", 1_709_208_000_000_000_000),
            ("2000-03-01T00:00:00.000000001Z", 951_868_800_000_000_001),
            ("2010-10-25 13:16:38Z", nil), ("2010-10-25T13:16:38", nil), ("", nil),
            ("2010-10-25T13:16:38.Z", nil), ("2010-10-25T24:16:38Z", nil),
            ("2010-10-25T13:16:38.1234567890Z", nil), ("２010-10-25T13:16:38Z", nil),
        ] as [(String, Int64?)])
    func moment(text: String, nanoseconds: Int64?) {
        #expect(Timestamp(log: text)?.nanoseconds == nanoseconds)
    }
}
