// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import Testing

@testable import Lab

@Suite(
    "The lab's namespaces",
    .enabled(
        if: Machine.can("ip", "nft", "tcpdump", "nmap"), "needs root, ip, nft, nmap and tcpdump"))
struct LabNetworkTests {
    @Test("Scanner and target reach each other in both families, and nothing else")
    func cable() throws {
        let wire = try Wire("cable")
        for (family, mine) in [
            ("-4", ["192.0.2.0/24", "198.51.100."]), ("-6", ["2001:db8:", "fe80:"]),
        ] {
            for namespace in [wire.network.target, wire.network.scanner] {
                let routes = try wire.network.run(in: namespace, ["ip", family, "route", "show"])
                for route in routes.split(separator: "\n") {
                    #expect(mine.contains { route.hasPrefix($0) }, "\(namespace): \(route)")
                }
            }
        }
        let links = try wire.target("ip", "-o", "link", "show").split(separator: "\n")
        #expect(links.count == 2)
    }

    @Test("The lab's own rules give each SYN to NFLOG once", arguments: LabRules.allCases)
    func rules(kind: LabRules) throws {
        let wire = try Wire("rules-\(kind.rawValue)")
        let folder = LabFolder(at: "\(wire.folder)/lab")
        try folder.make()
        try kind.load(in: wire.network, folder: folder)
        for (source, target) in [
            (LabNetwork.scanner4, LabNetwork.target4), (LabNetwork.scanner6, LabNetwork.target6),
        ] {
            let record = try wire.recording {
                // nmap, because this process cannot become part of a namespace without leaving its own.
                try wire.scanner(
                    ["nmap"] + (source.contains(":") ? ["-6"] : [])
                        + ["-sS", "-n", "-Pn", "-T4", "--max-retries", "0", "-p", "1-100", target])
            } until: {
                $0.components(separatedBy: "Flags [S]").count > 100
            }
            #expect(record.text.components(separatedBy: "Flags [S]").count == 101)
            #expect(record.bytes.range(of: Data("INPUT DROP ".utf8)) != nil)
        }
    }

    @Test("A lab whose process is gone is removed by the next; one that runs is left alone")
    func leftovers() throws {
        let wire = try Wire("alive")
        // A process that has ended: its number is free, and numbers go up before they come again.
        let ended = try Tool("true", package: "coreutils").start([])
        ended.waitUntilExit()
        let gone = try LabNetwork(owner: ended.processIdentifier)
        try gone.make()
        #expect(try LabNetwork.removeLeftovers().contains(ended.processIdentifier))
        let list = try Tool("ip", package: "iproute2").run(["netns", "list"])
        #expect(!list.contains(gone.target) && !list.contains(gone.scanner))
        #expect(list.contains(wire.network.target) && list.contains(wire.network.scanner))
    }

    @Test("A namespace that cannot be made leaves nothing behind")
    func failure() throws {
        let own = ProcessInfo.processInfo.processIdentifier
        let network = try LabNetwork(owner: own, tag: "half-")
        let ip = try Tool("ip", package: "iproute2")
        try ip.run(["netns", "add", network.scanner])
        #expect(throws: LabError.self) { try network.make() }
        let list = try ip.run(["netns", "list"])
        #expect(!list.contains(network.target) && !list.contains(network.scanner))
    }
}

@Suite("What the lab reads and says")
struct LabWordsTests {
    @Test("Only a vertical scan by the lab's scanner counts; a line still being written does not")
    func decisions() throws {
        let text = """
            {"event":{"action":"loss"},"picket":{"loss":{"gap":1}}}
            {"event":{"action":"scan-detected"},"source":{"ip":"192.0.2.99"},"picket":{"scan":{"kind":"vertical"}}}
            {"event":{"action":"scan-detected","reason":"r"},"source":{"ip":"198.51.100.7"},"picket":{"scan":{"kind":"vertical"}}}
            not JSON
            {"event":{"action":"scan-escal
            """
        let read = LabDecision.read(text)
        #expect(read.map { $0.namesVerticalScan(by: "198.51.100.7") } == [false, false, true])
    }

    @Test("Each failure has its exit code and a sentence that says what to do")
    func errors() {
        #expect(LabError.notRoot.exitCode == 77)
        #expect("\(LabError.notRoot)".contains("sudo"))
        let missing = LabError.missing(program: "ip", package: "iproute2")
        #expect(missing.exitCode == 69)
        #expect("\(missing)".contains("iproute2"))
        #expect(LabError.interrupted(signal: 2).exitCode == 130)
    }
}
