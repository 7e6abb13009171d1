// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

/// What a prefix must be understood as.
struct PrefixCase: Sendable, CustomTestStringConvertible {
    var prefix: String
    var disposition: RulePrefix.Disposition?
    var zones: [String?] = [nil, nil]
    var chain: String?

    var testDescription: String { "\"\(prefix)\"" }

    static let shorewall: [PrefixCase] = [
        PrefixCase(prefix: "Shorewall:net2fw:DROP:", disposition: .drop, zones: ["net", "fw"]),
        PrefixCase(prefix: "Shorewall:net-fw:DROP:", disposition: .drop, zones: ["net", "fw"]),
        PrefixCase(
            prefix: "Shorewall6:net-all:REJECT:", disposition: .reject, zones: ["net", "all"]),
        PrefixCase(
            prefix: "Shorewall:loc2dmz:ACCEPT:", disposition: .accept, zones: ["loc", "dmz"]),
        PrefixCase(prefix: "Shorewall:net-dmz2:DROP:", disposition: .drop, zones: ["net", "dmz2"]),
        PrefixCase(prefix: "Shorewall:wan12fw:DROP:", disposition: .drop, zones: ["wan1", "fw"]),
        PrefixCase(prefix: "Shorewall:wlan0_mac:DROP:", disposition: .drop, chain: "wlan0_mac"),
        PrefixCase(prefix: "Shorewall:INPUT:REJECT:", disposition: .reject, chain: "INPUT"),
        PrefixCase(prefix: "Shorewall:logflags:DROP:", disposition: .drop, chain: "logflags"),
        PrefixCase(prefix: "Shorewall:smurfs:DROP:", disposition: .drop, chain: "smurfs"),
        // Cut at the 29 characters of --log-prefix.
        PrefixCase(prefix: "Shorewall:longzone-otherzone:", zones: ["longzone", "otherzone"]),
        PrefixCase(prefix: "Shorewall:"),
        // Debian's default format.
        PrefixCase(prefix: "net-fw DROP ", disposition: .drop, zones: ["net", "fw"]),
        PrefixCase(prefix: "net-fw REJECT ", disposition: .reject, zones: ["net", "fw"]),
        PrefixCase(prefix: "INPUT REJECT ", disposition: .reject, chain: "INPUT"),
        PrefixCase(prefix: "wlan0_mac DROP ", disposition: .drop, chain: "wlan0_mac"),
    ]

    static let others: [PrefixCase] = [
        PrefixCase(prefix: "[UFW BLOCK] ", disposition: .drop),
        PrefixCase(prefix: "[UFW BLOCK]", disposition: .drop),
        PrefixCase(prefix: "[UFW ALLOW] ", disposition: .accept),
        PrefixCase(prefix: "[UFW AUDIT] ", disposition: .audit),
        // Logged in the chain that denies.
        PrefixCase(prefix: "[UFW AUDIT INVALID] ", disposition: .drop),
        PrefixCase(prefix: "[UFW LIMIT BLOCK] ", disposition: .drop),
        PrefixCase(prefix: "[UFW LIMIT] ", disposition: .limit),
        PrefixCase(
            prefix: "filter_IN_public_DROP: ", disposition: .drop, zones: ["public", nil],
            chain: "filter_IN_public"),
        PrefixCase(
            prefix: "filter_IN_public_REJECT: ", disposition: .reject, zones: ["public", nil],
            chain: "filter_IN_public"),
        PrefixCase(
            prefix: "IN_my_zone_ACCEPT: ", disposition: .accept, zones: ["my_zone", nil],
            chain: "IN_my_zone"),
        PrefixCase(
            prefix: "FWDO_dmz_REJECT: ", disposition: .reject, zones: [nil, "dmz"],
            chain: "FWDO_dmz"),
        PrefixCase(prefix: "FINAL_REJECT: ", disposition: .reject),
        PrefixCase(prefix: "STATE_INVALID_DROP: ", disposition: .drop),
        PrefixCase(prefix: "[WAN_LOCAL-default-D]", disposition: .drop, chain: "WAN_LOCAL"),
        PrefixCase(prefix: "[WAN_IN-20-A]", disposition: .accept, chain: "WAN_IN"),
        PrefixCase(prefix: "[DOCKER-USER DROP] ", disposition: .drop, chain: "DOCKER-USER"),
        PrefixCase(prefix: "[DOCKER-USER] DROP: ", disposition: .drop, chain: "DOCKER-USER"),
        PrefixCase(prefix: "DOCKER-USER: "),
        PrefixCase(prefix: "reject wan in: ", disposition: .reject),
        PrefixCase(prefix: "[nftables] Inbound Denied: ", disposition: .drop),
        PrefixCase(prefix: "nft drop: ", disposition: .drop),
        PrefixCase(prefix: "IPTables-Dropped: ", disposition: .drop),
        PrefixCase(prefix: "iptables denied: ", disposition: .drop),
        PrefixCase(prefix: "Connection not allowed: ", disposition: .drop),
        PrefixCase(prefix: "DROP INVALID ", disposition: .drop),
        PrefixCase(prefix: "DROP ", disposition: .drop),
        PrefixCase(prefix: "DROP: ", disposition: .drop),
        PrefixCase(prefix: "DROP_INPUT ", disposition: .drop),
        PrefixCase(prefix: "INPUT DROP ", disposition: .drop, chain: "INPUT"),
        PrefixCase(prefix: "LOGDROP ", disposition: .drop),
        // Those of iptables/: the chain by its own name, in whatever letters.
        PrefixCase(prefix: "INPUT ACCEPT ", disposition: .accept, chain: "INPUT"),
        PrefixCase(prefix: "input DROP ", disposition: .drop, chain: "input"),
        PrefixCase(prefix: "six REJECT ", disposition: .reject, chain: "six"),
        PrefixCase(
            prefix: "guests-that-nobody-has-asked DROP ", disposition: .drop,
            chain: "guests-that-nobody-has-asked"),
        PrefixCase(prefix: "forward-lan DROP ", disposition: .drop, chain: "forward-lan"),
        PrefixCase(prefix: "DOCKER DROP ", disposition: .drop, chain: "DOCKER"),
        PrefixCase(prefix: "DOCKER-USER DROP ", disposition: .drop, chain: "DOCKER-USER"),
        PrefixCase(
            prefix: "DOCKER-ISOLATION-STAGE-2 DROP ", disposition: .drop,
            chain: "DOCKER-ISOLATION-STAGE-2"),
        PrefixCase(
            prefix: "filter-forward-in__docker0 DROP ", disposition: .drop,
            chain: "filter-forward-in__docker0"),
        PrefixCase(prefix: "raw-PREROUTING DROP ", disposition: .drop, chain: "raw-PREROUTING"),
        PrefixCase(prefix: "ufw-before-input DROP ", disposition: .drop, chain: "ufw-before-input"),
        PrefixCase(prefix: "PREROUTING MARTIAN ", chain: "PREROUTING"),
        PrefixCase(prefix: "f2b-sshd REJECT ", disposition: .reject, chain: "f2b-sshd"),
        PrefixCase(prefix: "ICMP "), PrefixCase(prefix: ""), PrefixCase(prefix: " "),
        PrefixCase(prefix: "[]::()"), PrefixCase(prefix: "-"), PrefixCase(prefix: "_2_"),
        PrefixCase(prefix: "SCAN "), PrefixCase(prefix: "martian source "),
    ]
}

