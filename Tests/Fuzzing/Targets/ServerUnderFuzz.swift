// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import NIOCore
import NIOEmbedded
import Packets

@testable import Control

/// The daemon's end of one connection: a client that says anything, reads when it likes, and
/// decisions that come meanwhile.
enum ServerUnderFuzz {
    private enum Happening: UInt8 { case data = 0, decisions, endOfInput, time, room }

    static func run(_ input: RawSpan) {
        let feed = DecisionFeed { "\($1.rawValue) \($0.sequence)" }
        let loop = EmbeddedEventLoop()
        let table = ConnectionTable(
            feed: feed, patience: .seconds(10), sources: { $1(ControlSocket.sources) }
        ) { ControlSocket.report }
        feed.attach {}
        let channel = EmbeddedChannel(handler: table.admit(), loop: loop)
        // Without a peer nothing is active, and nothing has a deadline.
        try? channel.connect(to: try SocketAddress(unixDomainSocketPath: "/run/picket")).wait()
        var reader = InputReader(input)
        var told = Told()
        while !reader.isEmpty {
            let what = Happening(rawValue: reader.byte() % 5) ?? .data
            let length = reader.byte()
            switch what {
            case .data:
                let bytes = length == 255 ? reader.all() : reader.bytes(Int(length))
                _ = try? channel.writeInbound(ByteBuffer(bytes: bytes.array))
            case .decisions:
                for _ in 0...length {
                    told.published += 1
                    feed.publish(decision(told.published))
                }
                while table.sendSlice() {}
            case .endOfInput:
                channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            case .time: loop.advanceTime(by: .milliseconds(Int64(length) * 100))
            case .room: channel.isWritable = length & 1 == 1
            }
            told.read(channel)
        }
        channel.isWritable = true
        told.read(channel)
        table.closeAll()
        told.read(channel)
        told.check()
        // Who says nothing more is not kept for ever.
        loop.advanceTime(by: .seconds(20))
        must(!channel.isActive, "a connection ends with the server")
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    private static func decision(_ sequence: UInt64) -> Decision {
        Decision(
            sequence: sequence, time: Timestamp(seconds: 1_288_012_598), action: .scanDetected,
            level: 1, reason: "192.0.2.7 probed 5 TCP ports")
    }

    /// What the client has read until now.
    private struct Told {
        var published: UInt64 = 0
        /// Decisions that were there before it watched; nil when it does not.
        private var before: UInt64?
        private var lines: UInt64 = 0
        private var dropped: UInt64 = 0
        private var last: UInt64 = 0

        /// Whatever a client says, it is answered in whole lines.
        mutating func read(_ channel: EmbeddedChannel) {
            channel.embeddedEventLoop.run()
            while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
                let text = String(buffer: buffer)
                guard !text.isEmpty else { continue }
                must(text.hasSuffix("\n"), "an answer is a line")
                let line = String(text.dropLast())
                mustBePlain(line, "an answer")
                note(line)
            }
        }

        private mutating func note(_ line: String) {
            guard line.hasPrefix(ControlProtocol.answerPrefix) else {
                let number = line.split(separator: " ").last.flatMap { UInt64($0) } ?? 0
                must(number > last, "decisions come in their order: \(number) after \(last)")
                last = number
                lines += 1
                return
            }
            switch ControlAnswer(line) {
            case .watching: before = published
            case .dropped(let count): dropped += count
            case .status, .sources, .source, .error: break
            case nil: must(false, "our own answer can be read: \(line)")
            }
        }

        /// Each decision has come, or was told as dropped.
        func check() {
            guard let before else { return must(lines == 0, "who does not watch gets nothing") }
            must(
                lines + dropped == published - before,
                "\(published - before) decisions: \(lines) came, \(dropped) were dropped")
        }
    }
}
