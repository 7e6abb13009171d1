// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@Suite("The command line", .timeLimit(.minutes(2)))
struct UsageTests {
    @Test(
        "A command line that cannot be understood says what is wrong in its first line, and ends 64",
        arguments: [
            (["frobnicate"], "frobnicate"),
            (["replay"], "<files>"),
            (["replay", "--frobnicate", "x"], "--frobnicate"),
            (["replay", "--format"], "--format"),
            (["replay", "--format", "xml", "x"], "xml"),
            (["replay", "--json", "--format", "eve", "x"], "--json"),
            (["watch", "--json", "--format", "psad"], "--json"),
            (["pair", "--apply", "--undo"], "one of --apply and --undo"),
            (["pair", "--front-end", "pf"], "front-end"),
            (["replay", "--set"], "--set"),
            (["run", "surplus"], "surplus"),
            (["status", "surplus"], "surplus"),
            (["check", "--format", "text"], "--format"),
        ])
    func usage(arguments: [String], word: String) async throws {
        let outcome = try await PicketCommand(arguments).run()
        #expect(outcome.code == 64)
        #expect(outcome.output.isEmpty)
        let first = try #require(outcome.wordLines.first)
        #expect(first.hasPrefix("Error: "))
        #expect(first.contains(word))
        #expect(outcome.words.contains("--help' for more information"))
    }

    @Test(
        "Every command explains itself on standard output",
        arguments: ["", "run", "check", "pair", "replay", "status", "watch", "lab"])
    func help(command: String) async throws {
        let outcome = try await PicketCommand((command.isEmpty ? [] : [command]) + ["--help"]).run()
        #expect(outcome.code == 0)
        #expect(outcome.words.isEmpty)
        #expect(outcome.output.contains("USAGE: picket"))
        #expect(command.isEmpty || outcome.output.contains("picket \(command)"))
    }

    @Test("Without a command it says what there is to do")
    func nothing() async throws {
        let outcome = try await PicketCommand().run()
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("SUBCOMMANDS:"))
    }

    @Test("The version is one line")
    func version() async throws {
        let outcome = try await PicketCommand("--version").run()
        #expect(outcome.code == 0)
        #expect(outcome.words.isEmpty)
        #expect(outcome.lines.count == 1)
        #expect(outcome.lines.first?.hasPrefix("picket ") == true)
    }

    @Test("--json with --format ecs says the same thing twice, which is no contradiction")
    func jsonTwice() async throws {
        let outcome = try await PicketCommand("replay", "--json", "--format", "ecs", "/dev/null")
            .run()
        #expect(outcome.code == 0)
    }
}
