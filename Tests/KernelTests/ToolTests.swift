// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

extension EndToEnd {
    @Suite("Tools are named")
    struct Tools {
        /// One run of a tool; MAC stands for the target's address on the cable.
        struct Run: Sendable, CustomTestStringConvertible {
            var words: String
            var tool: String
            /// A part of the mark in words.
            var mark: String
            var testDescription: String { words }
        }

        static let runs = [
            Run(
                words:
                    "nmap -n -Pn -T4 --max-retries 0 --send-ip -sA -g 80 -p 40000-40040 192.0.2.1",
                tool: "nmap", mark: "ACK with sequence number 0"),
            Run(
                words: "nmap -n -Pn -T4 --max-retries 0 --send-ip -sS --data-length 20 --ttl 128 "
                    + "-p 1-60 192.0.2.1",
                tool: "nmap", mark: "sequence numbers of one run"),
            Run(
                words:
                    "masscan -p1-60 --rate 200 -e net0 --source-ip 198.51.100.7 "
                    + "--router-mac MAC --wait 0 192.0.2.1/32",
                tool: "masscan", mark: "XOR"),
            Run(
                words: "zmap -p 443 -i net0 -G MAC -S 198.51.100.7 -r 200 -c 1 -o /dev/null "
                    + "-b /dev/null -q 192.0.2.32/27",
                tool: "zmap", mark: "54321"),
            Run(
                words: "hping3 -q -S -p ++20 -i u10000 -c 40 192.0.2.1",
                tool: "hping",
                mark: "window 512"),
        ]

        @Test("Each run is one scan under the name of its tool", arguments: runs)
        func run(_ run: Run) async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                let link = try await stage.run(
                    in: stage.target, "cat", "/sys/class/net/net0/address")
                let address = link.split(whereSeparator: \.isWhitespace).joined()
                let words = run.words.split(separator: " ").map {
                    $0 == "MAC" ? address : String($0)
                }
                // masscan and hping3 go on listening, so that they are ended.
                let bounded = ["sh", "-c", "timeout -s KILL 4 \"$@\" || :", "sh"] + words
                _ = try await stage.start(in: stage.scanner, bounded).ended()
                let decisions = try await daemon.finish()

                #expect(decisions.only("scan-detected").count == 1, "\(decisions)")
                let last = try #require(decisions.last?.scan)
                #expect(last.tool == run.tool, "\(decisions)")
                #expect(last.toolMark?.contains(run.mark) == true)
            }
        }

        @Test("Nmap's OS detection is named as such", arguments: Scans.Family.allCases)
        func system(_ family: Scans.Family) async throws {
            try await Stage.run { stage in
                // Sixty ports are asked first; then a level begins that its probes reach.
                let daemon = try await DaemonUnderTest(
                    on: stage,
                    DaemonUnderTest.Choice(
                        detection: ["levels: {packets: [5, 60, 64, 68, 72]}"]))
                try await Nmap.run(
                    ["-O", "--max-os-tries", "1", "-p", "1-60"],
                    to: Nmap.address(.target, family), on: stage)
                let last = try #require(try await daemon.finish().last)
                #expect(last.scan?.tool == "nmap")
                #expect(last.scan?.toolMark?.contains("OS detection") == true, "\(last)")
            }
        }
    }
}
