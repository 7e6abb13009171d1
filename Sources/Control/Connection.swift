// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import NIOCore
import Packets

/// One client of the server: reads its requests and sends what it asked for.
///
/// Bound: one request of 4 KiB and one read of 4 KiB in; 1,024 lines and NIO's 64 KiB out.
/// Thread: the server's event loop.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    static let maximumLines = 1024

    private enum Phase {
        case asking, awaiting, watching(DecisionFormat), leaving
    }

    private let table: ConnectionTable
    private let isWelcome: Bool
    private var phase = Phase.asking
    private var context: ChannelHandlerContext?
    private var received = ByteBuffer()
    private var inputHasEnded = false
    private var deadline: Scheduled<Void>?
    /// Lines that the client has not made room for.
    private var lines = CircularBuffer<ByteBuffer>()
    private var dropped: UInt64 = 0

    init(table: ConnectionTable, isWelcome: Bool) {
        self.table = table
        self.isWelcome = isWelcome
    }

    /// The format that it watches; nil when it does not.
    var format: DecisionFormat? {
        if case .watching(let format) = phase { format } else { nil }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        extendDeadline(context)
        if !isWelcome { refuse("too many connections", context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        self.context = nil
        lines.removeAll()
        table.remove(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that went away is nothing to tell anybody about.
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch phase {
        case .asking, .awaiting: break
        case .watching, .leaving: return
        }
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        followRequests(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // `printf … | socat - UNIX:…` ends its side and waits for ours.
        if case .some(.inputClosed) = event as? ChannelEvent {
            inputHasEnded = true
            if case .asking = phase, received.readableBytes > 0 {
                received.writeInteger(0x0a as UInt8)
            }
            followRequests(context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        sendWaiting(context)
        followRequests(context)
    }

    private func followRequests(_ context: ChannelHandlerContext) {
        // Who does not read the answers gets no more of them.
        while case .asking = phase, context.channel.isWritable {
            let end = received.readableBytesView.firstIndex(of: 0x0a)
            let length = (end ?? received.writerIndex) - received.readerIndex
            if length > ControlProtocol.maximumRequest {
                refuse("a request has at most \(ControlProtocol.maximumRequest) bytes", context)
                return
            }
            guard end != nil, let line = received.readString(length: length) else { break }
            received.moveReaderIndex(forwardBy: 1)
            received.discardReadBytes()
            follow(line, context)
        }
        guard case .asking = phase else { return }
        let reads = received.readableBytes <= ControlProtocol.maximumRequest
        try? context.channel.syncOptions?.setOption(.autoRead, value: reads)
        if inputHasEnded, received.readableBytes == 0 { leave(after: ByteBuffer(), context) }
    }

    private func follow(_ line: String, _ context: ChannelHandlerContext) {
        extendDeadline(context)
        switch ControlRequest.read(line) {
        case .success(.status):
            write(.status(table.status()), context)
        case .success(.source(let address)):
            answer(address, context)
        case .success(.watch(let format)):
            phase = .watching(format)
            deadline?.cancel()
            received.clear()
            // Counted before it is told, so that whoever reads the answer misses nothing after it.
            table.watchersChanged()
            write(.watching(format), context)
        case .failure(let refusal):
            refuse(refusal.words, context)
        }
    }

    /// The detector's thread knows; until it has answered, the connection's next request waits.
    private func answer(_ address: Address, _ context: ChannelHandlerContext) {
        phase = .awaiting
        let promise = context.eventLoop.makePromise(of: SourceReport.self)
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        promise.futureResult.whenSuccess { report in
            let (connection, context) = me.value
            guard case .awaiting = connection.phase, connection.context != nil else { return }
            connection.phase = .asking
            connection.write(.source(report), context)
            connection.followRequests(context)
        }
        table.source(address) { promise.succeed($0) }
    }

    private func write(_ answer: ControlAnswer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer.line + "\n")), promise: nil)
    }

    private func refuse(_ words: String, _ context: ChannelHandlerContext) {
        leave(after: ByteBuffer(string: ControlAnswer.error(words).line + "\n"), context)
    }

    private func leave(after last: ByteBuffer, _ context: ChannelHandlerContext) {
        phase = .leaving
        received.clear()
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(last)).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    private func extendDeadline(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: table.patience) {
            channel.close(promise: nil)
        }
    }

    /// Takes a line of a decision, for now or for when there is room; ``flush()`` sends.
    func send(_ line: ByteBuffer) {
        guard let context else { return }
        if lines.isEmpty, dropped == 0, context.channel.isWritable {
            context.write(wrapOutboundOut(line), promise: nil)
        } else if dropped > 0, lines.count > Connection.maximumLines / 2 {
            // Once behind, a client gets half a queue of room before more is put in, so that it is
            // told once of many lines and not after each.
            dropped += 1
        } else if lines.count < Connection.maximumLines {
            tellDropped()
            lines.append(line)
        } else {
            dropped += 1
        }
    }

    func miss(_ count: UInt64) { dropped += count }

    func flush() {
        guard let context else { return }
        if context.channel.isWritable { sendWaiting(context) }
        context.flush()
    }

    /// Ends the connection once what is on its way has gone out.
    func close() {
        guard let context else { return }
        if context.channel.isWritable { sendWaiting(context) }
        leave(after: ByteBuffer(), context)
    }

    private func tellDropped() {
        guard dropped > 0 else { return }
        lines.append(ByteBuffer(string: ControlAnswer.dropped(dropped).line + "\n"))
        dropped = 0
    }

    private func sendWaiting(_ context: ChannelHandlerContext) {
        if lines.isEmpty { tellDropped() }
        guard !lines.isEmpty else { return }
        while context.channel.isWritable, let line = lines.popFirst() {
            context.write(wrapOutboundOut(line), promise: nil)
            if lines.isEmpty { tellDropped() }
        }
        context.flush()
    }
}
