// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Commands about the journal", .timeLimit(.minutes(2)))
struct JournalCommandTests {
    private func settings(in folder: TemporaryFolder, _ journal: String? = nil) throws -> String {
        try folder.write(
            "picket.yaml",
            """
            control: {socket: \(folder.path)/control.sock}
            journal: \(journal ?? "{path: \(folder.path)/picket.db}")

            """)
    }

    private static let asking = [
        ["decisions"], ["decisions", "--json"], ["explain", "192.0.2.1"],
    ]

    @Test("Without a journal they say who makes it, and end 69", arguments: asking)
    func none(command: [String]) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await PicketCommand(
            command + ["--config", try settings(in: folder)]
        ).run()
        #expect(outcome.code == 69)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.words
                == "picket: cannot read the journal (\(folder.path)/picket.db): no such file. The "
                + "running daemon makes it; journal.path in the settings says where.\n")
    }

    @Test("With the journal switched off they say so, and end 78", arguments: asking)
    func off(command: [String]) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await PicketCommand(
            command + ["--config", try settings(in: folder, "off")]
        ).run()
        #expect(outcome.code == 78)
        #expect(outcome.words.contains("journal is off in the settings"))
    }

    @Test("A file that is no journal is told, and ends 65", arguments: asking)
    func damaged(command: [String]) async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("picket.db", String(repeating: "no database ", count: 2000))
        let outcome = try await PicketCommand(
            command + ["--config", try settings(in: folder)]
        ).run()
        #expect(outcome.code == 65)
        #expect(outcome.words.contains("file is not a database"))
        #expect(outcome.wordLines.count == 1)
    }

    @Test(
        "Without the right to read it they say so, and end 77",
        .enabled(
            if: PicketCommand.nobodyCanRun, "nobody may enter the build folder"),
        arguments: asking)
    func noRight(command: [String]) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("picket.db", "")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file)
        var asked = PicketCommand(command + ["--config", try settings(in: folder)])
        asked.isUnprivileged = true
        guard geteuid() == 0 else { return }
        let outcome = try await asked.run()
        #expect(outcome.code == 77)
        #expect(outcome.words.contains("(\(file)): permission denied. Run as root or as a member"))
    }

    @Test(
        "What cannot be meant is refused before anything is read, and ends 64",
        arguments: [
            (["decisions", "--source", "203.0.113.300"], "cannot read an address (203.0.113.300)"),
            (["decisions", "--source", "203.0.113.7/24"], "write 203.0.113.0/24"),
            (["decisions", "--since", "yesterday"], "cannot read a time (yesterday)"),
            (["decisions", "--since", "1h", "--until", "2h"], "--until is not after --since"),
            (["decisions", "--level", "6"], "--level is a number from 0 to 5"),
            (["decisions", "--kind", "sideways"], "there is no kind sideways"),
            (["decisions", "--action", "scanned"], "there is no action scanned"),
            (["decisions", "--limit", "0"], "--limit is at least 1"),
            (["explain", "example.org"], "cannot read an address (example.org)"),
            (["explain"], "Missing expected argument"),
        ])
    func usage(command: [String], words: String) async throws {
        let outcome = try await PicketCommand(command).run()
        #expect(outcome.code == 64)
        #expect(outcome.words.contains(words), "\(outcome.words)")
        #expect(outcome.output.isEmpty)
    }
}
