// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import NIOCore
import NIOPosix
import Packets

/// The command line's end of the control socket.
package struct ControlClient: Sendable {
    private let path: String
    private let patience: TimeAmount

    package init(path: String) {
        self.init(path: path, patience: .seconds(5))
    }

    /// With the time that a daemon has for its first answer.
    init(path: String, patience: TimeAmount) {
        self.path = path
        self.patience = patience
    }

    /// Asks the daemon how it is.
    ///
    /// Throws: ``ControlError``.
    package func status() async throws(ControlError) -> StatusReport {
        do {
            return try await converse(.status) { answer, _ in
                guard case .status(let report) = answer else { throw violation("not a status") }
                return report
            }
        } catch {
            throw ControlError(.ask, path: path, error: error)
        }
    }

    /// Asks what the detector has of the source that the address belongs to.
    ///
    /// Throws: ``ControlError``.
    package func source(_ address: Address) async throws(ControlError) -> SourceReport {
        do {
            return try await converse(.source(address)) { answer, _ in
                guard case .source(let report) = answer else { throw violation("not a source") }
                return report
            }
        } catch {
            throw ControlError(.ask, path: path, error: error)
        }
    }

    /// Hands over each line as it comes, until the daemon ends or the task is cancelled.
    ///
    /// `onReady` is called when the daemon has begun to send, `onDropped` with the number of lines
    /// that this process was too slow for.
    /// Throws: ``ControlError``, and what the closures throw.
    package func watch(
        format: DecisionFormat, onReady: () throws -> Void = {},
        onDropped: (UInt64) throws -> Void = { _ in }, onLine: (String) throws -> Void
    ) async throws {
        do {
            try await watchLines(format, onReady, onDropped, onLine)
        } catch is CancellationError {
            // Who is cancelled has asked to end.
        }
    }

    private func watchLines(
        _ format: DecisionFormat, _ onReady: () throws -> Void,
        _ onDropped: (UInt64) throws -> Void, _ onLine: (String) throws -> Void
    ) async throws {
        try await converse(.watch(format)) { answer, lines in
            guard case .watching = answer else { throw violation("not an answer to watch") }
            try onReady()
            while let line = try await lines.next() {
                guard line.hasPrefix(ControlProtocol.answerPrefix) else {
                    try onLine(line)
                    continue
                }
                switch ControlAnswer(line) {
                case .dropped(let count): try onDropped(count)
                case .error(let words): throw ControlError(.ask, path: path, .refused(words))
                default: throw violation("an answer to nothing")
                }
            }
            if !Task.isCancelled { throw ControlError(.ask, path: path, .closed) }
        }
    }

    private typealias Lines = NIOAsyncChannelInboundStream<String>.AsyncIterator

    /// Asks, and hands over the first answer with the lines that follow it.
    private func converse<Result: Sendable>(
        _ request: ControlRequest, _ body: (ControlAnswer, inout Lines) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let channel = try await connect(group)
            let result = try await channel.executeThenClose { inbound, outbound in
                let loop = channel.channel.eventLoop
                let deadline = loop.scheduleTask(in: patience) {
                    channel.channel.close(promise: nil)
                }
                var lines = inbound.makeAsyncIterator()
                // A server that is full says so and closes, perhaps before it is asked.
                try? await outbound.write(ByteBuffer(string: request.line + "\n"))
                let first = try await lines.next()
                deadline.cancel()
                return try await body(try answer(first), &lines)
            }
            try? await group.shutdownGracefully()
            return result
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func answer(_ line: String?) throws(ControlError) -> ControlAnswer {
        guard let line else { throw ControlError(.ask, path: path, .noAnswer) }
        guard let answer = ControlAnswer(line) else { throw violation("not an answer") }
        if case .error(let words) = answer { throw ControlError(.ask, path: path, .refused(words)) }
        return answer
    }

    private func violation(_ what: String) -> ControlError {
        ControlError(.ask, path: path, .protocolViolation(what))
    }

    private func connect(
        _ group: MultiThreadedEventLoopGroup
    ) async throws -> NIOAsyncChannel<String, ByteBuffer> {
        do {
            return try await ClientBootstrap(group: group)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            ByteToMessageHandler(
                                LineDecoder(), maximumBufferSize: ControlProtocol.maximumAnswer))
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw ControlError(.connect, path: path, error: error)
        }
    }
}
