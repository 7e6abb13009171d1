// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    @Suite("The host's own facts")
    struct Host {
        /// A daemon that is told nothing of its host.
        private func daemon(
            on stage: Stage, _ more: [String] = []
        ) async throws -> DaemonUnderTest {
            try await DaemonUnderTest(
                on: stage, DaemonUnderTest.Choice(home: nil, more: more))
        }

        private func wait(
            for daemon: DaemonUnderTest, _ what: String,
            until holds: (DaemonUnderTest.Status.Host) -> Bool
        ) async throws {
            try await KernelTests.wait(what) { holds(try await daemon.status().host) }
        }

        @Test("What the host says is told by status and check, followed, and recorded")
        func followed() async throws {
            try await Stage.run { stage in
                let daemon = try await daemon(on: stage)
                let first = try await daemon.status().host
                #expect(first.ownAddresses.contains(Cable.target4))
                #expect(first.ownAddresses.contains(Cable.target6))
                #expect(first.homeNetworks == ["\(Cable.target4)/32", "\(Cable.target6)/128"])
                #expect(first.ephemeralPorts == "32768-65535", "a router")

                for words in [
                    ["ip", "address", "add", "203.0.113.9/24", "dev", "net0", "noprefixroute"],
                    ["ip", "-6", "address", "add", "2001:db8:77::9/64", "dev", "net0"],
                    ["ip", "route", "add", "default", "via", "203.0.113.1"],
                ] { try await stage.start(in: stage.target, words).good() }
                try await wait(for: daemon, "the new addresses are known") {
                    $0.homeNetworks.contains("203.0.113.0/24")
                        && $0.homeNetworks.contains("2001:db8:77::/64")
                        && $0.ownAddresses.contains("2001:db8:77::9")
                        && $0.gateways == ["203.0.113.1"]
                }
                let check = try stage.start(
                    in: stage.target,
                    [DaemonUnderTest.program, "check", "--config", daemon.settings])
                _ = try await check.ended()
                let line = check.lines.first { $0.contains("host: ") } ?? ""
                #expect(line.contains("203.0.113.0/24") && line.contains("gateways 203.0.113.1"))

                try await stage.run(
                    in: stage.target, "ip", "address", "del", "203.0.113.9/24", "dev", "net0")
                try await wait(for: daemon, "the address is gone again") {
                    !$0.homeNetworks.contains("203.0.113.0/24")
                }
                try await daemon.end()
                let recorded = Child.text(daemon.facts).wholeLines
                #expect(recorded.count >= 3)
                #expect(recorded.contains { $0.contains("203.0.113.0/24") })
                #expect(recorded.last?.contains("203.0.113.0/24") == false)
            }
        }

        @Test("Settings win over the host, and a reload that leaves them out asks it again")
        func settingsWin() async throws {
            try await Stage.run { stage in
                let daemon = try await DaemonUnderTest(on: stage)
                #expect(try await daemon.status().host.homeNetworks == Cable.home)
                try DaemonUnderTest.write(DaemonUnderTest.Choice(home: nil), on: stage)
                try daemon.child.signal("HUP")
                try await wait(for: daemon, "home is as the host says") {
                    $0.homeNetworks == ["\(Cable.target4)/32", "\(Cable.target6)/128"]
                }
                try DaemonUnderTest.write(DaemonUnderTest.Choice(home: []), on: stage)
                try daemon.child.signal("HUP")
                try await wait(for: daemon, "home is nowhere") { $0.homeNetworks.isEmpty }
                try await daemon.end()
            }
        }

        @Test("With CAP_NET_ADMIN alone it follows and records as well")
        func withoutRoot() async throws {
            try await Stage.run { stage in
                let daemon = try await daemon(on: stage, ["daemon:", "  user: nobody"])
                try await stage.run(
                    in: stage.target, "ip", "address", "add", "203.0.113.9/24", "dev", "lo")
                try await wait(for: daemon, "the new address is known") {
                    $0.homeNetworks.contains("203.0.113.0/24")
                }
                try await daemon.end()
                #expect(Child.text(daemon.facts).contains("203.0.113.0/24"))
                #expect(!daemon.child.complaints.contains("error"), "\(daemon.child.complaints)")
            }
        }

        @Test(
            "A live run whose host changes, and its replay with the recorded facts, decide the same"
        )
        func agreement() async throws {
            try await Stage.run(Firewall(groups: [5, 7])) { stage in
                let stamping = try stage.start(["/usr/bin/python3", Traffic.path("stamp.py")])
                try await KernelTests.wait("packets are stamped") { !stamping.lines.isEmpty }
                let capture = "\(stage.folder)/group7.pcap"
                let tcpdump = try stage.start(
                    in: stage.target,
                    ["tcpdump", "-Z", "root", "-U", "-i", "nflog:7", "-w", capture])
                try await KernelTests.wait("tcpdump listens") {
                    tcpdump.complaints.contains("listening on")
                }
                let daemon = try await daemon(on: stage)
                try await Nmap.run(["-sS", "-p", "1-30"], to: Cable.target4, on: stage)
                try await Nmap.run(["-sU", "-p", "1-10"], to: Cable.target6, on: stage)

                // The scanner becomes a neighbour: its scans go on as internal ones, and its IPv6
                // source is an address, and no longer a /64.
                for words in [
                    ["ip", "address", "add", "198.51.100.1/24", "dev", "net0", "noprefixroute"],
                    ["ip", "-6", "address", "add", "2001:db8:2::1/64", "dev", "lo"],
                ] { try await stage.start(in: stage.target, words).good() }
                try await wait(for: daemon, "the scanner is a neighbour") {
                    $0.homeNetworks.contains("198.51.100.0/24")
                        && $0.homeNetworks.contains("2001:db8:2::/64")
                }
                try await Nmap.run(["-sS", "-p", "101-250"], to: Cable.target4, on: stage)
                try await Nmap.run(["-sU", "-p", "11-30"], to: Cable.target6, on: stage)

                // A server comes up while there is traffic.
                let server = try stage.start(
                    in: stage.target,
                    [
                        "/usr/bin/python3", "-c",
                        "import socket, time; s = socket.create_server(('', 7000)); time.sleep(600)",
                    ])
                try await KernelTests.wait("the server is known", .seconds(120)) {
                    try await Nmap.run(["-sA", "-p", "9"], to: Cable.target4, on: stage)
                    return try await daemon.status().host.servedPorts.contains("tcp/7000")
                }
                try await Nmap.run(["-sA", "-p", "6990-7010"], to: Cable.target4, on: stage)
                server.kill()
                _ = try await daemon.finish()
                let logged = try await stage.logged()
                try await KernelTests.wait("the capture has all that was logged") {
                    try await stage.run("tcpdump", "--count", "-r", capture)
                        .contains("\(logged) packets")
                }

                func replayed(_ words: String...) async throws -> [String] {
                    let child = try stage.start(
                        [
                            DaemonUnderTest.program, "replay", "--quiet", "--json", "--config",
                            daemon.settings,
                        ] + words + [capture])
                    guard try await child.ended() == 0 else { throw TestFailure(child.complaints) }
                    return try Agreement.compared(child.output)
                }
                let live = try Agreement.compared(Child.text(daemon.log))
                let decisions = daemon.decisions
                #expect(decisions.only("scan-detected").map(\.scan?.prefix).contains(nil))
                #expect(decisions.only("scan-detected").contains { $0.scan?.prefix != nil })
                let withFacts = try await replayed("--facts", daemon.facts)
                for (number, pair) in zip(live, withFacts).enumerated() {
                    #expect(pair.0 == pair.1, "decision \(number + 1)")
                }
                // The replay also ends the scans.
                #expect(withFacts.dropFirst(live.count).allSatisfy { $0.contains("scan-ended") })
                #expect(withFacts.count > live.count)
                #expect(try await replayed().prefix(live.count) != live[...], "they matter")
            }
        }
    }
}

extension Child {
    /// Waits for a good end.
    func good() async throws {
        let code = try await ended()
        if code != 0 { throw TestFailure("\(words): exit code \(code): \(complaints)") }
    }
}
