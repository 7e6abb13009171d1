// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Programs
import Testing

@testable import Lab

@Suite(
    "Rules that feed NFLOG", .serialized,
    .enabled(
        if: Machine.can("ip", "nft", "iptables-restore", "ip6tables-restore", "nmap", "tcpdump"),
        "needs root, ip, nft, iptables, nmap and tcpdump"))
struct RulesTests {
    /// Loads rules over a host's own, and expects: the ten scans in both families, once each, with
    /// the prefix; nothing that a client sees changed; and nothing left after the undo.
    private func exercise(
        _ tag: String, prefix: String, once: Bool = true, host: (Wire) throws -> Void,
        install: (Wire) throws -> Void, undo: (Wire) throws -> Void
    ) throws {
        let wire = try Wire(tag)
        try host(wire)
        let statesBefore = try portStates(over: wire)
        #expect(statesBefore.contains("filtered") && statesBefore.contains("closed"))
        let rulesBefore = try wire.everyRule()

        try install(wire)
        let rulesFed = try wire.everyRule()
        #expect(rulesFed != rulesBefore)
        let record = try wire.recording {
            try TenScans.send(over: wire, v6: false)
            try TenScans.send(over: wire, v6: true)
        } until: { text in
            TenScans.missing(in: text, v6: false).isEmpty
                && TenScans.missing(in: text, v6: true).isEmpty
        }
        #expect(TenScans.missing(in: record.text, v6: false) == [])
        #expect(TenScans.missing(in: record.text, v6: true) == [])
        if once { #expect(TenScans.doubled(in: record.text) == []) }
        #expect(record.bytes.range(of: Data(prefix.utf8)) != nil)
        #expect(try portStates(over: wire) == statesBefore)

        try undo(wire)
        #expect(try wire.everyRule() == rulesBefore)
        try undo(wire)
        #expect(try wire.everyRule() == rulesBefore)
    }

    @Test("The restore files feed a host whose policy drops, and undo takes every trace back")
    func restoreFiles() throws {
        try exercise("files", prefix: "INPUT DROP ") {
            try $0.loadBoth(Hosts.policyDrop)
        } install: { wire in
            try wire.target(
                "iptables-restore", "--noflush", Machine.rules("iptables/picket.v4.rules"))
            try wire.target(
                "ip6tables-restore", "--noflush", Machine.rules("iptables/picket.v6.rules"))
        } undo: { wire in
            try wire.target(Machine.rules("iptables/undo"))
        }
    }

    @Test("install feeds each iptables rule that drops or rejects, and twice is the same as once")
    func iptablesInstall() throws {
        try exercise("install", prefix: "guests-that-nobody-has-asked DROP ") {
            try $0.loadBoth(Hosts.ruleDrop)
        } install: { wire in
            try wire.target(Machine.rules("iptables/install"))
            let once = try wire.everyRule()
            try wire.target(Machine.rules("iptables/install"))
            #expect(try wire.everyRule() == once)
        } undo: { wire in
            try wire.target(Machine.rules("iptables/undo"))
        }
    }

    @Test("install names a rule that it cannot feed, because its match counts packets")
    func countingMatch() throws {
        let wire = try Wire("count")
        let host = Hosts.policyDrop(v6: false).replacingOccurrences(
            of: "COMMIT",
            with:
                "-A INPUT -p tcp -m recent --update --seconds 60 --name ssh --rsource -j DROP\nCOMMIT"
        )
        try wire.load(host, with: ["iptables-restore"])
        let said = try wire.target("sh", "-c", "\(Machine.rules("iptables/install")) 2>&1")
        #expect(said.contains("not fed, its match counts packets: -A INPUT -p tcp -m recent"))
        #expect(try !wire.everyRule().contains("--rsource -j PICKET"))
    }

    @Test("An empty raw table that was there before is there after")
    func emptyTable() throws {
        let wire = try Wire("empty")
        try wire.load("*raw\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n", with: ["iptables-restore"])
        let before = try wire.everyRule()
        try wire.target(Machine.rules("iptables/install"))
        try wire.target(Machine.rules("iptables/undo"))
        #expect(try wire.everyRule() == before)
    }

    @Test("install feeds each nftables rule, verdict map and policy that drops")
    func nftablesInstall() throws {
        try exercise("nft", prefix: "input DROP ") {
            try $0.load(Hosts.nftables, with: ["nft", "-f"])
        } install: { wire in
            try wire.target(Machine.rules("nftables/install"))
            let once = try wire.everyRule()
            try wire.target(Machine.rules("nftables/install"))
            #expect(try wire.everyRule() == once)
        } undo: { wire in
            try wire.target(Machine.rules("nftables/undo"))
        }
    }

    @Test("The example firewall serves ssh and http and feeds all that it drops")
    func example() throws {
        let wire = try Wire("example")
        for _ in 1...2 {
            try wire.target("nft", "-f", Machine.rules("nftables/example.nft"))
            try wire.target("nft", "-f", Machine.rules("nftables/picket.nft"))
        }
        let states = try portStates(over: wire)
        #expect(states.contains("22/closed") && states.contains("80/closed"))
        #expect(states.contains("23/filtered") && states.contains("443/filtered"))
        let record = try wire.recording {
            try TenScans.send(over: wire, v6: false)
            try TenScans.send(over: wire, v6: true)
        } until: { text in
            TenScans.missing(in: text, v6: false).isEmpty
                && TenScans.missing(in: text, v6: true).isEmpty
        }
        #expect(TenScans.missing(in: record.text, v6: false) == [])
        #expect(TenScans.missing(in: record.text, v6: true) == [])
        #expect(TenScans.doubled(in: record.text) == [])
    }

    @Test(
        "install leaves alone and names the chains that a user feeds by hand: no packet comes twice",
        arguments: ["example.nft", "drops.nft", "iptables"])
    func byHand(host: String) throws {
        let wire = try Wire("hand-\(host)")
        let install: String
        switch host {
        case "example.nft":
            try wire.target("nft", "-f", Machine.rules("nftables/example.nft"))
            install = "nftables/install"
        case "drops.nft":
            try wire.load(Hosts.withSnippet, with: ["nft", "-f"])
            install = "nftables/install"
        default:
            try wire.loadBoth { _ in Hosts.fedByHand }
            install = "iptables/install"
        }
        let said = try wire.target("sh", "-c", "\(Machine.rules(install)) 2>&1")
        let name = [
            "example.nft": "inet filter input", "drops.nft": "inet filter input",
            "iptables": "filter by-hand",
        ][host]
        #expect(said.contains("rules of yours log to group 5 there: \(name ?? "")\n"), "\(said)")
        let record = try wire.recording {
            try TenScans.send(over: wire, v6: false)
        } until: {
            TenScans.missing(in: $0, v6: false).isEmpty
        }
        #expect(TenScans.missing(in: record.text, v6: false) == [])
        #expect(TenScans.doubled(in: record.text) == [])
    }

    @Test("The chains of drops.nft can be included in a user's own table")
    func snippet() throws {
        let wire = try Wire("snippet")
        try wire.load(Hosts.withSnippet, with: ["nft", "-f"])
        let record = try wire.recording {
            try TenScans.send(over: wire, v6: false)
        } until: {
            TenScans.missing(in: $0, v6: false).isEmpty
        }
        #expect(TenScans.missing(in: record.text, v6: false) == [])
    }

    @Test(
        "Martians come with their name, from both front ends; DHCP and plain packets do not",
        arguments: ["iptables", "nftables"])
    func martians(frontEnd: String) throws {
        let wire = try Wire("martian-\(frontEnd)")
        if frontEnd == "iptables" {
            // On a host without rules, where nothing is dropped, `install` feeds martians alone.
            try wire.target(Machine.rules("iptables/install"))
        } else {
            try wire.target("nft", "-f", Machine.rules("nftables/picket.nft"))
        }
        let link = try wire.target("cat", "/sys/class/net/lab0/address")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let martians = [
            ("0.1.2.3", "192.0.2.10"), ("127.0.0.5", "192.0.2.10"), ("224.0.0.9", "192.0.2.10"),
            ("240.1.2.3", "192.0.2.10"), ("255.255.255.255", "192.0.2.10"),
            ("198.51.100.7", "0.0.0.0"), ("198.51.100.7", "127.0.0.9"),
            ("198.51.100.7", "240.0.0.9"), ("127.0.0.1", "127.0.0.1"),
        ]
        let marks = martians.enumerated().map { number, pair in
            "IP \(pair.0).68 > \(pair.1).\(2000 + number):"
        }
        let record = try wire.recording {
            // Three that are no martians, then those that are.
            let plain = [
                "0.0.0.0,255.255.255.255,67", "0.0.0.0,224.0.0.1,67",
                "198.51.100.7,255.255.255.255,67",
            ]
            let forged = martians.enumerated().map { number, pair in
                "\(pair.0),\(pair.1),\(2000 + number)"
            }
            try wire.scanner(
                ["python3", Machine.traffic("frames.py"), "lab0", link] + plain + forged)
        } until: { text in
            marks.allSatisfy { text.contains($0) }
        }
        #expect(marks.filter { !record.text.contains($0) } == [])
        #expect(record.text.split(separator: "\n").count == martians.count)
        #expect(record.bytes.range(of: Data("PREROUTING MARTIAN ".utf8)) != nil)
    }
}
