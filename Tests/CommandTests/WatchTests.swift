// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import Testing

@Suite("watch", .serialized, .timeLimit(.minutes(5)))
struct WatchTests {
    /// Waits until the condition holds, which it soon does or never.
    private func until(_ what: String, _ holds: () -> Bool) async throws {
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        while !holds() {
            try #require(ContinuousClock.now < end, "\(what)")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("Lines that it was too slow for are told where they are missing, each of them")
    func dropped() async throws {
        let daemon = try await DaemonAtASocket.start(padding: 2000)
        let output = Pipe()
        let words = try daemon.folder.write("words", [])
        let process = PicketCommand("watch", "--config", daemon.config).process()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: URL(filePath: words))
        try process.run()
        try await until("somebody watches") { daemon.feed.watchers == 1 }
        // Nobody reads the pipe: what it, the sockets and the queues do not hold is dropped.
        let count = 20_000
        for sequence in 1...count {
            daemon.feed.publish(.made(UInt64(sequence)))
            if sequence % 100 == 0 { await Task.yield() }
        }
        async let text = aside { output.fileHandleForReading.readDataToEndOfFile() }
        // A later line shows that what was missing has been told.
        try await until("the loss is told") {
            daemon.feed.publish(.made(0))
            return ((try? String(contentsOfFile: words, encoding: .utf8)) ?? "").contains("lost")
        }
        await daemon.end()
        let lines = String(decoding: await text, as: UTF8.self).split(separator: "\n")
        process.waitUntilExit()
        #expect(process.terminationStatus == 69)
        #expect(lines.count < count)
        let told = try String(contentsOfFile: words, encoding: .utf8).split(separator: "\n")
        #expect(told.contains { $0.contains("decisions were lost here: the output was too slow") })
        #expect(told.last?.hasSuffix("the daemon has ended") ?? false)
    }

    @Test("The end of the daemon ends it with 69, after the last decision")
    func end() async throws {
        let daemon = try await DaemonAtASocket.start()
        async let outcome = PicketCommand("watch", "--config", daemon.config).run()
        try await until("somebody watches") { daemon.feed.watchers == 1 }
        for sequence in 1...5 { daemon.feed.publish(.made(UInt64(sequence), level: sequence)) }
        await daemon.end()
        let result = try await outcome
        #expect(result.code == 69)
        #expect(result.lines.count == 5)
        #expect(!result.output.contains("\u{1b}"), "no colour where there is no terminal")
        #expect(result.wordLines.count == 1)
    }

    @Test("Into a full disk it ends 71 with the cause")
    func full() async throws {
        let daemon = try await DaemonAtASocket.start()
        var command = PicketCommand("watch", "--config", daemon.config)
        command.after = ">/dev/full"
        async let outcome = command.run()
        try await until("somebody watches") { daemon.feed.watchers == 1 }
        daemon.feed.publish(.made(1))
        let result = try await outcome
        #expect(result.code == 71)
        #expect(
            result.words == "picket: cannot write to standard output: No space left on device\n")
        await daemon.end()
    }

    @Test(
        "On a terminal the level is coloured, unless NO_COLOR forbids it",
        .enabled(if: TerminalUnderTest.isThere, "tmux is not installed"), arguments: [false, true])
    func colours(isForbidden: Bool) async throws {
        let daemon = try await DaemonAtASocket.start()
        let terminal = try await TerminalUnderTest(
            width: 120, height: 10,
            command: (isForbidden ? "NO_COLOR=1 " : "")
                + "\(PicketCommand.executable) watch --config \(daemon.config)")
        try await until("somebody watches") { daemon.feed.watchers == 1 }
        daemon.feed.publish(.made(1, level: 4))
        try await terminal.until("the decision is there") { screen in
            screen.contains { $0.contains("198.51.100.4 probed") }
        }
        let line = try await terminal.screen(colours: true).first { $0.contains("probed") }
        #expect(line?.contains("\u{1b}[1m\u{1b}[31mlevel 4") == !isForbidden)
        try await terminal.end()
        await daemon.end()
    }
}
