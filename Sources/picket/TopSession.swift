// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Daemon
import Dispatch
import Foundation
import Glibc
import Review
import Synchronization
import UnixSignals

/// `picket top` on a terminal: keys, signals, the clock and the daemon's answers come in, one after
/// the other, and the screen is drawn.
struct TopSession {
    private enum Event: Sendable {
        case keys([TopKey])
        case answer(SourcesReport, StatusReport)
        case tick, resized
        case signal(CInt)
        case failed(any Error)
    }

    let client: ControlClient
    let order: TopOrder
    /// Unit: seconds.
    let refresh: Double
    let limit: Int
    let style: TopScreen.Style

    /// Runs until the person, a signal or the daemon ends it; the terminal is then as it was.
    ///
    /// - Returns: the signal that ended it; nil when the person did.
    func run() async throws -> CInt? {
        var terminal = try Terminal.open()
        let (events, sink) = AsyncStream.makeStream(of: Event.self)
        let (requests, asker) = AsyncStream.makeStream(
            of: SourcesRequest.self, bufferingPolicy: .bufferingNewest(1))
        let keyboard = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO)
        keyboard.setEventHandler {
            guard let bytes = Terminal.read() else {
                sink.yield(.signal(SIGHUP))
                return
            }
            sink.yield(.keys(TopKey.read(bytes)))
        }
        // Before anything is drawn, so that no signal finds the terminal taken and nobody listening.
        let signals = await UnixSignalsSequence(
            trapping: .sigterm, .sigint, .sighup, .sigquit, .sigwinch, .sigcont)
        let tasks = [
            Task { await follow(signals, sink) },
            Task { await tick(sink) },
            Task { await ask(requests, sink) },
        ]
        defer {
            keyboard.cancel()
            for task in tasks { task.cancel() }
            terminal.leave()
        }
        try terminal.enter()
        keyboard.activate()
        return try await loop(events, asker, &terminal)
    }

    private func loop(
        _ events: AsyncStream<Event>, _ asker: AsyncStream<SourcesRequest>.Continuation,
        _ terminal: inout Terminal
    ) async throws -> CInt? {
        var model = TopModel(order: order)
        var scroll = 0
        try draw(model, &scroll, terminal)
        for await event in events {
            switch event {
            case .tick: asker.yield(SourcesRequest(order: model.order.asked, limit: limit))
            case .resized: try draw(model, &scroll, terminal)
            case .answer(let sources, let status):
                // An answer to what was asked before the order changed is nothing to show.
                guard sources.order == model.order.asked else { continue }
                model.note(sources, status)
                try draw(model, &scroll, terminal)
            case .signal(let number): return number
            case .failed(let error): throw error
            case .keys(let keys):
                for key in keys {
                    switch key {
                    case .quit: return nil
                    case .suspend: try terminal.suspend()
                    case .redraw: break
                    case .sort(let order):
                        model.order = order
                        scroll = 0
                        asker.yield(SourcesRequest(order: order.asked, limit: limit))
                    case .up: scroll -= 1
                    case .down: scroll += 1
                    case .pageUp: scroll -= TopScreen.rows(height: Terminal.size.height)
                    case .pageDown: scroll += TopScreen.rows(height: Terminal.size.height)
                    case .first: scroll = 0
                    }
                }
                try draw(model, &scroll, terminal)
            }
        }
        return nil
    }

    private func draw(
        _ model: TopModel, _ scroll: inout Int, _ terminal: borrowing Terminal
    ) throws {
        let size = Terminal.size
        let known = model.sources?.sources.count ?? 0
        scroll = max(0, min(scroll, known - TopScreen.rows(height: size.height)))
        let screen = TopScreen(
            model, width: size.width, style: style, offset: System.localOffset(at: System.now))
        try terminal.draw(screen.lines(height: size.height, offset: scroll))
    }

    private func follow(
        _ signals: UnixSignalsSequence, _ sink: AsyncStream<Event>.Continuation
    ) async {
        for await signal in signals {
            switch signal {
            case .sigwinch, .sigcont: sink.yield(.resized)
            default: sink.yield(.signal(signal.rawValue))
            }
        }
    }

    private func tick(_ sink: AsyncStream<Event>.Continuation) async {
        while !Task.isCancelled {
            sink.yield(.tick)
            try? await Task.sleep(for: .seconds(refresh))
        }
    }

    private func ask(
        _ requests: AsyncStream<SourcesRequest>, _ sink: AsyncStream<Event>.Continuation
    ) async {
        do {
            try await client.sources(requests) { sink.yield(.answer($0, $1)) }
        } catch {
            sink.yield(.failed(error))
        }
    }
}

/// The signal that ended a session, for the thread that waits for it.
final class EndSignal: Sendable {
    private let value = Mutex<CInt?>(nil)

    var number: CInt? {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
