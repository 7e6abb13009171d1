// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("replay with the facts of a host", .timeLimit(.minutes(2)))
struct FactsTests {
    private let story = """
        # A neighbour asks another for five ports.
            0.0  tcp 192.0.2.20:40001 > 192.0.2.10:22-26  S  every=1

        """

    private func replay(_ facts: String?, _ more: String...) async throws -> PicketCommand.Outcome {
        let folder = try TemporaryFolder()
        let story = try folder.write("story.scenario", story)
        let file = folder.path + "/facts.json"
        if let facts { _ = try folder.write("facts.json", facts) }
        return try await PicketCommand(
            ["replay", "--quiet", "--json", "--facts", file] + more + [story]
        ).run()
    }

    private func direction(_ outcome: PicketCommand.Outcome) throws -> String? {
        let object = try DecisionLine(try #require(outcome.lines.first)).object
        return (object["network"] as? [String: Any])?["direction"] as? String
    }

    @Test("The home networks of the file are home, unless a setting says otherwise")
    func home() async throws {
        let facts = "{\"home_networks\":[\"192.0.2.0/24\"]}\n"
        #expect(try direction(try await replay(facts)) == "internal")
        #expect(
            try direction(try await replay(facts, "--set", "detection.home-networks=[]"))
                == "inbound")
    }

    @Test("A file with a mistake ends 65 with its line and column, and decides nothing")
    func mistake() async throws {
        let outcome = try await replay("{\"gateways\":[]}\n{\"time\":\"now\"}\n")
        #expect(outcome.code == 65)
        #expect(outcome.output.isEmpty)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains("/facts.json): line 2, column 9: expected a moment"))
    }

    @Test("A file that is not there ends 69 and is named")
    func absent() async throws {
        let outcome = try await replay(nil)
        #expect(outcome.code == 69)
        #expect(outcome.wordLines.count == 1)
        #expect(outcome.words.contains("/facts.json): no such file"))
    }
}
