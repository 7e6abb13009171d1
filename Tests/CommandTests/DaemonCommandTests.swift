// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Commands about the daemon", .timeLimit(.minutes(2)))
struct DaemonCommandTests {
    /// Settings whose files all lie in the folder.
    private func settings(
        in folder: TemporaryFolder, log: String? = nil
    ) throws -> String {
        try folder.write(
            "picket.yaml",
            """
            control: {socket: \(folder.path)/control.sock}
            detection: {table: \(folder.path)/table, facts: \(folder.path)/facts.json}
            log: {decisions: {path: \(log ?? folder.path + "/decisions.json")}}
            journal: {path: \(folder.path)/picket.db}
            evidence: {path: \(folder.path)/evidence}

            """)
    }

    @Test(
        "Without a daemon, status and watch say so and how to start one, and end 69",
        arguments: [["status"], ["status", "--json"], ["watch"], ["watch", "--json"]])
    func notRunning(command: [String]) async throws {
        let folder = try TemporaryFolder()
        let config = try settings(in: folder)
        let outcome = try await PicketCommand(command + ["--config", config]).run()
        #expect(outcome.code == 69)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.words
                == "picket: cannot reach the daemon (\(folder.path)/control.sock): not running. "
                + "Start it with `picket run`\n")
    }

    @Test("A file in the socket's place is not taken for a daemon")
    func notASocket() async throws {
        let folder = try TemporaryFolder()
        let config = try settings(in: folder)
        _ = try folder.write("control.sock", "no socket")
        let outcome = try await PicketCommand("status", "--config", config).run()
        #expect([69, 71].contains(outcome.code))
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains("\(folder.path)/control.sock"))
    }

    @Test("A socket path that no socket can have is refused as a setting")
    func longPath() async throws {
        let path = "/tmp/" + String(repeating: "x", count: 120)
        let folder = try TemporaryFolder()
        let config = try folder.write("picket.yaml", "control: {socket: \(path)}\n")
        let outcome = try await PicketCommand("status", "--config", config).run()
        #expect(outcome.code == 78)
        #expect(outcome.words.contains("control.socket (line 1, column 19)"))
    }

    @Test(
        "run without rights names the group and the right that is missing, and ends 77",
        .enabled(if: PicketCommand.nobodyCanRun, "nobody may enter the build folder"))
    func noRights() async throws {
        let folder = try TemporaryFolder()
        var command = PicketCommand("run", "--config", try settings(in: folder))
        command.isUnprivileged = true
        let outcome = try await command.run()
        #expect(outcome.code == 77)
        #expect(outcome.output.isEmpty)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains("NFLOG group 5"))
        #expect(outcome.words.contains("CAP_NET_ADMIN"))
    }

    @Test(
        "run with a decision log in a folder that is not ours ends 77 and names it",
        .enabled(if: PicketCommand.nobodyCanRun, "nobody may enter the build folder"))
    func unwritableLog() async throws {
        let folder = try TemporaryFolder()
        let closed = folder.path + "/closed"
        try FileManager.default.createDirectory(
            atPath: closed, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0])
        let config = try settings(in: folder, log: closed + "/decisions.json")
        var command = PicketCommand("run", "--config", config)
        command.isUnprivileged = true
        let outcome = try await command.run()
        #expect(outcome.code == 77)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains("(\(closed)/decisions.json)"))
        #expect(outcome.words.contains("Permission denied"))
    }

    @Test("run with a decision log below a file ends 71 and names it")
    func impossibleLog() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("file", "")
        let config = try settings(in: folder, log: file + "/decisions.json")
        let outcome = try await PicketCommand("run", "--config", config).run()
        #expect(outcome.code == 71)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains(file))
        #expect(outcome.words.contains("Not a directory"))
    }

    @Test(
        "check without rights fails with 77, one line for each matter",
        .enabled(if: PicketCommand.nobodyCanRun, "nobody may enter the build folder"))
    func checkWithoutRights() async throws {
        let folder = try TemporaryFolder()
        var command = PicketCommand("check", "--config", try settings(in: folder))
        command.isUnprivileged = true
        let outcome = try await command.run()
        #expect(outcome.code == 77)
        #expect(outcome.words.isEmpty)
        #expect(outcome.lines.first == "ok      settings: understood")
        #expect(outcome.output.contains("FAILURE rights: CAP_NET_ADMIN is missing"))
    }

    @Test("check into a full disk ends 71")
    func checkFull() async throws {
        let folder = try TemporaryFolder()
        var command = PicketCommand("check", "--config", try settings(in: folder))
        command.after = ">/dev/full"
        let outcome = try await command.run()
        #expect(outcome.code == 71)
        #expect(
            outcome.words == "picket: cannot write to standard output: No space left on device\n")
    }
}
