// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets
import Review
import Testing

@Suite("Figures of a period")
struct FiguresTests {
    @Test("A scan that is found, gets worse and ends counts once, with its last numbers")
    func once() throws {
        let start = hour(1)
        let figures = figures(of: [
            try scan(at: hour(1.001), since: start, packets: 5, targets: 5),
            try scan(
                action: "scan-escalated", at: hour(1.01), since: start, level: 3, packets: 200,
                targets: 150),
            try scan(
                action: "scan-ended", at: hour(2), since: start, level: 3, packets: 250,
                targets: 180),
        ])
        #expect(figures.scans == 1)
        #expect(figures.sources == 1)
        #expect(figures.packets == 250)
        #expect(figures.levels == [0, 0, 0, 1, 0, 0])
        #expect(figures.worst == 3)
        #expect(figures.total == 3)
        let source = try #require(figures.topSources.first)
        #expect(source.targets == 180)
        #expect((source.first, source.last) == (start, hour(2)))
    }

    @Test("Two scans of one source are two scans, one source, and the sum of their packets")
    func again() throws {
        let figures = figures(of: [
            try scan(at: hour(1), tool: "nmap", packets: 100),
            try scan(at: hour(9), level: 2, kind: "horizontal", packets: 50),
        ])
        #expect(figures.scans == 2)
        #expect(figures.sources == 1)
        let source = try #require(figures.topSources.first)
        #expect(source.scans == 2)
        #expect(source.packets == 150)
        #expect(source.level == 2)
        #expect(source.kinds == ["horizontal", "vertical"])
        #expect(source.tools == ["nmap"])
    }

    @Test("Decisions outside the period do not count; its end is outside, its start inside")
    func period() throws {
        let figures = figures(
            of: [
                try scan("198.51.100.1", at: hour(5).advanced(byNanoseconds: -1)),
                try scan("198.51.100.2", at: hour(5)),
                try scan("198.51.100.3", at: hour(6)),
            ], from: hour(5), to: hour(6))
        #expect(figures.topSources.map(\.name) == ["198.51.100.2"])
        #expect(figures.total == 1)
    }

    @Test("Without a period it begins with the first decision and ends after the last")
    func open() throws {
        let figures = figures(
            of: [try scan(at: hour(5)), try scan("192.0.2.1", at: hour(6))], from: nil, to: nil)
        #expect(figures.start == hour(5))
        #expect(figures.end == hour(6).advanced(byNanoseconds: 1))
        #expect(figures.scans == 2)
    }

    @Test("A period without decisions has no scan and no invented value")
    func empty() {
        let figures = figures(of: [])
        #expect(figures.scans == 0)
        #expect(figures.worst == nil)
        #expect(figures.topSources.isEmpty)
        #expect(figures.tools.isEmpty)
        #expect(figures.losses.isComplete)
        for format in ReportFormat.allCases {
            #expect(!format.text(figures, offset: 0, version: "0").isEmpty)
        }
    }

    @Test("The worst source comes first: by level, then by packets")
    func order() throws {
        let figures = figures(
            of: [
                try scan("198.51.100.1", at: hour(1), level: 1, packets: 90_000),
                try scan("198.51.100.2", at: hour(2), level: 3, packets: 10),
                try scan("198.51.100.3", at: hour(3), level: 3, packets: 20),
            ], limit: 2)
        #expect(figures.topSources.map(\.name) == ["198.51.100.3", "198.51.100.2"])
        #expect(figures.sources == 3)
    }

    @Test("A set of sources is one line that names the first and counts the others")
    func sets() throws {
        let figures = figures(of: [
            try scan("203.0.113.1", at: hour(1), level: 3, kind: "distributed", members: 63)
        ])
        #expect(figures.topSources.map(\.name) == ["203.0.113.1 and 62 others"])
        #expect(figures.scans == 1)
    }

