// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("What the table tells of one source")
struct AskingTests {
    private func detector(_ events: [PacketEvent]) -> Detector {
        var detector = Detector(small: DetectionSettings())
        for event in events { detector.see(event) }
        return detector
    }

    @Test("Nothing of a stranger; one packet, some packets, and a scan of others")
    func standings() throws {
        let events =
            [tcp(1, from: outsider(1), at: 1)] + (1...3).map { tcp($0, from: outsider(2), at: 2) }
            + (1...9).map { tcp($0, from: outsider(3), at: 3) }
        let detector = detector(events)
        let stranger = detector.source(of: outsider(9))
        #expect(stranger == nil)
        let firstState = detector.source(of: outsider(1))
        let first = try #require(firstState)
        #expect(first.standing == .probation)
        #expect(first.seen == moment(1))
        #expect(first.weight == 1)
        let secondState = detector.source(of: outsider(2))
        let second = try #require(secondState)
        #expect(second.standing == .watched)
        #expect(second.summary?.targets == DistinctCount(3))
        #expect(second.weight == 3)
        #expect(second.threshold == 5)
        let thirdState = detector.source(of: outsider(3))
        let third = try #require(thirdState)
        #expect(third.standing == .scanning)
        #expect(third.summary?.packets == 9)
        #expect(third.summary?.level == 1)
    }

    @Test("Any address of an IPv6 network tells of the network")
    func network() throws {
        let detector = detector((1...3).map { tcp($0, from: Known.scanner6, to: Known.server6) })
        let neighbour = Address(high: Known.scanner6.high, low: 99)
        let known = detector.source(of: neighbour)
        let state = try #require(known)
        #expect(state.source == Network(Known.scanner6, prefixLength: 64))
        #expect(state.summary?.firstAddress == Known.scanner6)
    }

    @Test("After its lifetime a source is asleep, with its targets")
    func asleep() throws {
        var detector = detector((1...3).map { tcp($0, at: 0) })
        detector.advance(to: moment(2 * 3600))
        let known = detector.source(of: Known.scanner)
        let state = try #require(known)
        #expect(state.standing == .asleep)
        #expect(state.weight == 3)
    }

    @Test("Asking changes nothing that is decided afterwards")
    func pure() {
        let events = (1...6).map { tcp($0, at: Double($0)) }
        var asked = Detector(small: DetectionSettings())
        var quiet = Detector(small: DetectionSettings())
        for event in events {
            asked.see(event)
            quiet.see(event)
            _ = asked.source(of: Known.scanner)
            _ = asked.source(of: Known.scanner6)
        }
        let (found, expected) = (asked.takeFindings(), quiet.takeFindings())
        #expect(found == expected)
    }
}
