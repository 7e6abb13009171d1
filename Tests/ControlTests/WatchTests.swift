// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Dispatch
import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Control

@Suite("Watching decisions")
struct WatchTests {
    private struct Enough: Error {}

    private let watchText = ControlRequest.watch(.text).line + "\n"

    @Test("A watcher gets each decision, in order, in the format that it asked for")
    func inOrder() async throws {
        try await withServer { path, feed in
            var lines: [String] = []
            await #expect(throws: Enough.self) {
                try await ControlClient(path: path, patience: .seconds(120)).watch(format: .ecs) {
                    for sequence in 1...100 { feed.publish(decision(UInt64(sequence))) }
                } onLine: { line in
                    lines.append(line)
                    if lines.count == 100 { throw Enough() }
                }
            }
            #expect(lines == (1...100).map { "ecs \($0)" })
            try await eventually("the watcher is gone") { feed.watchers == 0 }
        }
    }

    @Test("Two watchers get their own formats; one without a line for a decision gets none")
    func twoWatchers() async throws {
        try await withServer { path, feed in
            let psad = ControlRequest.watch(.psad).line + "\n"
            try await RawClient.converse(path, watchText) { _, first in
                try await expect(&first, ControlAnswer.watching(.text).line)
                try await RawClient.converse(path, psad) { _, second in
                    try await expect(&second, ControlAnswer.watching(.psad).line)
                    #expect(feed.watchers == 2)
                    feed.publish(decision(1, action: .loss))
                    feed.publish(decision(2))
                    try await expect(&second, "psad 2")
                }
                try await expect(&first, "text 1")
                try await expect(&first, "text 2")
            }
        }
    }

    @Test("Nothing is kept while nobody watches")
    func nobody() async throws {
        try await withServer { path, feed in
            for sequence in 1...10_000 { feed.publish(decision(UInt64(sequence))) }
            try await RawClient.converse(path, watchText) { _, lines in
                _ = try await lines.next()
                feed.publish(decision(10_001))
                try await expect(&lines, "text 10001")
            }
        }
    }

    @Test("A slow watcher delays nobody, and is told exactly how many lines it missed")
    func slow() async throws {
        let count = 4000
        try await withServer(padding: 1000) { path, feed in
            try await RawClient.converse(path, watchText) { _, slow in
                _ = try await slow.next()
                try await RawClient.converse(path, watchText) { _, fast in
                    _ = try await fast.next()
                    // The fast one has each line before the next is published: nothing that the
                    // slow one leaves lying is in its way.
                    for sequence in 1...count {
                        feed.publish(decision(UInt64(sequence)))
                        try await expect(&fast, prefix: "text \(sequence).")
                    }
                }
                // Each line is there, or counted in the place where it would have been.
                var expected = 1
                var dropped = 0
                while expected <= count {
                    let line = try await required(&slow)
                    if case .dropped(let missing)? = ControlAnswer(line) {
                        dropped += Int(missing)
                        expected += Int(missing)
                    } else {
                        #expect(line.hasPrefix("text \(expected)."))
                        expected += 1
                    }
                }
                #expect(dropped > 0)
                #expect(count - dropped >= Connection.maximumLines)
            }
        }
    }

    @Test("Publishing does not wait for a server that is stuck; what is too much is counted")
    func stuck() async throws {
        let isStuck = Mutex(false)
        let release = DispatchSemaphore(value: 0)
        defer { release.signal() }
        let status: @Sendable () -> StatusReport = {
            isStuck.withLock { $0 = true }
            release.wait()
            return .sample
        }
        try await withServer(status: status) { path, feed in
            try await RawClient.converse(path, watchText) { _, lines in
                _ = try await lines.next()
                try await RawClient.converse(path, ControlRequest.status.line + "\n") { _, asked in
                    try await eventually("the loop is stuck") { isStuck.withLock { $0 } }
                    for sequence in 1...5000 { feed.publish(decision(UInt64(sequence))) }
                    release.signal()
                    try await expect(&asked, prefix: "{")
                }
                var seen: UInt64 = 0
                while seen < 5000, let line = try await lines.next() {
                    if case .dropped(let count)? = ControlAnswer(line) {
                        seen += count
                    } else {
                        seen += 1
                    }
                }
                #expect(seen == 5000)
                // It is in step again.
                feed.publish(decision(5001))
                try await expect(&lines, "text 5001")
            }
        }
    }

    @Test("A thousand requests whose answers nobody reads are answered when they are read")
    func unread() async throws {
        try await withServer { path, _ in
            let text = String(repeating: ControlRequest.status.line + "\n", count: 100)
            try await RawClient.converse(path) { client, lines in
                let channel = client.channel.channel
                // Not awaited: the server stops reading until we do.
                for _ in 0..<50 { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
                for _ in 0..<5000 {
                    try await expect(&lines, prefix: "{\"picket\":1,\"status\":")
                }
            }
        }
    }

    @Test("A decision is with its watcher within a millisecond, most of the time")
    func latency() async throws {
        let delays = try await withServer { path, feed in
            try await RawClient.converse(path, watchText) { _, lines in
                _ = try await lines.next()
                var delays: [Duration] = []
                for sequence in 1...500 {
                    let start = ContinuousClock.now
                    feed.publish(decision(UInt64(sequence)))
                    _ = try await lines.next()
                    delays.append(ContinuousClock.now - start)
                }
                return delays.sorted()
            }
        }
        let (median, late) = (delays[delays.count / 2], delays[delays.count * 99 / 100])
        print("publish to watcher: median \(median), p99 \(late)")
        // The bound is wide because other tests run beside this one.
        #expect(median < .milliseconds(5))
    }

    @Test("A watch that is cancelled ends without an error")
    func cancelled() async throws {
        try await withServer { path, feed in
            let task = Task {
                try await ControlClient(path: path, patience: .seconds(120)).watch(format: .text) {
                    _ in
                }
            }
            try await eventually("it watches") { feed.watchers == 1 }
            task.cancel()
            try await task.value
            try await eventually("it is gone") { feed.watchers == 0 }
        }
    }

    @Test("A watcher that ended its own side goes on watching until it is gone")
    func halfClosed() async throws {
        try await withServer { path, feed in
            try await RawClient.converse(path, watchText) { client, lines in
                _ = try await lines.next()
                try await client.endInput()
                feed.publish(decision(1))
                try await expect(&lines, "text 1")
            }
            try await eventually("it is gone") { feed.watchers == 0 }
        }
    }
}