    @Test("A scan that turned out to be part of a set is counted with the set alone")
    func joined() throws {
        let start = hour(1)
        var joined = try scan(action: "scan-ended", at: hour(1.1), since: start)
        joined.ending = "joined"
        let figures = figures(of: [
            try scan(at: hour(1.01), since: start), joined,
            try scan("203.0.113.1", at: hour(1.1), level: 2, kind: "decoy", members: 6),
        ])
        #expect(figures.scans == 1)
        #expect(figures.kinds.map(\.name) == ["decoy"])
    }

    @Test("Repeated attempts count by source, and not again where the source scans too")
    func attempts() throws {
        func attempts(_ source: String, at time: Timestamp) throws -> DecisionRecord {
            var record = try scan(source, action: "attempts-repeated", at: time, packets: 65)
            record.kind = nil
            return record
        }
        let figures = figures(of: [
            try attempts("198.51.100.1", at: hour(1)), try attempts("198.51.100.1", at: hour(3)),
            try scan("198.51.100.2", at: hour(4), packets: 100),
            try attempts("198.51.100.2", at: hour(5)),
        ])
        #expect(figures.attempts == 1)
        #expect(figures.scans == 1)
        #expect(figures.sources == 2)
        #expect(figures.packets == 165)
    }

    @Test("Ports count the scans that list them, with their transport, most frequent first")
    func ports() throws {
        let start = hour(1)
        var udp = try scan("192.0.2.9", at: hour(4), ports: [53])
        udp.transport = "udp"
        let figures = figures(of: [
            try scan(at: hour(1.1), since: start, ports: [23]),
            try scan(action: "scan-ended", at: hour(2), since: start, ports: [22, 23]),
            try scan("192.0.2.8", at: hour(3), ports: [23]), udp,
        ])
        #expect(
            figures.ports == [
                .init("tcp/23", 2), .init("tcp/22", 1), .init("udp/53", 1),
            ])
    }

    @Test("The timeline has a piece for each hour of a day, and each scan in one of them")
    func timeline() throws {
        let figures = figures(of: [
            try scan("192.0.2.1", at: hour(0)), try scan("192.0.2.2", at: hour(3.99), level: 4),
            try scan("192.0.2.3", at: hour(23.999)),
        ])
        #expect(figures.pieceWidth == 3_600_000_000_000)
        #expect(figures.timeline.count == 24)
        #expect(figures.timeline.first?.start == midnight)
        #expect(figures.timeline.map(\.scans).reduce(0, +) == 3)
        #expect(figures.timeline[3].levels == [0, 0, 0, 0, 1, 0])
    }

    @Test(
        "Pieces grow with the period, and there are never too many to see",
        arguments: [
            (1.0 / 60, 60.0), (2, 300), (6, 900), (24, 3600), (168, 21_600), (720, 86_400),
            (2160, 86_400), (8760, 604_800), (87_600, 7 * 604_800),
        ] as [(Double, Double)])
    func widths(hours: Double, seconds: Double) throws {
        let figures = figures(of: [try scan(at: midnight)], from: midnight, to: hour(hours))
        #expect(Double(figures.pieceWidth) / 1e9 == seconds || hours > 8760)
        #expect((1...101).contains(figures.timeline.count))
        #expect(figures.timeline.map(\.scans).reduce(0, +) == 1)
    }

    @Test("Days begin at midnight of the zone, also where the offset is not whole hours")
    func zone() throws {
        let figures = figures(
            of: [try scan(at: hour(30))], from: midnight, to: hour(24 * 40), offset: 19_800)
        // 18:30 UTC is midnight five and a half hours further east.
        let first = try #require(figures.timeline.first)
        #expect(midnight.nanoseconds(since: first.start) == 19_800_000_000_000)
    }

    @Test("A million different words are not held: those that come late are summed as others")
    func words() throws {
        var tally = FiguresTally(start: nil, end: nil)
        for number in 0..<10_000 {
            tally.note(
                try scan("198.51.100.1", at: hour(Double(number)), prefix: "rule \(number)"))
        }
        let figures = tally.figures(limit: 1000)
        #expect(figures.scans == 10_000)
        #expect(figures.prefixes.first?.name == "(others)")
        #expect(figures.prefixes.first.map { $0.scans > 5000 } ?? false)
    }
}
