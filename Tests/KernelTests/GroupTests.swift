// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Groups")
    struct Groups {
        @Test("What the firewall lets through is no probe, by its group or by its prefix")
        func accepted() async throws {
            let firewall = Firewall(rules: [
                "tcp dport 8000-8039 counter name logged log group 6 accept",
                "tcp dport 8040-8079 counter name logged log prefix \"INPUT ACCEPT \" group 5 accept",
            ])
            try await Stage.run(firewall) { stage in
                let choice = DaemonUnderTest.Choice(groups: "[5, {group: 6, accepted: true}]")
                let daemon = try await DaemonUnderTest(on: stage, choice)
                try await Nmap.run(["-sS", "-p", "8000-8079"], to: Cable.target4, on: stage)
                try await daemon.settle()

                let status = try await daemon.status()
                #expect(status.groups.map(\.group) == [5, 6])
                #expect(status.groups.map(\.accepted) == [false, true])
                #expect(status.groups.last?.messages == 40)
                #expect(status.events["accepted"] == 80)
                #expect(daemon.decisions.isEmpty)

                // Good customers are not believed for ever: the same source then scans.
                try await Nmap.run(["-sS", "-p", "1-100"], to: Cable.target4, on: stage)
                let decisions = try await daemon.finish()
                #expect(decisions.only("scan-detected").count == 1)
                let first = try #require(decisions.only("scan-detected").first)
                #expect(first.scan?.targets == 20, "a threshold raised fourfold, not more")
            }
        }

        @Test("A reload makes a group an accepted one, and back")
        func meaning() async throws {
            try await Stage.run { stage in
                var choice = DaemonUnderTest.Choice(groups: "[{group: 5, accepted: true}]")
                let daemon = try await DaemonUnderTest(on: stage, choice)
                try await Nmap.run(["-sS", "-p", "101-120"], to: Cable.target4, on: stage)
                try await daemon.settle()
                #expect(daemon.decisions.isEmpty)
                choice.groups = "[5]"
                try DaemonUnderTest.write(choice, on: stage)
                try daemon.child.signal("HUP")
                try await wait("the group is no longer an accepted one") {
                    try await daemon.status().groups.map(\.accepted) == [false]
                }
                try await Nmap.run(["-sS", "-p", "101-120"], to: Cable.target6, on: stage)
                let decisions = try await daemon.finish()
                #expect(decisions.only("scan-detected").map(\.source?.ip) == [Cable.scanner6])
            }
        }

        @Test("A reload takes other groups, and gives back those that it no longer has")
        func reloaded() async throws {
            let firewall = Firewall(groups: [9])
            try await Stage.run(firewall) { stage in
                var choice = DaemonUnderTest.Choice(groups: "[5, 6]")
                let daemon = try await DaemonUnderTest(on: stage, choice)
                for groups in ["[5, 8]", "[{group: 5, accepted: true}]", "[6, 9]"] {
                    choice.groups = groups
                    try DaemonUnderTest.write(choice, on: stage)
                    try daemon.child.signal("HUP")
                }
                try await wait("the groups are changed") {
                    try await daemon.status().groups.map(\.group).sorted() == [6, 9]
                }
                // Free again: another daemon can have it.
                let other = try await DaemonUnderTest(
                    on: stage, DaemonUnderTest.Choice(name: "other", groups: "[5]"))
                try await other.end()
                try await Nmap.run(["-sF", "-p", "1-20"], to: Cable.target4, on: stage)
                let decisions = try await daemon.finish()
                #expect(decisions.only("scan-detected").count == 1)
            }
        }
    }
}
