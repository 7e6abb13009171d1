// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Packets
import Review
import Testing

@testable import Journal

@Suite("Figures from the journal")
struct JournalReportTests {
    private let observer = Observer(name: "sid7", version: "0.0")

    private func summary(
        _ source: String, since start: Double, lasting hours: Double = 0.01, level: Int = 1,
        packets: UInt64 = 5, kind: ScanKind = .vertical, ports: [UInt16] = [22, 23],
        members: Int = 0
    ) throws -> ScanSummary {
        let address: Address = try #require(Address(source))
        var scan = ScanSummary(
            source: Network(address, prefixLength: address.isV4 ? 32 : 64), firstAddress: address,
            kind: kind, techniques: [.syn, .fin], packets: packets,
            targets: DistinctCount(Int(packets), exact: packets <= 256), hosts: DistinctCount(1),
            ports: DistinctCount(ports.count), portSample: ports,
            transports: [TransportSummary(ipProtocol: .tcp, packets: packets)],
            level: level, start: hour(start), end: hour(start + hours), likelihood: 9)
        if members > 0 {
            scan.crowd = CrowdSummary(
                members: (1...min(members, 100)).map { Address(v4: 0xcb00_7100 + UInt32($0)) },
                total: DistinctCount(members))
        }
        return scan
    }

    private func decide(
        _ event: Finding.Event, _ scan: ScanSummary, at hours: Double, _ decider: inout Decider,
        loss: UInt64 = 0
    ) -> Decision {
        decider.decide(
            Finding(event: event, time: hour(hours), summary: scan),
            origin: Origin(group: 5, prefix: "INPUT DROP", interfaceIn: "eth0"),
            loss: LossCounts(gap: loss))
    }

    /// A day of one daemon, with what a journal and a log may tell in different ways.
    private func day() throws -> [Decision] {
        var decider = Decider()
        var all: [Decision] = []
        var lost: UInt64 = 0
        func add(_ event: Finding.Event, _ scan: ScanSummary, at hours: Double, loss: UInt64 = 0) {
            // A counter never goes back within a run.
            lost = max(lost, loss)
            all.append(decide(event, scan, at: hours, &decider, loss: lost))
        }
        let early = try summary("192.0.2.1", since: -2)
        add(.scanDetected, early, at: -1.9, loss: 40)
        for number in 1...30 {
            let start = Double(number) / 2
            add(
                .scanDetected, try summary("198.51.100.\(number % 7)", since: start),
                at: start + 0.01)
            if number % 3 == 0 {
                add(
                    .scanEscalated,
                    try summary(
                        "198.51.100.\(number % 7)", since: start, lasting: 0.02, level: number % 5,
                        packets: UInt64(number * 13), ports: [22, 23, 25]), at: start + 0.02,
                    loss: UInt64(40 + number))
            }
        }
        let set = try summary(
            "203.0.113.1", since: 16, level: 3, packets: 412, kind: .distributed, members: 163)
        add(.scanDetected, set, at: 16.01, loss: 90)
        let folded = try summary("203.0.113.9", since: 16)
        add(.scanDetected, folded, at: 16.01, loss: 90)
        add(.scanEnded(.joined), folded, at: 16.02, loss: 90)
        add(.scanDetected, try summary("2001:db8:7::5", since: 17), at: 17.01, loss: 90)
        var attempts = try summary("192.0.2.99", since: 18, packets: 65)
        attempts.level = 0
        add(.attemptsRepeated(packets: 65), attempts, at: 18.1, loss: 90)
        add(.attemptsRepeated(packets: 65), attempts, at: 19.1, loss: 90)
        add(.scanDetected, try summary("192.0.2.200", since: 25), at: 25.01, loss: 500)
        return all
    }

    private func figures(fromLog decisions: [Decision]) throws -> Figures {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("picket-report-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = decisions.compactMap { DecisionFormat.ecs.line($0, observer: observer) }
        try (lines.joined(separator: "\n") + "\n").write(
            to: file, atomically: false, encoding: .utf8)
        var tally = FiguresTally(start: midnight, end: hour(24))
        try DecisionLogFile(path: file.path).forEach { tally.note($0) }
        return tally.figures()
    }

    private func figures(fromJournal decisions: [Decision]) throws -> Figures {
        let queue = try JournalFile.inMemory()
        var session = JournalSession(
            queue: queue, retention: Retention(keep: nil, size: .max),
            identity: RunIdentity(host: "sid7", version: "0.0", process: 1), clock: { midnight })
        _ = try session.write(
            decisions.map {
                PendingDecision(
                    decision: $0,
                    document: DecisionFormat.ecs.line($0, observer: observer) ?? "")
            }, [])
        return try FiguresTally(
            of: JournalReader(queue: queue), from: midnight, to: hour(24)
        ).figures()
    }

    @Test("The journal and the log of the same decisions give the same report")
    func same() throws {
        let decisions = try day()
        let (journal, log) = (
            try figures(fromJournal: decisions), try figures(fromLog: decisions)
        )
        #expect(journal.scans == 32)
        #expect(journal.attempts == 1)
        #expect(journal.losses.counts.gap == 50)
        #expect(journal.topSources.first?.name == "198.51.100.3")
        #expect(journal.topSources.contains { $0.name == "203.0.113.1 and 162 others" })
        for format in ReportFormat.allCases {
            #expect(
                format.text(journal, offset: 0, version: "0")
                    == format.text(log, offset: 0, version: "0"))
        }
    }

    @Test("An empty journal gives an empty report")
    func empty() throws {
        let figures = try figures(fromJournal: [])
        #expect(figures.total == 0)
        #expect(figures.start == midnight)
        #expect(figures.timeline.count == 24)
    }
}
