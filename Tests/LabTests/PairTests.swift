// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Programs
import Testing

@testable import Lab

@Suite(
    "picket pair", .serialized,
    .enabled(
        if: Machine.can("ip", "nft", "iptables-restore", "ip6tables-restore", "nmap", "tcpdump"),
        "needs root, ip, nft, iptables, nmap and tcpdump"))
struct PairTests {
    /// Shows, makes and takes back a pairing, and expects each promise to be kept.
    private func exercise(
        _ wire: Wire, inCharge: String, prefixes: [String],
        targets: (v4: String, v6: String) = (LabNetwork.target4, LabNetwork.target6)
    ) throws {
        let pair = PairCommand(wire: wire)
        let before = try wire.everyRule()

        let shown = try pair.run()
        #expect(shown.end.isGood, "\(shown.words)")
        #expect(shown.output.contains("\(inCharge): in charge: "), "\(shown.output)")
        #expect(shown.output.contains("\n+"))
        #expect(try wire.everyRule() == before, "showing changes nothing")

        let applied = try pair.run("--apply")
        #expect(applied.end.isGood, "\(applied.words)")
        let paired = try wire.everyRule()
        #expect(paired != before)
        let again = try pair.run("--apply")
        #expect(again.words.contains("paired already"), "\(again.words)")
        #expect(try wire.everyRule() == paired, "a second time changes nothing")

        let record = try wire.recording {
            try TenScans.send(over: wire, v6: false, to: targets.v4)
            try TenScans.send(over: wire, v6: true, to: targets.v6)
        } until: { text in
            TenScans.missing(in: text, v6: false).isEmpty
                && TenScans.missing(in: text, v6: true).isEmpty
        }
        #expect(TenScans.missing(in: record.text, v6: false) == [])
        #expect(TenScans.missing(in: record.text, v6: true) == [])
        #expect(TenScans.doubled(in: record.text) == [])
        for prefix in prefixes {
            #expect(record.bytes.range(of: Data(prefix.utf8)) != nil, "\(prefix)")
        }

        let undone = try pair.run("--undo")
        #expect(undone.end.isGood, "\(undone.words)")
        #expect(try wire.everyRule() == before)
        #expect(try pair.run("--undo").words.contains("nothing to undo"))
        #expect(try wire.everyRule() == before)
    }

    @Test("iptables: the ten scans arrive in both families beside a LOG rule and another group")
    func iptables() throws {
        let wire = try Wire("pair-ipt")
        try wire.loadBoth(Hosts.ruleDrop)
        try exercise(
            wire, inCharge: "iptables",
            prefixes: ["INPUT DROP ", "guests-that-nobody-has-asked DROP "])
    }

    @Test("nftables: the ten scans arrive in both families beside a log rule and another group")
    func nftables() throws {
        let wire = try Wire("pair-nft")
        try wire.load(Hosts.nftables, with: ["nft", "-f"])
        try exercise(wire, inCharge: "nftables", prefixes: ["input DROP ", "six DROP "])
    }

    @Test(
        "A Docker host: what it keeps from a container arrives in both families",
        arguments: DockerHost.Layout.allCases)
    func docker(layout: DockerHost.Layout) throws {
        let wire = try Wire("pair-docker-\(layout.rawValue)")
        let host = try DockerHost(on: wire, layout)
        defer { host.remove() }
        try exercise(
            wire, inCharge: "Docker", prefixes: layout.prefixes,
            targets: (DockerHost.container4, DockerHost.container6))
    }

    @Test(
        "docker/install does by itself what pair does, and docker/undo takes it back",
        arguments: DockerHost.Layout.allCases)
    func dockerScript(layout: DockerHost.Layout) throws {
        let wire = try Wire("docker-script-\(layout.rawValue)")
        let host = try DockerHost(on: wire, layout)
        defer { host.remove() }
        let before = try wire.everyRule()
        let pair = PairCommand(wire: wire)
        #expect(try pair.run("--apply").end.isGood)
        let paired = try wire.everyRule()
        #expect(try pair.run("--undo").end.isGood)
        try wire.target(Machine.rules("docker/install"))
        #expect(try wire.everyRule() == paired)
        try wire.target(Machine.rules("docker/undo"))
        #expect(try wire.everyRule() == before)
    }

