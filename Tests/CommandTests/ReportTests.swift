// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("report", .timeLimit(.minutes(2)))
struct ReportTests {
    private static let scenario = PicketCommand.packageRoot
        .appending(path: "Tests/Scenarios/horizontal-one-port.scenario").path

    /// What replay decides about a scenario, as its log.
    private func log(in folder: TemporaryFolder) async throws -> String {
        let outcome = try await PicketCommand("replay", "--json", "--quiet", ReportTests.scenario)
            .run()
        #expect(outcome.code == 0)
        return try folder.write("decisions.json", outcome.output)
    }

    @Test("What replay decides can be counted, as text, as a page and as a table")
    func formats() async throws {
        let folder = try TemporaryFolder()
        let file = try await log(in: folder)
        for (format, start) in [
            ("text", "Picket report\n"), ("html", "<!DOCTYPE html>\n"), ("csv", "section,name,"),
        ] {
            let outcome = try await PicketCommand("report", "--from", file, "--format", format)
                .run()
            #expect(outcome.code == 0)
            #expect(outcome.words.isEmpty)
            #expect(outcome.output.hasPrefix(start))
            #expect(outcome.output.contains("horizontal"))
        }
    }

    @Test("A pipe is read, several files are one period, and a file can be written")
    func roads() async throws {
        let folder = try TemporaryFolder()
        let file = try await log(in: folder)
        let once = try await PicketCommand("report", "--from", file, "--format", "csv").run()
        var piped = PicketCommand("report", "--from", "-", "--format", "csv")
        piped.before = "cat \(file) |"
        #expect(try await piped.run().output == once.output)
        let page = folder.path + "/report.html"
        let written = try await PicketCommand(
            "report", "--from", file, file, "--format", "html", "--output", page
        ).run()
        #expect(written.code == 0)
        #expect(written.output.isEmpty)
        #expect(try String(contentsOfFile: page, encoding: .utf8).hasSuffix("</html>\n"))
    }

    @Test("What it cannot read or write is said in a line, with the exit code of its kind")
    func failures() async throws {
        let folder = try TemporaryFolder()
        let missing = try await PicketCommand("report", "--from", "/nowhere.json").run()
        #expect(missing.code == 69)
        #expect(
            missing.words == "picket: cannot read the decisions (/nowhere.json): no such file\n")
        let bad = try folder.write("bad", "hello\n")
        let refused = try await PicketCommand("report", "--from", bad).run()
        #expect(refused.code == 65)
        #expect(refused.wordLines.count == 1)
        let file = try await log(in: folder)
        let nowhere = try await PicketCommand(
            "report", "--from", file, "--output", folder.path + "/no/such/folder"
        ).run()
        #expect([69, 71].contains(nowhere.code))
        #expect(nowhere.wordLines.count == 1)
        var full = PicketCommand("report", "--from", file)
        full.after = ">/dev/full"
        #expect(try await full.run().code == 71)
        #expect(try await PicketCommand("report", "--limit", "0").run().code == 64)
        #expect(try await PicketCommand("report", "--format", "pdf").run().code == 64)
    }
}