@Suite("Rule prefixes")
struct RulePrefixTests {
    @Test(
        "Shorewall's say the zones or the chain, and the disposition",
        arguments: PrefixCase.shorewall)
    func shorewall(example: PrefixCase) { expect(example) }

    @Test("Others say what they say, and nothing is made up", arguments: PrefixCase.others)
    func others(example: PrefixCase) { expect(example) }

    private func expect(_ example: PrefixCase) {
        let rule = RulePrefix(example.prefix)
        #expect(rule.disposition == example.disposition)
        #expect([rule.sourceZone, rule.destinationZone] == example.zones)
        #expect(rule.chain == example.chain)
    }

    @Test("ACCEPT, ALLOW and AUDIT let a packet pass, and nothing else does")
    func accepted() {
        for prefix in ["[UFW ALLOW] ", "[UFW AUDIT] ", "Shorewall:net-fw:ACCEPT:", "accepted: "] {
            #expect(RulePrefix(prefix).isAccepted)
        }
        for prefix in ["", "ICMP ", "DROP ", "[UFW AUDIT INVALID] ", "[UFW LIMIT BLOCK] ", "LIMIT"]
        {
            #expect(!RulePrefix(prefix).isAccepted)
        }
    }

    @Test("Random prefixes never trap")
    func random() {
        var random = SeededGenerator(seed: 8)
        let letters = Array("DROPAnetfw2-_: []()IN\u{e9}\u{1f600}")
        for _ in 0..<10_000 {
            let count = Int.random(in: 0...30, using: &random)
            _ = RulePrefix(
                String((0..<count).compactMap { _ in letters.randomElement(using: &random) }))
        }
    }
}

@Suite("Origins")
struct OriginTests {
    @Test("The same origin has the same number, and the number leads back to it")
    func interning() {
        var table = OriginTable()
        let first = table.intern(Origin(group: 5, prefix: "net-fw DROP", hook: .input))
        let second = table.intern(Origin(group: 6))
        #expect(first != second)
        #expect(table.intern(Origin(group: 5, prefix: "net-fw DROP", hook: .input)) == first)
        #expect(table[first].rule.sourceZone == "net")
        #expect(table[second].group == 6)
    }

    @Test("The unknown origin is the first, and stands for numbers that no table gave")
    func unknown() {
        var table = OriginTable()
        #expect(table.intern(Origin()) == .unknown)
        #expect(table[OriginID(rawValue: 999)] == Origin())
    }

    @Test("A full table grows no further, and still knows what it knew")
    func bound() {
        var table = OriginTable()
        for number in 0..<5000 { _ = table.intern(Origin(prefix: "rule \(number)")) }
        #expect(table.origins.count == OriginTable.capacity)
        #expect(table.intern(Origin(prefix: "one more")) == .unknown)
        #expect(table[table.intern(Origin(prefix: "rule 7"))].prefix == "rule 7")
    }
}
