// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// `picket top` as a person sits at it.
@Suite(
    "top on a terminal", .serialized, .timeLimit(.minutes(5)),
    .enabled(if: TerminalUnderTest.isThere, "tmux is not installed"))
struct TopTests {
    /// The command between two looks at the terminal's settings, with its exit code behind it.
    private func command(_ daemon: DaemonAtASocket, _ options: String = "") -> String {
        let folder = daemon.folder.path
        return "stty -a >\(folder)/before; "
            + "\(PicketCommand.executable) top --config \(daemon.config) \(options); "
            + "echo code $?; stty -a >\(folder)/after; echo done"
    }

    private func isFirst(_ source: String, _ screen: [String]) -> Bool {
        screen.count > 5 && screen[5].hasPrefix(source + " ")
    }

    /// The terminal is as it was: settings, screen and cursor.
    private func expectCleanEnd(
        _ terminal: TerminalUnderTest, _ daemon: DaemonAtASocket, code: Int32
    ) async throws {
        let screen = try await terminal.until("the command has ended") { $0.contains("done") }
        #expect(screen.contains("code \(code)"))
        let state = try await terminal.state()
        #expect(!state.isAlternate)
        #expect(state.hasCursor)
        let before = try String(contentsOfFile: daemon.folder.path + "/before", encoding: .utf8)
        let after = try String(contentsOfFile: daemon.folder.path + "/after", encoding: .utf8)
        #expect(before.contains("icanon"))
        // The first line has the size, which a test may change.
        #expect(
            before.split(separator: "\n").dropFirst() == after.split(separator: "\n").dropFirst())
    }

    private func sit(
        _ options: String = "", width: Int = 80, height: Int = 20, prefix: String = "",
        _ body: (TerminalUnderTest, DaemonAtASocket) async throws -> Void
    ) async throws {
        let daemon = try await DaemonAtASocket.start(sources: DaemonAtASocket.thirty)
        let terminal = try await TerminalUnderTest(
            width: width, height: height, command: prefix + command(daemon, options))
        do {
            try await body(terminal, daemon)
            try await terminal.end()
            await daemon.end()
        } catch {
            try? await terminal.end()
            await daemon.end()
            throw error
        }
    }

    @Test("Its keys sort the sources, and q leaves the terminal as it was")
    func sorts() async throws {
        try await sit("--refresh 0.2") { terminal, daemon in
            let screen = try await terminal.until("the worst is first") {
                isFirst("198.51.100.7", $0)
            }
            let state = try await terminal.state()
            #expect(state.isAlternate)
            #expect(!state.hasCursor)
            #expect(screen[0].hasPrefix("picket 0.0, process 7"))
            #expect(screen[2].hasPrefix("sources 30 tracked, 1 open scan"))
            #expect(screen[19].hasPrefix("[level] packets "))
            try await terminal.press("p")
            try await terminal.until("most packets first") {
                isFirst("198.51.100.30", $0) && $0[19].contains("[packets]")
            }
            try await terminal.press("t")
            try await terminal.until("most targets first") { isFirst("198.51.100.1", $0) }
            try await terminal.press("r")
            try await terminal.until("the only one with a rate first") { screen in
                isFirst("198.51.100.30", screen) && screen[5].hasSuffix(" 50")
            }
            try await terminal.press("l", "Down", "Down")
            try await terminal.until("two are scrolled away") { screen in
                !screen.contains { $0.hasPrefix("198.51.100.7 ") } && screen[5].hasPrefix("198.")
            }
            try await terminal.press("q")
            try await expectCleanEnd(terminal, daemon, code: 0)
        }
    }

    @Test("It follows the size of its terminal")
    func resizes() async throws {
        try await sit { terminal, daemon in
            try await terminal.until("it is there") { isFirst("198.51.100.7", $0) }
            try await terminal.resize(width: 50, height: 10)
            try await terminal.until("the keys are in the tenth line") { screen in
                screen.count > 9 && screen[9].hasPrefix("[level]")
                    && screen.allSatisfy { $0.count <= 50 }
            }
            try await terminal.resize(width: 120, height: 30)
            try await terminal.until("there is more to see") { screen in
                screen.count > 29 && screen[29].hasPrefix("[level]")
                    && screen[4].contains("techniques")
            }
            try await terminal.press("C-c")
            try await expectCleanEnd(terminal, daemon, code: 0)
        }
    }

    @Test("The end of the daemon ends it with 69 and words on the terminal that was")
    func daemonEnds() async throws {
        try await sit("--refresh 0.2") { terminal, daemon in
            try await terminal.until("it is there") { isFirst("198.51.100.7", $0) }
            await daemon.end()
            try await expectCleanEnd(terminal, daemon, code: 69)
            let screen = try await terminal.screen()
            #expect(screen.contains { $0.hasPrefix("picket: cannot ask the daemon (") })
        }
    }

    @Test("SIGTERM ends it by the signal, with the terminal as it was")
    func terminated() async throws {
        try await sit { terminal, daemon in
            try await terminal.until("it is there") { isFirst("198.51.100.7", $0) }
            let kill = Process()
            kill.executableURL = URL(filePath: "/bin/sh")
            // The one that was started with our settings, and no other.
            kill.arguments = [
                "-c",
                "for p in /proc/[0-9]*; do "
                    + "if tr '\\0' ' ' <$p/cmdline 2>/dev/null | "
                    + "grep -q '^[^ ]*picket top --config \(daemon.config)'; "
                    + "then kill -TERM ${p#/proc/}; fi; done",
            ]
            try await kill.runToEnd()
            try await expectCleanEnd(terminal, daemon, code: 143)
        }
    }

    @Test("Ctrl-Z gives the terminal back, and fg takes it again")
    func suspends() async throws {
        let daemon = try await DaemonAtASocket.start(sources: DaemonAtASocket.thirty)
        let shell = "exec env PS1='$ ' ENV= sh -i"
        let terminal = try await TerminalUnderTest(width: 80, height: 20, command: shell)
        try await terminal.until("the shell is there") { $0.contains("$") || $0[0].hasPrefix("$") }
        try await terminal.press(
            "\(PicketCommand.executable) top --config \(daemon.config)", "Enter")
        try await terminal.until("it is there") { isFirst("198.51.100.7", $0) }
        try await terminal.press("C-z")
        try await terminal.until("the shell is back") { screen in
            screen.contains { $0.contains("Stopped") }
        }
        #expect(try await terminal.state().isAlternate == false)
        try await terminal.press("fg", "Enter")
        try await terminal.until("it is there again") { isFirst("198.51.100.7", $0) }
        try await terminal.press("q")
        try await terminal.until("the shell is back for good") { screen in
            screen.contains { $0.contains("Stopped") }
        }
        try await terminal.end()
        await daemon.end()
    }

    @Test("Levels are coloured on a terminal, and not where NO_COLOR forbids it")
    func colours() async throws {
        try await sit { terminal, _ in
            try await terminal.until("it is there") { isFirst("198.51.100.7", $0) }
            let coloured = try await terminal.screen(colours: true)
            #expect(coloured[5].contains("\u{1b}[1m\u{1b}[31m  4"))
        }
        try await sit(prefix: "export NO_COLOR=1; ") { terminal, _ in
            try await terminal.until("it is there") { isFirst("198.51.100.7", $0) }
            let plain = try await terminal.screen(colours: true)
            #expect(!plain[5].contains("\u{1b}[31m"))
        }
    }
}

