// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Lab

@Suite(
    "Rules for the first data packets of accepted connections", .serialized,
    .enabled(
        if: Machine.can("ip", "nft", "iptables-restore", "ip6tables-restore", "tcpdump"),
        "needs root, ip, nft, iptables and tcpdump"))
struct AcceptedTests {
    /// A firewall that accepts ssh, by its state rule and by its port, before anybody could log.
    private func host(v6: Bool) -> String {
        Hosts.policyDrop(v6: v6).replacingOccurrences(
            of: "COMMIT", with: "-A INPUT -p udp -m udp --dport 22 -j ACCEPT\nCOMMIT")
    }

    /// The lengths of the recorded packets' data, of those that the line mark names.
    private func lengths(_ text: String, from source: String) -> [Int] {
        text.split(separator: "\n").filter { $0.contains(" \(source).") }.compactMap { line in
            line.split(separator: " ").last.flatMap { Int($0) }
        }
    }

    @Test(
        "Only data, only the client's, only the first, in the order in which it came",
        arguments: [["--packets", "10"], ["--packets", "10", "--iptables"]])
    func first(options: [String]) throws {
        let wire = try Wire("accepted-\(options.count)")
        try wire.loadBoth(host)
        let before = try wire.everyRule()
        let install = [Machine.rules("accepted/install")] + options + ["22/tcp", "22/udp"]
        for _ in 1...2 { try wire.network.run(in: wire.network.target, install) }
        let server = try wire.network.start(
            in: wire.network.target,
            ["python3", Machine.traffic("banner.py"), "serve", "22", "4"], quiet: true)
        let record = try wire.recording(group: 6) {
            for address in [LabNetwork.target4, LabNetwork.target6] {
                for role in ["talk", "tell"] {
                    try wire.scanner(
                        ["python3", Machine.traffic("banner.py"), role, address, "22", "20"])
                }
            }
            server.wait()
        } until: { text in
            // The last that comes is the tenth datagram over IPv6: 30 bytes.
            text.contains("2001:db8:b::7") && text.contains("UDP, length 30")
                && text.components(separatedBy: "UDP, length 30").count == 3
        }
        for source in [LabNetwork.scanner4, LabNetwork.scanner6] {
            let lines = record.text.split(separator: "\n").filter { $0.contains("\(source).") }
            let tcp = lengths(
                lines.filter { !$0.contains("UDP") }.joined(separator: "\n"), from: source)
            // SYN and the handshake's ACK count, and so do bare ACKs, but none of them comes.
            #expect(tcp.count >= 4 && tcp.count <= 8, "\(lines)")
            #expect(tcp == Array(21..<(21 + tcp.count)), "\(lines)")
            let udp = lengths(
                lines.filter { $0.contains("UDP") }.joined(separator: "\n"), from: source)
            #expect(udp == Array(21...30), "\(lines)")
        }
        #expect(!record.text.contains("192.0.2.10.22 >") && !record.text.contains("a::10.22 >"))
        #expect(record.bytes.range(of: Data("INPUT ACCEPT ".utf8)) != nil)

        try wire.target(Machine.rules("accepted/undo"))
        #expect(try wire.everyRule() == before)
        try wire.target(Machine.rules("accepted/undo"))
        #expect(try wire.everyRule() == before)
    }

    @Test("What the firewall drops does not come, although its port is named")
    func dropped() throws {
        let wire = try Wire("accepted-dropped")
        try wire.loadBoth(Hosts.policyDrop)
        try wire.target(Machine.rules("accepted/install"), "22/tcp", "23/tcp", "53/udp")
        let record = try wire.recording(group: 6) {
            try wire.scanner([
                "nmap", "-n", "-Pn", "-T4", "--max-retries", "0", "-sS", "-sU", "-p",
                "T:22,23,U:53", "--data-length", "30", LabNetwork.target4,
            ])
            let server = try wire.network.start(
                in: wire.network.target,
                ["python3", Machine.traffic("banner.py"), "serve", "22", "1"], quiet: true)
            try wire.scanner(
                ["python3", Machine.traffic("banner.py"), "talk", LabNetwork.target4, "22", "1"])
            server.wait()
        } until: {
            $0.contains("length 21")
        }
        // Nmap's SYN with data to the accepted port is one of its first packets as well.
        #expect(!record.text.contains(".23:") && !record.text.contains(".53:"), "\(record.text)")
    }

    @Test("pair and the accepted rules do not take each other's away")
    func together() throws {
        let wire = try Wire("accepted-pair")
        try wire.loadBoth(Hosts.policyDrop)
        let before = try wire.everyRule()
        try wire.target(Machine.rules("accepted/install"), "--iptables", "22/tcp")
        let accepted = try wire.savedRules()
        let pair = PairCommand(wire: wire)
        #expect(try pair.run("--apply").end.isGood)
        #expect(try pair.run("--undo").end.isGood)
        #expect(try wire.savedRules() == accepted)
        try wire.target(Machine.rules("accepted/undo"))
        #expect(try wire.everyRule() == before)
    }
}
