// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("First data of accepted connections")
    struct AcceptedData {
        private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()

        @Test("The rules of iptables/accepted bring it in group 6, and it is graded accepted")
        func graded() async throws {
            try await Stage.run { stage in
                let install = Self.sources.appending(path: "iptables/accepted/install").path
                let traffic = Self.sources.appending(path: "Tests/Traffic/banner.py").path
                try await stage.run(in: stage.target, install, "22/tcp")
                let choice = DaemonUnderTest.Choice(groups: "[5, {group: 6, accepted: true}]")
                let daemon = try await DaemonUnderTest(on: stage, choice)
                let server = try stage.start(
                    in: stage.target, ["python3", traffic, "serve", "22", "2"])
                for address in [Cable.target4, Cable.target6] {
                    try await stage.run(
                        in: stage.scanner, "python3", traffic, "talk", address, "22", "3")
                }
                #expect(try await server.ended() == 0)
                try await wait("six messages with data are read") {
                    try await daemon.status().groups.last?.messages ?? 0 >= 6
                }
                let status = try await daemon.status()
                #expect(status.groups.map(\.accepted) == [false, true])
                #expect(status.groups.map(\.messages) == [0, 6])
                #expect(status.events == ["accepted": 6])
                #expect(daemon.decisions.isEmpty)
                try await daemon.end()
            }
        }
    }
}