@Suite("top without a terminal", .timeLimit(.minutes(2)))
struct TopOnceTests {
    private func run(_ arguments: String..., after: String = "") async throws
        -> PicketCommand.Outcome
    {
        let daemon = try await DaemonAtASocket.start(sources: DaemonAtASocket.thirty)
        var command = PicketCommand(["top", "--config", daemon.config] + arguments)
        command.after = after
        let outcome = try await command.run()
        await daemon.end()
        return outcome
    }

    @Test("It prints the sources once, in the order that is asked for, without escape sequences")
    func once() async throws {
        let outcome = try await run("--sort", "packets", "--limit", "4")
        #expect(outcome.code == 0)
        #expect(outcome.words.isEmpty)
        #expect(outcome.lines.count == 8)
        #expect(outcome.lines[4].hasPrefix("198.51.100.30 "))
        #expect(!outcome.output.contains("\u{1b}"))
    }

    @Test("As JSON each source is an object on a line of its own")
    func json() async throws {
        let outcome = try await run("--json", "--limit", "3")
        #expect(outcome.lines.count == 3)
        let first = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.lines[0].utf8)) as? [String: Any])
        #expect(first["source"] as? String == "198.51.100.7")
        #expect(first["level"] as? Int == 4)
        #expect(first["packets"] as? Int == 7000)
    }

    @Test("By rate it takes two looks, and shows the rate")
    func rate() async throws {
        let outcome = try await run("--sort", "rate", "--refresh", "0.1", "--limit", "30")
        #expect(outcome.lines.first { $0.hasPrefix("198.51.100.") }?.hasSuffix(" 50") ?? false)
    }

    @Test("Into a full disk or a closed pipe it ends 71")
    func full() async throws {
        #expect(try await run(after: ">/dev/full").code == 71)
        #expect(try await run(after: ">&-").code == 71)
    }

    @Test(
        "What it cannot do is a usage error",
        arguments: [
            ["--sort", "colour"], ["--refresh", "0"], ["--refresh", "-1"], ["--limit", "0"],
            ["--limit", "501"],
        ])
    func usage(arguments: [String]) async throws {
        #expect(try await PicketCommand(["top"] + arguments).run().code == 64)
    }
}
