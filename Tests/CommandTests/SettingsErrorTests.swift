// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Wrong settings", .timeLimit(.minutes(2)))
struct SettingsErrorTests {
    @Test(
        "A settings file with a mistake names line, column and key, and ends 78",
        arguments: [
            ("nflog: [5\n", "line 2, column 1"),
            ("detection:\n  targts: 4\n", "detection.targts (line 2, column 3)"),
            ("detection:\n  targts: 4\n", "did you mean detection.targets?"),
            ("detection:\n  targets: many\n", "detection.targets (line 2, column 12)"),
            ("detection:\n  targets: many\n", "expected a whole number"),
            ("nflog:\n  flush: -1\n", "nflog.flush (line 2, column 10)"),
            ("detection:\n  scan-timeout: soon\n", "detection.scan-timeout (line 2, column 17)"),
            ("detection: 5\n", "detection (line 1, column 12)"),
            ("detection:\n\ttargets: 5\n", "line 2, column 1"),
            ("a: \u{0}\n", "line 1"),
        ])
    func file(text: String, place: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("picket.yaml", text)
        let outcome = try await PicketCommand("replay", "--config", file, "/dev/null").run()
        #expect(outcome.code == 78)
        #expect(outcome.output.isEmpty)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.hasPrefix("picket: cannot use the settings (\(file)): "))
        #expect(outcome.words.contains(place), "\(outcome.words)")
    }

    @Test(
        "Every command refuses wrong settings alike",
        arguments: ["run", "check", "replay", "status", "watch"])
    func everywhere(command: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("picket.yaml", "nflogg: {}\n")
        let outcome = try await PicketCommand(
            [command, "--config", file] + (command == "replay" ? ["/dev/null"] : [])
        ).run()
        #expect(outcome.code == 78)
        #expect((outcome.words + outcome.output).contains("did you mean nflog?"))
    }

    @Test("Several mistakes are all told, each on a line of its own")
    func several() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("picket.yaml", "nflogg: {}\ndetection: {targets: 0}\n")
        let outcome = try await PicketCommand("replay", "--config", file, "/dev/null").run()
        #expect(outcome.code == 78)
        #expect(outcome.wordLines.count == 3)
        #expect(outcome.words.contains("2 problems"))
    }

    @Test("A settings file that is named must be there")
    func missing() async throws {
        let outcome = try await PicketCommand("replay", "--config", "/nonexistent/x", "/dev/null")
            .run()
        #expect(outcome.code == 78)
        #expect(
            outcome.words == "picket: cannot use the settings (/nonexistent/x): no such file\n")
    }

    @Test("A folder is no settings file")
    func folder() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await PicketCommand("replay", "--config", folder.path, "/dev/null").run()
        #expect(outcome.code == 78)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains(folder.path))
    }

    @Test(
        "A settings file that may not be read ends 77",
        .enabled(if: PicketCommand.nobodyCanRun, "nobody may enter the build folder"))
    func unreadable() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("picket.yaml", "")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file)
        var command = PicketCommand("replay", "--config", file, "/dev/null")
        command.isUnprivileged = true
        let outcome = try await command.run()
        #expect(outcome.code == 77)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains("(\(file)): permission denied"))
    }

    @Test(
        "A change on the command line is checked like the file, and ends 78",
        arguments: [
            ("detection.targts=4", "did you mean detection.targets?"),
            ("detection.targets=many", "expected a whole number"),
            ("detection.targets=0", "1 to 10000"),
            ("detection.targets", "expected key=value"),
            ("=4", "expected key=value"),
            ("detection.home-networks=[192.0.2.0/33]", "192.0.2.0/33"),
        ])
    func set(change: String, words: String) async throws {
        let outcome = try await PicketCommand("replay", "--set", change, "/dev/null").run()
        #expect(outcome.code == 78)
        #expect(outcome.output.isEmpty)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains("--set \(change)"))
        #expect(outcome.words.contains(words), "\(outcome.words)")
    }

    @Test("A change on the command line wins over the file")
    func setWins() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("picket.yaml", "detection: {targets: 7}\n")
        let log = try folder.write("log", Recordings.scan(ports: 6))
        let without = try await PicketCommand("replay", "--config", file, log).run()
        #expect(without.output.isEmpty)
        let with = try await PicketCommand(
            "replay", "--config", file, "--set", "detection.targets=6", log
        ).run()
        #expect(with.lines.count == 2)
    }
}
