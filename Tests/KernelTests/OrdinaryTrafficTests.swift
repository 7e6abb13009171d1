// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Ordinary traffic is no scan")
    struct OrdinaryTraffic {
        /// A story of Tests/Traffic/traffic.py, and the grades that its packets must get.
        struct Story: Sendable, CustomTestStringConvertible {
            var name: String
            var testDescription: String
            /// Of the packets that are dropped; empty when none is.
            var grades: Set<String>
            var answersEcho = false

            init(_ name: String, _ title: String, _ grades: Set<String>, answersEcho: Bool = false)
            {
                self.name = name
                testDescription = title
                self.grades = grades
                self.answersEcho = answersEcho
            }
        }

        static let stories = [
            Story("served", "ssh and http, served to the end", []),
            Story("ping", "ping, answered", [], answersEcho: true),
            Story("ping", "ping, dropped", ["probe"]),
            Story("late-answers", "DNS and NTP answers that come too late", ["late"]),
            Story(
                "late-ends-of-visits", "visitors close forgotten connections",
                ["ambiguous", "backscatter"]),
            Story(
                "late-ends-of-errands", "servers close forgotten connections",
                ["late", "backscatter"]),
            Story("retransmitted-syn", "a SYN to one closed port, again and again", ["probe"]),
            Story("backscatter", "answers to somebody's forged flood", ["backscatter"]),
            Story("neighbourhood", "printers and telephones announce themselves", ["chatter"]),
        ]

        @Test("Nobody is called a scanner, whatever is dropped", arguments: stories)
        func silence(_ story: Story) async throws {
            try await Stage.run(Firewall(answersEcho: story.answersEcho)) { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                try await stage.run(
                    "/usr/bin/python3", Traffic.path("traffic.py"), story.name, stage.target,
                    stage.scanner)
                try await daemon.settle()
                let status = try await daemon.status()
                try await daemon.end()
                #expect(daemon.decisions.isEmpty, "\(daemon.decisions)")
                // What the interfaces themselves say to their neighbours is there always.
                let grades = Set(status.events.filter { $0.value > 0 }.keys)
                #expect(grades.subtracting(["chatter"]) == story.grades.subtracting(["chatter"]))
                #expect(grades.isSuperset(of: story.grades))
            }
        }
    }
}

/// The programs in Tests/Traffic.
enum Traffic {
    static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Traffic/\(name)").path
    }
}
