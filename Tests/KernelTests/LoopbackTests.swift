// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

extension EndToEnd {
    @Suite("A host without loopback")
    struct Loopback {
        /// How the loopback interface of a host can be of no use.
        enum Cut: String, CaseIterable, CustomTestStringConvertible {
            case down = "ip link set lo down"
            case dropped = "nft insert rule inet edge input iif lo drop"

            var testDescription: String { self == .down ? "it is down" : "the firewall drops it" }
        }

        @Test("`check` ends and lists the rules", arguments: Cut.allCases)
        func check(_ cut: Cut) async throws {
            try await Stage.run { stage in
                let words = cut.rawValue.split(separator: " ").map(String.init)
                _ = try await stage.start(in: stage.target, words).ended()
                let settings = try DaemonUnderTest.write(DaemonUnderTest.Choice(), on: stage)
                let check = try stage.start(
                    in: stage.target, [DaemonUnderTest.program, "check", "--config", settings])
                #expect(try await check.ended(within: .seconds(20)) == 0)
                #expect(check.output.contains("in inet edge forward, inet edge input"))
            }
        }
    }
}
