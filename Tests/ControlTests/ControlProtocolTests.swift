// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import Testing

@testable import Control

@Suite("The control socket's protocol")
struct ControlProtocolTests {
    @Test("Status is asked in one line of JSON and answered in one")
    func status() async throws {
        try await withServer { path, _ in
            try await RawClient.converse(path, "{\"picket\":1,\"request\":\"status\"}\n") {
                _, lines in
                let line = try await required(&lines)
                #expect(line.hasPrefix("{\"picket\":1,\"status\":{"))
                #expect(ControlAnswer(line) == .status(.sample))
            }
        }
    }

    @Test("A connection may ask again")
    func twice() async throws {
        try await withServer { path, _ in
            let request = ControlRequest.status.line + "\n"
            try await RawClient.converse(path, request + request, request) { _, lines in
                for _ in 0..<3 {
                    try await expect(&lines, prefix: "{\"picket\":1,")
                }
            }
        }
    }

    @Test("Who ends his side after the request still gets the answer, also without a newline")
    func halfClosed() async throws {
        try await withServer { path, _ in
            try await RawClient.converse(path, "{\"picket\":1,\"request\":\"status\"}") {
                client, lines in
                try await client.endInput()
                try await expect(&lines, prefix: "{\"picket\":1,\"status\":")
                try await expect(&lines, nil)
            }
        }
    }

    @Test(
        "What is no request is answered with what is wrong, and the connection closed",
        arguments: [
            ("hello\n", "not a request: expected a line such as"), ("\n", "not a request"),
            ("[]\n", "not a request"), ("{\"request\":\"status\"}\n", "no protocol version"),
            ("{\"picket\":2,\"request\":\"status\"}\n", "protocol 2 is not supported; this is 1"),
            ("{\"picket\":1}\n", "unknown request: expected status, watch, source or sources"),
            ("{\"picket\":1,\"request\":\"block\"}\n", "unknown request"),
            (
                "{\"picket\":1,\"request\":\"watch\",\"format\":\"xml\"}\n",
                "expected one of text, ecs"
            ),
            ("{\"picket\":99999999999999999999,\"request\":\"status\"}\n", "not a request"),
            (String(repeating: "[", count: 4000) + "\n", "not a request"),
            (String(repeating: "x", count: 4097) + "\n", "at most 4096 bytes"),
            (String(repeating: "x", count: 9000), "at most 4096 bytes"),
        ])
    func refused(text: String, told: String) async throws {
        try await withServer { path, _ in
            let answers = try await RawClient.answers(path, text)
            #expect(answers.count == 1)
            let line = try #require(answers.first)
            #expect(line.hasPrefix("{\"picket\":1,\"error\":\""))
            guard case .error(let words)? = ControlAnswer(line) else {
                Issue.record("no error: \(line)")
                return
            }
            #expect(words.contains(told), "\(words)")
        }
    }

    @Test("A request of 4096 bytes is still read")
    func longest() async throws {
        try await withServer { path, _ in
            let request = ControlRequest.status.line
            let padding = String(repeating: " ", count: 4096 - request.utf8.count)
            try await RawClient.converse(path, request + padding + "\n") { _, lines in
                try await expect(&lines, prefix: "{\"picket\":1,\"status\":")
            }
        }
    }

    @Test("Random bytes never take the server down", arguments: 0..<8)
    func garbage(seed: UInt64) async throws {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
        func random() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        try await withServer { path, _ in
            for _ in 0..<10 {
                let bytes = (0..<random() % 6000).map { _ in UInt8(truncatingIfNeeded: random()) }
                let text = String(decoding: bytes, as: UTF8.self) + "\n"
                _ = try? await RawClient.answers(path, text)
            }
            try await expectStatus(path)
        }
    }

    @Test(
        "An answer that the client does not know is none",
        arguments: [
            "", "{}", "{\"picket\":2,\"dropped\":1}", "{\"picket\":1}", "null", "[1]",
            "{\"picket\":1,\"dropped\":-1}", "{\"picket\":1,\"watching\":\"xml\"}",
        ])
    func unknownAnswer(line: String) {
        #expect(ControlAnswer(line) == nil)
    }

    @Test("Each answer reads back as it was written")
    func answers() {
        let all: [ControlAnswer] = [
            .status(.sample), .source(SourceReport(source: "192.0.2.1/32", standing: .asleep)),
            .watching(.ecs), .dropped(.max), .error("no \"such\"\nthing"),
        ]
        for answer in all {
            #expect(answer.line.hasPrefix("{\"picket\":1,"))
            #expect(!answer.line.contains("\n"))
            #expect(ControlAnswer(answer.line) == answer)
        }
    }

    @Test("An error is understood from another version too")
    func otherVersion() {
        #expect(ControlAnswer("{\"picket\":7,\"error\":\"this is 7\"}") == .error("this is 7"))
    }

    @Test("The status for people is aligned, readable and cannot steer a terminal")
    func text() {
        #expect(
            StatusReport.sample.text == """
                picket     0.1.0, process 4711, running for 1d 2h
                since      2010-10-25T13:16:38Z
                groups     5: 1,234,567 messages, gap 3, 0 overruns; 192 bytes of each packet, buffer 64 MiB
                rate       12.0 events/s now, 8.2 over the last minute
                events     1,234,567: 1,200,000 probe, 34,567 late
                refused    0
                lost       gap 3, drop 0, refused 0
                ring       0 of 65,536 slots, at most 400, 0 dropped
                detector   1,234 sources, 3 open scans, 96 MiB
                host       not told
                decisions  7: 5 scan-detected, 2 scan-ended
                log        /var/log/picket/decisions.json (ecs): 0 lines, 0 lost
                journal    off
                evidence   off
                watchers   0
                martians   martian destination 0.0.0.0 from 192.0.2.110, dev eth0?[2J
                """)
    }

    @Test("No name in a report steers a terminal or breaks a line")
    func strangeNames() {
        var report = StatusReport.sample
        report.version = "1\u{1b}[2J"
        report.events = ["probe\u{202e}": 1]
        report.log = StatusReport.Log(path: "/log\u{2028}", format: "e\ncs")
        report.log?.failing = "\u{9b}2J"
        let strange: Set<Unicode.Scalar> = ["\u{1b}", "\u{202e}", "\u{2028}", "\u{9b}"]
        #expect(report.text.unicodeScalars.allSatisfy { !strange.contains($0) })
        let lines = StatusReport.sample.text.split(separator: "\n").count
        #expect(report.text.split(separator: "\n").count == lines)
    }

    @Test("A report with impossible numbers is written and not a trap")
    func oddNumbers() {
        var report = StatusReport.sample
        report.uptime = .infinity
        report.rates.lastSecond = .nan
        report.sources = .min
        report.events = ["probe": .max, "late": .max]
        #expect(!report.text.isEmpty)
        #expect(StatusReport.number(-1_234_567) == "-1,234,567")
        #expect(StatusReport.number(-123) == "-123")
        #expect(StatusReport.span(59.9) == "59s")
    }
}
