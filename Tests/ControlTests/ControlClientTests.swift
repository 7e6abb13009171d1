// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import Control

@Suite("The control socket's client")
struct ControlClientTests {
    /// A server that answers each connection with the same text, and then closes it or not.
    private func withAnswer<Result: Sendable>(
        _ text: String, closes: Bool = false, _ body: (String) async throws -> Result
    ) async throws -> Result {
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            Answering(text: text, closes: closes))
                    }
                }
                .bind(unixDomainSocketPath: path).get()
            let result = try await body(path)
            try await server.close()
            return result
        }
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let text: String
        let closes: Bool

        init(text: String, closes: Bool) {
            self.text = text
            self.closes = closes
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let channel = context.channel
            let closes = closes
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in
                if closes { channel.close(promise: nil) }
            }
        }
    }

    private func failure(_ path: String) async throws -> ControlError {
        try await #require(throws: ControlError.self) {
            try await ControlClient(path: path, patience: .milliseconds(200)).status()
        }
    }

    @Test("Without a socket the daemon is not running: exit code 69")
    func notRunning() async throws {
        let error = try await failure("/nonexistent/control.sock")
        #expect(
            error.description
                == "cannot reach the daemon (/nonexistent/control.sock): not running. "
                + "Start it with `picket run`")
        #expect(error.exitCode == 69)
    }

    @Test("A socket that nobody listens at means the same")
    func stale() async throws {
        try await withDirectory { directory in
            let path = directory + "/control.sock"
            try await leaveStaleSocket(path)
            let error = try await failure(path)
            #expect(error.cause == .notRunning)
        }
    }

    @Test(
        "Without the right to connect the exit code is 77",
        .disabled(if: geteuid() == 0, "root may connect to every socket"))
    func permission() async throws {
        try await withServer { path, _ in
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
            let error = try await failure(path)
            #expect(error.cause == .permission)
            #expect(error.exitCode == 77)
        }
    }

    @Test("The errors of the system have their causes and exit codes")
    func causes() {
        let causes: [(CInt, ControlError.Cause, Int32)] = [
            (EACCES, .permission, 77), (EPERM, .permission, 77), (ENOENT, .notRunning, 69),
            (ENOTDIR, .notRunning, 69), (ECONNREFUSED, .notRunning, 69),
        ]
        for (number, cause, exitCode) in causes {
            let error = ControlError(
                .connect, path: "x", error: IOError(errnoCode: number, reason: "connect"))
            #expect(error.cause == cause)
            #expect(error.exitCode == exitCode)
        }
    }

    @Test("A daemon of another version is quoted")
    func otherVersion() async throws {
        let text = "{\"picket\":2,\"error\":\"protocol 1 is not supported; this is 2\"}\n"
        try await withAnswer(text) { path in
            let error = try await failure(path)
            #expect(error.description.hasSuffix(": protocol 1 is not supported; this is 2"))
            #expect(error.exitCode == 69)
        }
    }

    @Test(
        "What does not speak the protocol is told so",
        arguments: [
            "HTTP/1.1 400 Bad Request\n", "{\"picket\":2,\"status\":{}}\n", "{\"picket\":1}\n",
            "{\"picket\":1,\"watching\":\"text\"}\n", "\n",
        ])
    func otherProtocol(text: String) async throws {
        try await withAnswer(text) { path in
            let error = try await failure(path)
            #expect(error.description.contains("it does not speak protocol 1"))
        }
    }

    @Test("A daemon that says nothing, or closes at once, gives no answer")
    func silence() async throws {
        for closes in [false, true] {
            try await withAnswer("", closes: closes) { path in
                let error = try await failure(path)
                #expect(error.cause == .noAnswer)
            }
        }
    }

    @Test("An answer without end is cut off")
    func endless() async throws {
        try await withAnswer(String(repeating: "x", count: 2 << 20)) { path in
            let error = try await #require(throws: ControlError.self) {
                try await ControlClient(path: path, patience: .seconds(120)).status()
            }
            #expect(error.cause == .protocolViolation("a line without end"))
        }
    }

    @Test("A watch ends with an error when the daemon does")
    func closed() async throws {
        try await withAnswer("{\"picket\":1,\"watching\":\"text\"}\nline\n", closes: true) { path in
            var lines: [String] = []
            let error = try await #require(throws: ControlError.self) {
                try await ControlClient(path: path, patience: .seconds(120)).watch(format: .text) {
                    lines.append($0)
                }
            }
            #expect(error.cause == .closed)
            #expect(lines == ["line"])
        }
    }

    @Test("A watch tells what was dropped between the lines, and an error of the daemon")
    func notices() async throws {
        let text =
            "{\"picket\":1,\"watching\":\"text\"}\none\n{\"picket\":1,\"dropped\":3}\ntwo\n"
            + "{\"picket\":1,\"error\":\"enough\"}\n"
        try await withAnswer(text) { path in
            var all: [String] = []
            let error = try await #require(throws: ControlError.self) {
                try await ControlClient(path: path, patience: .seconds(120)).watch(
                    format: .text, onDropped: { all.append("dropped \($0)") },
                    onLine: { all.append($0) })
            }
            #expect(error.cause == .refused("enough"))
            #expect(all == ["one", "dropped 3", "two"])
        }
    }
}
