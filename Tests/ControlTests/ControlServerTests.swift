// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import NIOCore
import NIOPosix
import Packets
import Synchronization
import Testing

@testable import Control

@Suite("The control socket's file and its limits")
struct ControlServerTests {
    private let feed = DecisionFeed { _, _ in nil }

    private func open(_ path: String) async throws(ControlError) -> ControlServer {
        try await ControlServer.open(path: path, feed: feed) { .sample }
    }

    @Test("The socket has mode 0660, in a directory that is made for it, and goes with its server")
    func file() async throws {
        try await withDirectory { directory in
            let path = directory + "/run/picket/control.sock"
            let server = try await open(path)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o660)
            await server.close()
            #expect(!FileManager.default.fileExists(atPath: path))
            await server.close()
        }
    }

    @Test("A server whose task is cancelled removes its socket")
    func cancelled() async throws {
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            let server = try await open(path)
            let task = Task { try await server.run() }
            try await expectStatus(path)
            task.cancel()
            try await task.value
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("The socket of a daemon that died is replaced")
    func stale() async throws {
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            try await leaveStaleSocket(path)
            let server = try await open(path)
            try await expectStatus(path)
            await server.close()
        }
    }

    @Test("A second daemon is refused, and the first goes on")
    func second() async throws {
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            let server = try await open(path)
            let error = try await #require(throws: ControlError.self) { try await open(path) }
            #expect(error.cause == .alreadyRunning)
            #expect(
                error.description
                    == "cannot listen on the control socket (\(path)): a daemon is already running there"
            )
            try await expectStatus(path)
            await server.close()
        }
    }

    @Test("A file that is no socket is left alone")
    func otherFile() async throws {
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
            let error = try await #require(throws: ControlError.self) { try await open(path) }
            #expect(error.cause == .notASocket)
            #expect(error.exitCode == 71)
            #expect(FileManager.default.contents(atPath: path) == Data("precious".utf8))
        }
    }

    @Test("A path that no socket can have is an error")
    func longPath() async throws {
        try await withDirectory { directory in
            let path = directory + "/" + String(repeating: "x", count: 120)
            let error = try await #require(throws: ControlError.self) { try await open(path) }
            #expect(error.cause == .pathTooLong)
            let other = try await #require(throws: ControlError.self) {
                try await ControlClient(path: path, patience: .seconds(120)).status()
            }
            #expect(other.cause == .pathTooLong)
        }
    }

    @Test("A directory that cannot be made is an error")
    func noDirectory() async throws {
        let error = try await #require(throws: ControlError.self) {
            try await open("/dev/null/picket/control.sock")
        }
        #expect(error.exitCode == 71)
    }

    @Test("Of 200 connections 128 are served, the others are told; a free place is taken again")
    func limit() async throws {
        try await withServer { path, _ in
            let first = FirstLines()
            var channels: [any Channel] = []
            for _ in 0..<200 {
                let channel = try await ClientBootstrap(
                    group: .singletonMultiThreadedEventLoopGroup
                )
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            ByteToMessageHandler(LineDecoder()), first.handler())
                    }
                }
                .connect(unixDomainSocketPath: path).get()
                channels.append(channel)
            }
            for channel in channels {
                channel.writeAndFlush(
                    ByteBuffer(string: ControlRequest.status.line + "\n"), promise: nil)
            }
            try await eventually("each has an answer") { first.lines.count == 200 }
            let answers = first.lines.map { ControlAnswer($0) }
            #expect(answers.count { $0 == .status(.sample) } == 128)
            #expect(answers.count { $0 == .error("too many connections") } == 72)

            // While it is full a client learns so, and when there is room again it is served.
            let error = try await #require(throws: ControlError.self) {
                try await ControlClient(path: path, patience: .seconds(120)).status()
            }
            #expect(error.cause == .refused("too many connections"))
            for channel in channels { try? await channel.close() }
            let end = ContinuousClock.now.advanced(by: .seconds(120))
            var answered = false
            while !answered, ContinuousClock.now < end {
                answered = (try? await ControlClient(path: path).status()) != nil
            }
            #expect(answered)
        }
    }

    @Test("A connection that asks for nothing is closed")
    func idle() async throws {
        try await withServer(patience: .milliseconds(500)) { path, _ in
            try await expectNothing(path, "")
            try await expectNothing(path, "{\"picket\":1,")
        }
    }

    @Test("A watcher may be silent for as long as it likes")
    func silentWatcher() async throws {
        // Long enough that the request itself comes in time on a machine that is busy.
        try await withServer(patience: .seconds(8)) { path, feed in
            try await RawClient.converse(path, ControlRequest.watch(.text).line + "\n") {
                _, lines in
                _ = try await lines.next()
                // Another connection's patience ends, so ours would have ended too.
                try await expectNothing(path, "")
                feed.publish(decision(1))
                try await expect(&lines, "text 1")
            }
        }
    }

    @Test("What was published before the end still reaches the watchers")
    func lastLines() async throws {
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            let feed = DecisionFeed { decision, _ in "line \(decision.sequence)" }
            let server = try await ControlServer.open(path: path, feed: feed) { .sample }
            try await RawClient.converse(path, ControlRequest.watch(.text).line + "\n") {
                _, lines in
                _ = try await lines.next()
                for sequence in 1...200 { feed.publish(decision(UInt64(sequence))) }
                await server.close()
                for sequence in 1...200 {
                    try await expect(&lines, "line \(sequence)")
                }
                try await expect(&lines, nil)
            }
        }
    }
}

/// The first line that each of many connections got.
private final class FirstLines: Sendable {
    private let all = Mutex<[String]>([])

    var lines: [String] { all.withLock { $0 } }

    func handler() -> Handler { Handler(all: self) }

    final class Handler: ChannelInboundHandler {
        typealias InboundIn = String
        let all: FirstLines

        init(all: FirstLines) { self.all = all }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let line = unwrapInboundIn(data)
            all.all.withLock { $0.append(line) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // A write to a connection that was refused and closed.
            context.close(promise: nil)
        }
    }

    @Test("A source is asked of whoever knows it, and answered when it is there")
    func source() async throws {
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            let server = try await ControlServer.open(
                path: path, feed: DecisionFeed { _, _ in nil },
                source: { address, answer in
                    Thread.detachNewThread {
                        var report = SourceReport(source: "\(address)", standing: .watched)
                        report.packets = 3
                        answer(report)
                    }
                }, status: { .sample })
            let address = try #require(Address("2001:DB8:0::1"))
            let report = try await ControlClient(path: path).source(address)
            #expect(report.source == "2001:db8::1")
            #expect(report.standing == .watched)
            #expect(report.packets == 3)
            await server.close()
        }
    }
}