    @Test("Docker's chains in iptables beside a host's nftables: both are fed, martians once")
    func dockerBeside() throws {
        let wire = try Wire("pair-beside")
        try wire.load(Hosts.nftables, with: ["nft", "-f"])
        let host = try DockerHost(on: wire, .isolation)
        defer { host.remove() }
        let before = try wire.everyRule()
        let pair = PairCommand(wire: wire)
        #expect(try pair.run("--apply").end.isGood)
        let paired = try wire.everyRule()
        #expect(
            paired.contains(
                "-A DOCKER-USER -i lab0 -p tcp -m tcp --dport 445 -j PICKET-DOCKER-USER"))
        #expect(paired.contains("log prefix \"six DROP \" group 5 comment \"picket\""))
        #expect(paired.contains("table inet picket_feed"))
        #expect(!paired.contains("PICKET-MARTIAN"))
        let inFilter = try wire.target("nft", "list", "table", "ip", "filter")
        #expect(!inFilter.contains("comment \"picket\""), "iptables' tables are not nft's to feed")
        #expect(try pair.run("--apply").words.contains("paired already"))
        #expect(try wire.everyRule() == paired)
        #expect(try pair.run("--undo").end.isGood)
        #expect(try wire.everyRule() == before)
    }

    @Test("A step that fails leaves the rules as they were, unpaired or paired")
    func failure() throws {
        let wire = try Wire("pair-fail")
        try wire.loadBoth(Hosts.ruleDrop)
        let unpaired = try wire.everyRule()
        var broken = PairCommand(wire: wire)
        // iptables takes its rules; ip6tables has no such target, and nobody has tried before.
        try broken.change(
            "iptables/install", " --test ||", to: " --test >/dev/null 2>&1 || true ||")
        try broken.change("iptables/picket.v6.rules", "-j NFLOG", to: "-j NO-SUCH-TARGET")
        // What is shown is not asked of the kernel: the failure comes in the middle.
        let first = try broken.run("--apply")
        #expect(first.end == .exit(code: 71), "\(first.words)")
        #expect(first.words.contains("What was there before is back"))
        #expect(try wire.everyRule() == unpaired)

        #expect(try PairCommand(wire: wire).run("--apply").end.isGood)
        try wire.target("iptables", "-I", "INPUT", "-s", "203.0.113.9", "-j", "DROP")
        try wire.target("ip6tables", "-I", "INPUT", "-s", "2001:db8:f::9", "-j", "DROP")
        let paired = try wire.savedRules()
        let second = try broken.run("--apply")
        #expect(second.end == .exit(code: 71), "\(second.words)")
        #expect(try wire.savedRules() == paired)
    }

    @Test("Rules that turn out other than they were planned are taken out again")
    func otherThanPlanned() throws {
        let wire = try Wire("pair-other")
        let host = try DockerHost(on: wire, .forward)
        defer { host.remove() }
        let before = try wire.everyRule()
        var broken = PairCommand(wire: wire)
        // As if somebody else changed rules meanwhile.
        try broken.change(
            "iptables/install", "for program in \"${programs[@]}\"; do\n    count=",
            to: "iptables -F PICKET-DOCKER\nfor program in \"${programs[@]}\"; do\n    count=")
        let applied = try broken.run("--apply")
        #expect(applied.end == .exit(code: 65), "\(applied.words)")
        #expect(applied.words.contains("are not those that were planned"))
        #expect(try wire.everyRule() == before)
        #expect(try PairCommand(wire: wire).run("--undo").words.contains("nothing to undo"))
    }

    @Test(
        "A pairing that was killed in the middle says so, and either way out of it is whole",
        arguments: ["--apply", "--undo"])
    func killed(option: String) throws {
        let wire = try Wire("pair-kill\(option)")
        try wire.loadBoth(Hosts.ruleDrop)
        let before = try wire.everyRule()
        var doomed = PairCommand(wire: wire)
        try doomed.change(
            "iptables/install", "load \"$program\" \"${text[$program]}\" && continue",
            to: "load \"$program\" \"${text[$program]}\" && kill -KILL $PPID $$")
        #expect(try doomed.run("--apply").end == .signal(9))
        let half = try wire.everyRule()
        #expect(half != before && half.contains("PICKET-INPUT"))

        let pair = PairCommand(wire: wire)
        #expect(try pair.run().output.contains("was cut off in the middle"))
        #expect(try pair.run(option).end.isGood)
        if option == "--undo" {
            #expect(try wire.everyRule() == before)
        } else {
            #expect(try pair.run("--apply").words.contains("paired already"))
            #expect(try wire.target("ip6tables-save").contains("PICKET-INPUT"))
            #expect(try pair.run("--undo").end.isGood)
            #expect(try wire.everyRule() == before)
        }
    }

    @Test("Two that drop packets are refused by name, and one of them can be named")
    func two() throws {
        let wire = try Wire("pair-two")
        try wire.loadBoth(Hosts.policyDrop)
        try wire.load(Hosts.nftables, with: ["nft", "-f"])
        let before = try wire.everyRule()
        let refused = try PairCommand(wire: wire).run("--apply")
        #expect(refused.end == .exit(code: 78))
        #expect(refused.words.contains("2 front ends drop packets here: nftables ("))
        #expect(refused.words.contains("--front-end"))
        #expect(try wire.everyRule() == before)
        #expect(try PairCommand(wire: wire).run("--front-end", "nftables", "--apply").end.isGood)
        let other = try PairCommand(wire: wire).run("--front-end", "iptables", "--apply")
        #expect(other.end == .exit(code: 78) && other.words.contains("is paired with nftables"))
        #expect(try PairCommand(wire: wire).run("--undo").end.isGood)
        #expect(try wire.everyRule() == before)
    }

    @Test("A host that drops nothing is told so")
    func none() throws {
        let refused = try PairCommand(wire: try Wire("pair-none")).run()
        #expect(refused.end == .exit(code: 69))
        #expect(refused.words.contains("no rule here drops packets"))
    }

    @Test("A reader of group 5 is not needed; settings without the group are told")
    func otherGroup() throws {
        let wire = try Wire("pair-group")
        try wire.load(Hosts.nftables, with: ["nft", "-f"])
        let settings = "\(wire.folder)/picket.yaml"
        try "nflog: {groups: [7]}\n".write(toFile: settings, atomically: true, encoding: .utf8)
        let shown = try PairCommand(wire: wire).run("--config", settings)
        #expect(shown.end.isGood)
        #expect(shown.output.contains("feed NFLOG group 5, and the settings subscribe to 7"))
    }

    @Test("--json prints an object a line, with the diff")
    func json() throws {
        let wire = try Wire("pair-json")
        try wire.load(Hosts.nftables, with: ["nft", "-f"])
        let lines = try PairCommand(wire: wire).run("--json").output.split(separator: "\n")
        let objects = try lines.map {
            try #require(
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let charge = objects.first { $0["in_charge"] as? Bool == true }
        #expect(charge?["front_end"] as? String == "nftables")
        #expect(objects.last?["result"] as? String == "planned")
        #expect((objects.last?["diff"] as? [String])?.contains { $0.hasPrefix("+") } == true)
    }
}
