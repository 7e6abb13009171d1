// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

extension EndToEnd {
    @Suite("Nmap's scans")
    struct Scans {
        /// One run of Nmap, and what the daemon must call it.
        struct Case: Sendable, CustomTestStringConvertible {
            var words: [String]
            var place = Place.target
            var kind: String
            var techniques: [String]
            var level: Int
            var testDescription: String { "nmap \(words.joined(separator: " "))" }

            init(
                _ words: String, to place: Place = .target, is kind: String, level: Int = 2,
                _ techniques: String...
            ) {
                self.words = words.split(separator: " ").map(String.init)
                self.place = place
                self.kind = kind
                self.level = level
                self.techniques = techniques
            }

            /// A connect scan is the system's own; over IPv6 Nmap draws no hop limits for
            /// protocols with a header.
            func tool(_ family: Family) -> String {
                let plain = ["-sU", "-sY", "-PE"].contains { words.contains($0) }
                return words.contains("-sT") || plain && family == .v6 ? "unknown" : "nmap"
            }
        }

        enum Place { case target, emptyNetwork }

        enum Family: String, CaseIterable, CustomTestStringConvertible {
            case v4 = "IPv4"
            case v6 = "IPv6"
            var testDescription: String { rawValue }
        }

        static let cases = [
            Case("-sS -p 1-100", is: "vertical", "SYN"),
            Case("-sT -p 1-100", is: "vertical", "connect", "SYN"),
            Case("-sF -p 1-100", is: "vertical", "FIN"),
            Case("-sN -p 1-100", is: "vertical", "NULL"),
            Case("-sX -p 1-100", is: "vertical", "XMAS"),
            Case("-sA -p 1-100", is: "vertical", "ACK", "window"),
            Case("-sM -p 1-100", is: "vertical", "maimon"),
            Case("-sU -p 1-40", is: "vertical", "UDP"),
            Case("-sO -p 0-255", is: "protocol", level: 3, "IP-protocol"),
            Case("-sY -p 1-100", is: "vertical", "SCTP-INIT"),
            Case("-sn -PE", to: .emptyNetwork, is: "ping-sweep", "ICMP-echo"),
            Case("-sS -p 445", to: .emptyNetwork, is: "horizontal", "SYN"),
        ]

        @Test(
            "Each is exactly one scan, by its source, with its kind and technique",
            arguments: cases, Family.allCases)
        func scan(_ scan: Case, _ family: Family) async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                try await Nmap.run(
                    scan.words, to: Nmap.address(scan.place, family), on: stage)
                let decisions = try await daemon.finish()

                let detected = decisions.only("scan-detected")
                #expect(detected.count == 1, "\(decisions)")
                let first = try #require(detected.first)
                #expect(first.source?.ip == (family == .v4 ? Cable.scanner4 : Cable.scanner6))
                #expect(first.scan?.prefix == (family == .v4 ? nil : "2001:db8:2::/64"))
                #expect(first.scan?.kind == scan.kind)
                // Of the first five of all protocols, some may have a header of their own.
                if scan.kind != "protocol" { #expect(first.scan?.techniques == scan.techniques) }
                if scan.place == .target {
                    #expect(
                        first.destination?.ip == (family == .v4 ? Cable.target4 : Cable.target6))
                }

                // 40 to 100 packets are level 2, 256 are level 3.
                let last = try #require(decisions.last { $0.event.action.hasPrefix("scan-") })
                #expect(last.event.severity == scan.level)
                #expect(last.scan?.kind == scan.kind)
                #expect(last.scan?.techniques == scan.techniques)
                #expect(last.scan?.tool == scan.tool(family))
                #expect(decisions.allSatisfy { $0.source?.ip == first.source?.ip })
                let known = ["scan-detected", "scan-escalated", "attempts-repeated"]
                #expect(decisions.allSatisfy { known.contains($0.event.action) }, "\(decisions)")
                #expect(decisions.map(\.event.sequence) == (1...UInt64(decisions.count)).map { $0 })
            }
        }
    }
}

/// The scanner itself.
enum Nmap {
    static func address(_ place: EndToEnd.Scans.Place, _ family: EndToEnd.Scans.Family) -> String {
        switch (place, family) {
        case (.target, .v4): Cable.target4
        case (.target, .v6): Cable.target6
        case (.emptyNetwork, .v4): Cable.empty4
        case (.emptyNetwork, .v6): Cable.empty6
        }
    }

    /// No names, no question whether the host is up, each packet once, and no patience.
    static func run(_ words: [String], to target: String, on stage: Stage) async throws {
        let discovery = words.contains("-sn") ? ["--disable-arp-ping"] : ["-Pn"]
        let family = target.contains(":") ? ["-6"] : []
        let child = try stage.start(
            in: stage.scanner,
            ["nmap", "-n", "-T4", "--max-retries", "0", "--min-parallelism", "100", "--send-ip"]
                + family + discovery + words + [target])
        let code = try await child.ended()
        if code != 0 { throw TestFailure("nmap ended with \(code): \(child.complaints)") }
    }
}
