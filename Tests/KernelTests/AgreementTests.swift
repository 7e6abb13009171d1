// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("Live and replayed")
    struct Agreement {
        @Test("A live run and the replay of the capture taken beside it decide the same")
        func agreement() async throws {
            // A group has one owner: the firewall gives a second copy to another group.
            try await Stage.run(Firewall(groups: [5, 7])) { stage in
                let stamping = try stage.start(["/usr/bin/python3", Traffic.path("stamp.py")])
                try await wait("packets are stamped") { !stamping.lines.isEmpty }
                let capture = "\(stage.folder)/group7.pcap"
                let tcpdump = try stage.start(
                    in: stage.target,
                    ["tcpdump", "-Z", "root", "-U", "-i", "nflog:7", "-w", capture])
                try await wait("tcpdump listens") { tcpdump.complaints.contains("listening on") }
                let daemon = try await DaemonUnderTest(on: stage)

                try await Nmap.run(["-sS", "-p", "1-200"], to: Cable.target4, on: stage)
                try await Nmap.run(["-sU", "-p", "1-40"], to: Cable.target6, on: stage)
                for story in ["strangers", "late-ends-of-errands"] {
                    try await stage.run(
                        "/usr/bin/python3", Traffic.path("traffic.py"), story, stage.target,
                        stage.scanner)
                }
                _ = try await daemon.finish()
                let logged = try await stage.logged()
                try await wait("the capture has all that was logged") {
                    try await stage.run("tcpdump", "--count", "-r", capture)
                        .contains("\(logged) packets")
                }

                let live = try Self.compared(Child.text(daemon.log))
                let replayed = try Self.compared(
                    try await stage.run(
                        DaemonUnderTest.program, "replay", "--quiet", "--json", "--config",
                        daemon.settings, capture))
                #expect(live.filter { $0.contains("scan-detected") }.count == 22)
                #expect(replayed.count == live.count + 22, "the replay also ends the scans")
                for (number, pair) in zip(live, replayed).enumerated() {
                    #expect(pair.0 == pair.1, "decision \(number + 1)")
                }
            }
        }

        /// The decisions without what must differ: the group, and the names of the interfaces, of
        /// which a capture has the numbers only.
        static func compared(_ text: String) throws -> [String] {
            try text.wholeLines.map { line in
                let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
                var decision = try #require(value as? [String: Any])
                var own = try #require(decision["picket"] as? [String: Any])
                var firewall = try #require(own["firewall"] as? [String: Any])
                firewall["group"] = nil
                // What is known of the host's rules; of a capture nothing is.
                firewall["feed"] = nil
                own["firewall"] = firewall
                decision["picket"] = own
                decision["observer"] = nil
                let data = try JSONSerialization.data(
                    withJSONObject: decision, options: [.sortedKeys])
                return String(decoding: data, as: UTF8.self)
            }
        }
    }
}
