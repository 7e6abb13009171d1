// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Programs
import Testing

@testable import Lab

/// Shorewall, ufw and firewalld from their Debian packages.
@Suite(
    "picket pair with a front end", .serialized,
    .enabled(
        if: Machine.can(
            "ip", "nft", "iptables-restore", "nmap", "tcpdump", "unshare", "shorewall",
            "shorewall6",
            "ufw", "firewalld", "dbus-daemon"),
        "needs root, ip, nft, iptables, nmap, tcpdump, and the packages shorewall, shorewall6, ufw, firewalld and dbus"
    ))
struct FrontEndTests {
    /// Shows, makes, keeps and takes back a pairing, and expects each promise to be kept.
    private func exercise(_ frontEnd: some RunningFrontEnd) throws {
        let host = frontEnd.host
        let wire = host.wire
        let before = try frontEnd.rules()
        let files = try frontEnd.folders.map { try host.files($0) }
        let states = try portStates(over: wire)

        let shown = try host.pair()
        #expect(shown.end.isGood, "\(shown.words)")
        #expect(shown.output.contains("\(frontEnd.title): in charge: "), "\(shown.output)")
        #expect(try frontEnd.rules() == before, "showing changes nothing")
        #expect(try frontEnd.folders.map { try host.files($0) } == files)

        let applied = try host.pair("--apply")
        #expect(applied.end.isGood, "\(applied.words)")
        try expectPaired(host, "after --apply")
        try frontEnd.reload()
        try expectPaired(host, "after a reload")
        try frontEnd.restart()
        try expectPaired(host, "after a restart")
        #expect(try portStates(over: wire) == states, "what is dropped stays the same")
        try expectScans(wire, frontEnd.prefixes)

        let undone = try host.pair("--undo")
        #expect(undone.end.isGood, "\(undone.words)")
        #expect(try frontEnd.rules() == before)
        #expect(try frontEnd.folders.map { try host.files($0) } == files)
        try frontEnd.reload()
        #expect(try frontEnd.rules() == before)
        #expect(try host.pair("--undo").words.contains("nothing to undo"))
    }

    private func expectPaired(_ host: PrivateHost, _ moment: Comment) throws {
        let again = try host.pair("--apply")
        #expect(again.words.contains("paired already"), "\(moment): \(again.output) \(again.words)")
    }

    private func expectScans(_ wire: Wire, _ prefixes: [String]) throws {
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
        for prefix in prefixes {
            #expect(record.bytes.range(of: Data(prefix.utf8)) != nil, "\(prefix)")
        }
        let found = try scanners(in: record.bytes, of: wire)
        #expect(found == [LabNetwork.scanner4, LabNetwork.scanner6])
    }

    /// The sources that Picket finds scanning in a record, by rules that it reads as refusing.
    private func scanners(in record: Data, of wire: Wire) throws -> Set<String> {
        let file = "\(wire.folder)/record.pcap"
        try record.write(to: URL(filePath: file))
        let output = try Program(path: PairCommand.program).run(
            ["replay", "--json", file], within: .seconds(60))
        let sources = try output.text.split(separator: "\n").compactMap { line -> String? in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let event = object?["event"] as? [String: Any]
            let firewall = (object?["picket"] as? [String: Any])?["firewall"] as? [String: Any]
            guard event?["action"] as? String == "scan-detected",
                ["DROP", "REJECT"].contains(firewall?["disposition"] as? String)
            else { return nil }
            return (object?["source"] as? [String: Any])?["ip"] as? String
        }
        return Set(sources)
    }

    @Test("Shorewall and Shorewall6: the ten scans arrive beside their own limited LOG rules")
    func shorewall() throws { try exercise(try RunningShorewall()) }

    @Test("ufw: the ten scans and port 445 arrive, and what `ufw deny` drops")
    func ufw() throws { try exercise(try RunningUfw()) }

    @Test(
        "firewalld: the ten scans arrive, whether the interface is in a zone or in none",
        arguments: [nil, "public"])
    func firewalld(zone: String?) throws { try exercise(try RunningFirewalld(zone: zone)) }
}
