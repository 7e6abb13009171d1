// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("What a command prints", .timeLimit(.minutes(2)))
struct OutputTests {
    @Test("Decisions go to standard output, words to standard error")
    func separation() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan(ports: 20))
        let outcome = try await PicketCommand("replay", log).run()
        #expect(outcome.code == 0)
        #expect(outcome.lines.count == 3)
        for line in outcome.lines { #expect(line.contains("198.51.100.7 probed")) }
        #expect(outcome.wordLines.first?.hasPrefix("20 packets in 20 lines") == true)
        #expect(outcome.words.contains("grades: 20 probe"))
        #expect(
            outcome.wordLines.last
                == "decisions: 1 scan-detected, 1 scan-escalated, 1 scan-ended")
    }

    @Test("--quiet says nothing, and prints the decisions")
    func quiet() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan())
        let outcome = try await PicketCommand("replay", "--quiet", log).run()
        #expect(outcome.code == 0)
        #expect(outcome.words.isEmpty)
        #expect(outcome.lines.count == 2)
    }

    @Test("--json prints one object a line, with the keys of the contract")
    func json() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan(ports: 60))
        let outcome = try await PicketCommand("replay", "--json", log).run()
        #expect(outcome.code == 0)
        var sequence = 0
        var actions: [String] = []
        for line in outcome.lines {
            let decision = try DecisionLine(line)
            for key in ["@timestamp", "ecs", "event", "source", "observer", "related", "picket"] {
                #expect(decision.object[key] != nil, "\(key)")
            }
            let event = try decision.section("event")
            #expect(event["module"] as? String == "picket")
            #expect(event["dataset"] as? String == "picket.decision")
            #expect(event["kind"] as? String == "alert")
            #expect((event["reason"] as? String)?.isEmpty == false)
            sequence += 1
            #expect(event["sequence"] as? Int == sequence)
            #expect(event["severity"] as? Int == decision.level)
            actions.append(decision.action)
            let picket = try decision.section("picket")
            for key in ["danger_level", "scan", "firewall", "loss"] {
                #expect(picket[key] != nil, "\(key)")
            }
            let scan = try decision.section("picket", "scan")
            for key in ["kind", "techniques", "packets", "targets", "hosts", "ports"] {
                #expect(scan[key] != nil, "\(key)")
            }
        }
        #expect(
            actions == [
                "scan-detected", "scan-escalated", "attempts-repeated", "scan-ended",
            ])
    }

    @Test("EVE lines are objects too")
    func eve() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan())
        let outcome = try await PicketCommand("replay", "--format", "eve", log).run()
        #expect(outcome.lines.count == 2)
        for line in outcome.lines {
            let object = try DecisionLine(line).object
            #expect(object["event_type"] as? String == "alert")
            #expect(object["src_ip"] as? String == "198.51.100.7")
        }
    }

    @Test("The results of a check are objects with --json")
    func check() async throws {
        let folder = try TemporaryFolder()
        let config = try folder.write(
            "picket.yaml",
            "log: {decisions: off}\ndetection: {table: off, facts: off}\njournal: off\nevidence: off\n"
        )
        let outcome = try await PicketCommand("check", "--json", "--config", config).run()
        #expect(!outcome.lines.isEmpty)
        for line in outcome.lines {
            let object = try DecisionLine(line).object
            #expect(object["name"] is String)
            #expect(["ok", "warning", "failure"].contains(object["state"] as? String))
        }
    }

    @Test("A full disk is told, and ends 71", arguments: ["text", "ecs", "psad"])
    func full(format: String) async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan())
        var command = PicketCommand("replay", "--format", format, log)
        command.after = ">/dev/full"
        let outcome = try await command.run()
        #expect(outcome.code == 71)
        #expect(
            outcome.wordLines.last
                == "picket: cannot write to standard output: No space left on device")
    }

    @Test("A closed standard output is told, and ends 71")
    func closed() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan())
        var command = PicketCommand("replay", log)
        command.after = ">&-"
        let outcome = try await command.run()
        #expect(outcome.code == 71)
        #expect(
            outcome.wordLines.last
                == "picket: cannot write to standard output: Bad file descriptor")
    }

    @Test("A closed standard output does no harm where there is nothing to print")
    func closedWithoutNeed() async throws {
        var command = PicketCommand("replay", "/dev/null")
        command.after = ">&-"
        #expect(try await command.run().code == 0)
    }

    @Test("A closed standard error keeps nothing from being printed")
    func closedError() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan())
        var command = PicketCommand("replay", log)
        command.after = "2>&-"
        let outcome = try await command.run()
        #expect(outcome.code == 0)
        #expect(outcome.lines.count == 2)
    }

    @Test("A pipe whose reader is gone is told, and ends 71")
    func readerGone() async throws {
        let folder = try TemporaryFolder()
        let log = try folder.write("log", Recordings.scan())
        let words = try folder.write("words", [])
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let process = PicketCommand("replay", log).process()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = try FileHandle(forWritingTo: URL(filePath: words))
        try await process.runToEnd()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 71)
        let said = try String(contentsOfFile: words, encoding: .utf8)
        #expect(said.hasSuffix("picket: cannot write to standard output: Broken pipe\n"))
    }

    @Test(
        "SIGINT and SIGTERM end a replay of standard input: what is known is printed",
        arguments: [SIGINT, SIGTERM])
    func interrupt(signal: Int32) async throws {
        let folder = try TemporaryFolder()
        let words = try folder.write("words", [])
        let (input, output) = (Pipe(), Pipe())
        let process = PicketCommand("replay", "-").process()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: URL(filePath: words))
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(Recordings.scan().utf8))
        let reader = output.fileHandleForReading
        // The first decision comes while the input is still open.
        var printed = await aside { reader.availableData }
        kill(process.processIdentifier, signal)
        printed += await aside { reader.readDataToEndOfFile() }
        await aside { process.waitUntilExit() }
        try input.fileHandleForWriting.close()
        let lines = String(decoding: printed, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains("scan-detected") == true)
        #expect(lines.last?.contains("scan-ended") == true)
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(process.terminationStatus == signal)
        let said = try String(contentsOfFile: words, encoding: .utf8)
        #expect(said.hasPrefix("interrupted: the rest of the input was not read\n"))
        #expect(said.contains("10 packets in 10 lines"))
    }
}
