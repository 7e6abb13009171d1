// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Decisions
import Detection
import Packets
import TestSupport
import Testing

@testable import Daemon

@Suite("What other settings would decide")
struct WhatIfTests {
    /// The cases of some scans: a source, its number of ports.
    private func cases(
        _ scans: [(Address, Int)], change: (inout Settings) -> Void = { _ in }
    ) throws -> [DecidedCase] {
        var settings = Settings()
        change(&settings)
        var analysis = Analysis(settings: settings.detection, facts: HostFacts(), seed: 1)
        var cases = DecidedCases()
        var last = Timestamp.testStart
        for (number, scan) in scans.enumerated() {
            for port in 1...scan.1 {
                last = Timestamp.testStart.advanced(
                    byNanoseconds: Int64(number * 100 + port) * 1_000_000_000)
                let packet = tcp(
                    from: scan.0, sourcePort: UInt16(2000 + number * 7), port: UInt16(port),
                    sequence: UInt32(number * 97))
                analysis.observe(
                    event(packet, time: last), packet: RawSpan(_elements: packet.span)
                ) { cases.take($0) }
            }
        }
        analysis.finish(at: last) { cases.take($0) }
        return cases.cases
    }

    private let few = Address(v4: 0xcb00_7101)
    private let many = Address(v4: 0xcb00_7102)

    @Test("A higher threshold loses the small scan and tells the large one later")
    func higher() throws {
        let scans = [(few, 6), (many, 40)]
        let difference = DecisionDifference(
            before: try cases(scans), after: try cases(scans) { $0.detection.targets = 8 })
        #expect(difference.disappearing == 1)
        #expect(difference.changing == 1)
        #expect(difference.appearing == 0)
        let gone = try #require(difference.changes.first)
        #expect(gone.after == nil)
        #expect(
            gone.text
                == "- 2024-01-01T00:00:01.000000000Z  scan by 203.0.113.1 disappears: vertical, SYN, "
                + "level 1, 6 packets to 6 targets")
        let later = try #require(difference.changes.last)
        #expect(later.differences.map(\.words) == ["told 3.0 s later"])
        #expect(
            difference.summary
                == "2 cases as it is, 1 with the change: 0 alike, 1 changed, 1 gone, 0 new")
    }

    @Test("A lower threshold finds another scan")
    func lower() throws {
        let scans = [(few, 4), (many, 40)]
        let difference = DecisionDifference(
            before: try cases(scans), after: try cases(scans) { $0.detection.targets = 3 })
        #expect(difference.appearing == 1)
        #expect(
            difference.changes.contains { $0.before == nil && $0.after?.subject == "203.0.113.1" })
        #expect(difference.changes.first?.json.contains("\"change\":\"appears\"") == true)
    }

    @Test("Changed levels are told as such")
    func levels() throws {
        let scans = [(many, 40)]
        let difference = DecisionDifference(
            before: try cases(scans),
            after: try cases(scans) { $0.detection.levelPackets = [5, 10, 20, 30, 10_000] })
        #expect(difference.changes.map { $0.differences.map(\.words) } == [["level 2 -> 4"]])
    }

    @Test("Where nothing changes, that is said")
    func nothing() throws {
        let scans = [(few, 6), (many, 40)]
        let same = DecisionDifference(before: try cases(scans), after: try cases(scans))
        #expect(same.changes.isEmpty)
        #expect(same.summary == "nothing changes: all 2 cases are decided alike")
        let quiet = DecisionDifference(before: [], after: [])
        #expect(quiet.summary == "nothing changes: nothing is decided with either settings")
    }

    @Test("Two scans of one source are paired by their times")
    func pairs() throws {
        let one = try cases([(few, 6)])
        var later = one[0]
        later.start = later.start.advanced(byNanoseconds: 7_200_000_000_000)
        later.end = later.end.advanced(byNanoseconds: 7_200_000_000_000)
        let difference = DecisionDifference(before: one + [later], after: [later])
        #expect(difference.disappearing == 1)
        #expect(difference.changes.first?.before == one[0])
        #expect(difference.same == 1)
    }

    @Test("Evidence of several scans is played by time, and a packet in two files counts once")
    func byTime() throws {
        let rig = try EvidenceRig()
        for port in 1...20 {
            rig.observe(tcp(from: few, port: UInt16(port)), at: Int64(port) * 1000)
            rig.observe(
                tcp(from: many, sourcePort: 3000, port: UInt16(100 + port), sequence: 5),
                at: Int64(port) * 1000 + 500)
        }
        rig.finish()
        #expect(rig.files.count == 2)
        var replay = Replay(settings: Settings())
        var decisions: [Decision] = []
        let failure = try replay.readByTime(
            paths: rig.files + rig.files, options: { _ in .noReference }
        ) { decisions.append($0) }
        try replay.finish { decisions.append($0) }
        #expect(failure == nil)
        #expect(decisions.map(\.essence) == rig.decisions.map(\.essence))
    }
}
