// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Packets
import Testing

/// Decisions that a reader of the golden files should see, one of each sort.
private func scenes() throws -> [(name: String, decision: Decision)] {
    let none = DistinctCount(0)
    func ports(_ ipProtocol: IPProtocol, _ packets: UInt64, _ range: ClosedRange<UInt16>)
        -> [TransportSummary]
    { [TransportSummary(ipProtocol: ipProtocol, packets: packets, ports: range)] }
    let first = try summary(
        packets: 5, ports: DistinctCount(5), range: 10...443, sample: [10, 17, 22, 80, 443],
        level: 1, lasting: .milliseconds(420), likelihood: 6.93)
    let sweep = try summary(
        to: hosts(10), kind: .horizontal, packets: 32, hosts: DistinctCount(32),
        ports: DistinctCount(1), range: 22...22, sample: [22],
        transports: ports(.tcp, 32, 22...22), lasting: .seconds(4), likelihood: 44.4)
    let block = try summary(
        to: hosts(10), kind: .block, techniques: [.connect, .syn], packets: 12000,
        targets: DistinctCount(9000, exact: false), hosts: DistinctCount(300, exact: false),
        ports: DistinctCount(412, exact: false), range: 1...65000, level: 5,
        lasting: .seconds(7510))
    let pings = try summary(
        to: hosts(10), kind: .pingSweep, techniques: [.icmpEcho], packets: 32,
        hosts: DistinctCount(32), ports: none, range: nil, sample: [],
        transports: [TransportSummary(ipProtocol: .icmp, packets: 32)], lasting: .seconds(4))
    let pings6 = try summary(
        from: "2001:db8:7::5", prefix: 64, to: hosts(9, v6: true), kind: .pingSweep,
        techniques: [.icmpEcho], packets: 32, hosts: DistinctCount(32), ports: none, range: nil,
        sample: [], transports: [TransportSummary(ipProtocol: .icmpv6, packets: 32)],
        lasting: .seconds(4))
    let protocols = try summary(
        kind: .ipProtocol, techniques: [.ipProtocol], packets: 502, targets: DistinctCount(256),
        ports: none, range: nil, sample: [],
        transports: [
            TransportSummary(ipProtocol: .gre, packets: 251),
            TransportSummary(ipProtocol: IPProtocol(rawValue: 99), packets: 251),
        ], level: 3)
    let udp = try summary(
        techniques: [.udp], packets: 302, ports: DistinctCount(151), range: 1000...1150,
        sample: [1000, 1001], transports: ports(.udp, 302, 1000...1150), level: 3)
    let attempts = try summary(
        kind: .horizontal, packets: 65, ports: DistinctCount(1), range: 22...22, sample: [22],
        transports: ports(.tcp, 65, 22...22), level: 0, lasting: .seconds(1800), likelihood: 1.4)
    let found = Finding.Event.scanDetected
    let end = Finding.Event.scanEnded(.lifetimeOver)
    let lossy = LossCounts(gap: 12, drop: 3, refused: 1)
    var decider = Decider()
    let loss = decider.decide(loss: LossCounts(gap: 1200, drop: 4), at: momentOfThePost)
    return [
        ("vertical, found", decision(found, first)),
        ("vertical, escalated", decision(.scanEscalated, try summary())),
        ("vertical, ended", decision(end, try summary(), after: .seconds(3600))),
        ("vertical, IPv6", decision(found, try summary(from: "2001:db8:7::5", prefix: 64))),
        ("horizontal", decision(found, sweep)),
        ("block, connect, estimates, losses", decision(.scanEscalated, block, loss: lossy)),
        ("ping sweep", decision(found, pings)),
        ("ping sweep, IPv6", decision(found, pings6)),
        ("protocols", decision(found, protocols)),
        ("UDP, end of input", decision(.scanEnded(.inputEnded), udp)),
        ("FIN", decision(found, try summary(techniques: [.fin]))),
        ("XMAS", decision(found, try summary(techniques: [.xmas]))),
        (
            "NULL, unknown origin",
            decision(found, try summary(techniques: [.null]), origin: Origin())
        ),
        ("ACK", decision(found, try summary(techniques: [.ack, .window]))),
        (
            "Maimon, outbound",
            decision(found, try summary(direction: .outbound, techniques: [.maimon]))
        ),
        ("distributed", decision(found, try crowd())),
        ("distributed, ended", decision(end, try crowd(sources: 250), after: .seconds(3600))),
        ("decoy", decision(found, try crowd(.decoy, sources: 6))),
        ("a member, folded in", decision(.scanEnded(.joined), first)),
        ("flood", decision(.floodDetected(floodOfTheDay), try flooded())),
        ("flood, over", decision(.floodEnded(floodOfTheDay), try flooded(), after: .seconds(60))),
        ("attempts", decision(.attemptsRepeated(packets: 65), attempts)),
        ("loss", try #require(loss)),
    ]
}

@Suite("Golden files of the formats")
struct GoldenTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("Each format writes what its golden file says", arguments: DecisionFormat.allCases)
    func golden(_ format: DecisionFormat) throws {
        var written = ""
        for scene in try scenes() {
            let line = format.line(scene.decision, observer: observerOfThePost)
            written += "# \(scene.name)\n\(line ?? "(no line)")\n"
        }
        let file = GoldenTests.repository
            .appendingPathComponent("Tests/Golden/decisions/\(format.rawValue).expected")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try written.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == written)
    }

    @Test("The example lines of docs/formats.md are lines that the formats write")
    func documentation() throws {
        let page = try String(
            contentsOf: GoldenTests.repository.appendingPathComponent("docs/formats.md"),
            encoding: .utf8)
        let examples = page.split(separator: "```").enumerated().filter { $0.offset % 2 == 1 }
            .map { $0.element.split(separator: "\n").joined() }
        let lines = try scenes().flatMap { scene in
            DecisionFormat.allCases.compactMap {
                $0.line(scene.decision, observer: observerOfThePost)
            }
        }
        #expect(examples.count == DecisionFormat.allCases.count)
        for example in examples { #expect(lines.contains(example)) }
    }
}
