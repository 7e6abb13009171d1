// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import NIOCore
import NIOEmbedded

@testable import Control

/// Both ends of the control socket: what a client may send to the daemon, and what something that
/// sits at the socket's path may answer to `picket status`.
///
/// Shape: one byte that chooses the end; then pieces of a byte that says what happens and a byte of
/// length (255: all that is left).
enum ControlSocket: FuzzTarget {
    static let name = "control"

    static let words = [
        "{\\\"picket\\\":1,", "\\\"request\\\":\\\"status\\\"}", "\\\"request\\\":\\\"watch\\\"",
        "\\\"request\\\":\\\"sources\\\",", "\\\"order\\\":\\\"seen\\\",", "\\\"limit\\\":50}",
        "\\\"sources\\\":",
        "\\\"format\\\":\\\"eve\\\"}",
        "\\\"status\\\":", "\\\"error\\\":", "\\\"dropped\\\":", "\\\"watching\\\":\\\"text\\\"}",
        "\\\\u0000", "1e400",
    ]

    static func seeds() -> [[UInt8]] {
        func say(_ text: String) -> [UInt8] {
            [0, UInt8(min(254, text.utf8.count))] + Array(text.utf8)
        }
        let requests =
            [ControlRequest.status.line]
            + DecisionFormat.allCases.map { ControlRequest.watch($0).line }
            + [ControlRequest.sources(SourcesRequest(order: .seen, limit: 2)).line]
        let server = requests.map {
            [0] + say($0 + "\n") + [
                1, 2, 4, 0, 1, 200, 1, 200, 1, 200, 1, 200, 1, 200, 1, 200, 4, 1, 3, 0, 2, 0,
            ]
        }
        let answers: [ControlAnswer] = [
            .status(report), .watching(.eve), .dropped(7), .error("too many connections"),
            .sources(sources),
        ]
        let client = answers.map { [1, 0, 255] + Array(($0.line + "\n").utf8) }
        return server + client + [
            [0] + say("\n\n{}\n") + [2, 0], [0] + say(requests[0]) + [2, 0],
        ]
    }

    static func run(_ input: RawSpan) {
        var reader = InputReader(input)
        if reader.byte() & 1 == 0 {
            ServerUnderFuzz.run(reader.all())
        } else {
            listen(reader.all())
        }
    }

    private static func listen(_ input: RawSpan) {
        let channel = EmbeddedChannel(
            handler: ByteToMessageHandler(
                LineDecoder(), maximumBufferSize: ControlProtocol.maximumAnswer))
        var reader = InputReader(input)
        while !reader.isEmpty {
            _ = reader.byte()
            let length = reader.byte()
            let bytes = length == 255 ? reader.all() : reader.bytes(Int(length))
            _ = try? channel.writeInbound(ByteBuffer(bytes: bytes.array))
            while let line = try? channel.readInbound(as: String.self) {
                must(!line.utf8.contains(0x0a), "a line has no newline")
                _ = ControlRequest.read(line)
                guard let answer = ControlAnswer(line) else { continue }
                if case .status(let report) = answer {
                    mustBePlain(report.text, newlines: true, "a status")
                    mustBePlain(report.json, "a status as JSON")
                }
                must(ControlAnswer(answer.line) == answer, "an answer says what it says: \(line)")
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    static let sources = SourcesReport(
        time: 1_288_012_598.5, order: .seen, tracked: 7, openScans: 1,
        sources: [SourcesReport.Source(source: "192.0.2.101", level: 2, packets: 68)])

    static let report: StatusReport = {
        var report = StatusReport(
            version: "0.1.0", pid: 4711, started: Date(timeIntervalSince1970: 1_288_012_598))
        report.groups = [StatusReport.Group(group: 5)]
        report.events = ["probe": 1_200_000, "late": 34_567]
        report.decisions = ["scan-detected": 5]
        report.martians = ["martian destination 0.0.0.0 from 192.0.2.110, dev eth0"]
        report.log = StatusReport.Log(path: "/var/log/picket/decisions.json", format: "ecs")
        return report
    }()
}
