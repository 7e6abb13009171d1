// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Control

@Suite("Asking for sources")
struct SourcesTests {
    private let request = ControlRequest.sources(SourcesRequest(order: .seen, limit: 7)).line + "\n"

    private func report(_ order: SourceOrder = .seen, count: Int = 2) -> SourcesReport {
        var source = SourcesReport.Source(source: "198.51.100.7", level: 3, packets: .max)
        source.kind = "vertical"
        source.techniques = ["SYN"]
        source.first = 1_288_012_598.341
        return SourcesReport(
            time: 1_288_012_600, order: order, tracked: 9, openScans: 1,
            sources: Array(repeating: source, count: count))
    }

    @Test("The request names an order and a limit, and is answered by the detector")
    func answered() async throws {
        let report = report()
        let asked = Mutex<[SourcesRequest]>([])
        try await withServer(sources: { request, answer in
            asked.withLock { $0.append(request) }
            answer(report)
        }) { path, _ in
            try await RawClient.converse(path, request) { _, lines in
                let line = try await required(&lines)
                #expect(line.hasPrefix("{\"picket\":1,\"sources\":{"))
                #expect(ControlAnswer(line) == .sources(report))
            }
        }
        #expect(asked.withLock { $0 } == [SourcesRequest(order: .seen, limit: 7)])
    }

    @Test(
        "What is left out has its default; what is out of range is refused with what is expected",
        arguments: [
            (#"{"picket":1,"request":"sources"}"#, nil),
            (#"{"picket":1,"request":"sources","order":"rate"}"#, "expected one of level, packets"),
            (#"{"picket":1,"request":"sources","limit":0}"#, "expected 1 to 500"),
            (#"{"picket":1,"request":"sources","limit":501}"#, "expected 1 to 500"),
            (#"{"picket":1,"request":"sources","limit":-5}"#, "expected 1 to 500"),
        ] as [(String, String?)])
    func refused(line: String, words: String?) {
        switch ControlRequest.read(line) {
        case .success(let request):
            #expect(words == nil)
            #expect(request == .sources(SourcesRequest(order: .level, limit: 50)))
        case .failure(let refusal):
            #expect(words.map { refusal.words.contains($0) } ?? false)
        }
    }

    @Test("While the detector is busy the client waits, and what it asks meanwhile is not lost")
    func waits() async throws {
        let report = report()
        let waiting = Mutex<(@Sendable (SourcesReport?) -> Void)?>(nil)
        try await withServer(sources: { _, answer in waiting.withLock { $0 = answer } }) {
            path, _ in
            try await RawClient.converse(path, request + ControlRequest.status.line + "\n") {
                _, lines in
                try await eventually("the detector is asked") {
                    waiting.withLock { $0 != nil }
                }
                // Others are served meanwhile.
                try await expectStatus(path)
                waiting.withLock { $0 }?(report)
                try await expect(&lines, ControlAnswer.sources(report).line)
                try await expect(&lines, prefix: "{\"picket\":1,\"status\":")
            }
        }
    }

    @Test("A client that is gone before its answer harms nobody")
    func gone() async throws {
        let waiting = Mutex<(@Sendable (SourcesReport?) -> Void)?>(nil)
        let report = report()
        try await withServer(sources: { _, answer in waiting.withLock { $0 = answer } }) {
            path, _ in
            try await RawClient.converse(path, request) { _, _ in
                try await eventually("the detector is asked") { waiting.withLock { $0 != nil } }
            }
            waiting.withLock { $0 }?(report)
            try await expectStatus(path)
        }
    }

    @Test("A detector that is ending says so")
    func ending() async throws {
        try await withServer(sources: { $1(nil) }) { path, _ in
            let answers = try await RawClient.answers(path, request)
            #expect(answers == [ControlAnswer.error("the detector is ending").line])
        }
    }

    @Test("The client asks again on one connection, sources and status together")
    func follows() async throws {
        let report = report()
        try await withServer(sources: { request, answer in
            var mine = report
            mine.order = request.order
            answer(mine)
        }) { path, _ in
            let orders = SourceOrder.allCases
            let requests = AsyncStream { continuation in
                for order in orders { continuation.yield(SourcesRequest(order: order)) }
                continuation.finish()
            }
            var seen: [SourceOrder] = []
            try await ControlClient(path: path, patience: .seconds(120)).sources(requests) {
                sources, status in
                seen.append(sources.order)
                #expect(status == .sample)
            }
            #expect(seen == orders)
        }
    }

    @Test("A daemon that ends while it is asked again is told with 69")
    func closed() async throws {
        let report = report()
        let server = Mutex<ControlServer?>(nil)
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            let feed = DecisionFeed { _, _ in nil }
            let opened = try await ControlServer.open(
                path: path, feed: feed, sources: { $1(report) }, status: { .sample })
            server.withLock { $0 = opened }
            let (requests, ask) = AsyncStream.makeStream(of: SourcesRequest.self)
            ask.yield(SourcesRequest())
            let closing = Mutex<Task<Void, Never>?>(nil)
            let error = await #expect(throws: ControlError.self) {
                try await ControlClient(path: path, patience: .seconds(120)).sources(requests) {
                    _, _ in
                    closing.withLock { task in
                        guard task == nil else { return }
                        task = Task {
                            await opened.close()
                            ask.yield(SourcesRequest())
                        }
                    }
                }
            }
            #expect(error?.exitCode == 69)
            await closing.withLock { $0 }?.value
        }
    }

    @Test("As many sources as may be asked for, with the longest words fit into an answer")
    func size() {
        var source = SourcesReport.Source(
            source: "2001:db8:1111:2222:3333:4444:5555:6666/128", level: 5, packets: .max)
        source.kind = "distributed"
        source.techniques = [
            "connect", "SYN", "FIN", "NULL", "XMAS", "ICMP-timestamp", "ICMP-mask",
        ]
        source.tool = "masscan"
        source.interface = String(repeating: "\u{1}", count: 15)
        let report = SourcesReport(
            time: 1, order: .level, tracked: .max, openScans: .max,
            sources: Array(repeating: source, count: SourceSearch.maximum))
        #expect(ControlAnswer.sources(report).line.utf8.count < ControlProtocol.maximumAnswer)
    }
}
