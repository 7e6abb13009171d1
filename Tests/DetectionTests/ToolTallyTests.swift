// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Naming a source's tool")
struct ToolTallyTests {
    private func tally(_ marks: [ToolMark]) -> ToolTally {
        var tally = ToolTally()
        for mark in marks {
            tally.note(mark, sourcePort: 40001, sequenceNumber: 7, hopLimit: 60)
        }
        return tally
    }

    @Test("Three packets with the mark name a tool, two do not")
    func three() {
        #expect(tally([.masscan, .masscan]).verdict == .unknown)
        #expect(
            tally([.masscan, .masscan, .masscan]).verdict
                == ToolVerdict(.masscan, marks: [.masscan]))
    }

    @Test("Nine in ten of the packets must have it")
    func nineInTen() {
        let nine = [ToolMark](repeating: .mirai, count: 9)
        #expect(tally(nine + [.none]).verdict.tool == .mirai)
        #expect(tally(nine + [.none, .none]).verdict == .unknown)
        #expect(tally([.none, .none] + nine + nine).verdict.tool == .mirai)
        let thousand = [ToolMark](repeating: .mirai, count: 1000)
        #expect(
            tally(thousand + [ToolMark](repeating: .none, count: 200)).verdict == .unknown)
    }

    @Test("A source that changes its tool is known by the new one when it made nine in ten")
    func change() {
        let old = [ToolMark](repeating: .masscan, count: 5)
        let new = [ToolMark](repeating: .mirai, count: 40)
        #expect(tally(old + new).verdict == .unknown)
        #expect(tally(old + new + new + new + new).verdict.tool == .mirai)
    }

    @Test("Nmap's sequence numbers are of one run; other numbers under the same header are not its")
    func relation() {
        var own = ToolTally()
        var foreign = ToolTally()
        var dice = Dice(state: 3)
        for index in 0..<12 {
            let number: UInt32 = 0x1ad4_340c ^ (index < 6 ? 0 : 0x0002_0002)
            own.note(.nmapScan, sourcePort: 40001, sequenceNumber: number, hopLimit: 64)
            foreign.note(
                .nmapScan, sourcePort: 40001,
                sequenceNumber: UInt32(truncatingIfNeeded: dice.next() >> 13),
                hopLimit: 64)
        }
        #expect(own.verdict == ToolVerdict(.nmap, marks: [.nmapScan]))
        #expect(foreign.verdict == .unknown)
    }

    @Test("hping3's source ports count up, also where some packets are lost")
    func ports() {
        var own = ToolTally()
        var foreign = ToolTally()
        for index in 0..<12 as Range<UInt16> {
            own.note(
                .hpingPorts, sourcePort: 65530 &+ index * 3, sequenceNumber: 1, hopLimit: 64)
            foreign.note(.hpingPorts, sourcePort: 40001, sequenceNumber: 1, hopLimit: 64)
        }
        #expect(own.verdict == ToolVerdict(.hping, marks: [.hpingPorts]))
        #expect(foreign.verdict == .unknown)
    }

    @Test("A hop limit drawn anew for each packet is Nmap's; one of two or three paths is not")
    func hopLimits() {
        func verdict(_ limits: [UInt8]) -> ToolVerdict {
            var tally = ToolTally()
            for limit in limits {
                tally.note(.nmapHopLimit, sourcePort: 1, sequenceNumber: 0, hopLimit: limit)
            }
            return tally.verdict
        }
        #expect(verdict([44, 58, 40, 51, 44]) == ToolVerdict(.nmap, marks: [.nmapHopLimit]))
        #expect(verdict([44, 58, 40, 51]) == .unknown)
        #expect(verdict([44, 58, 44, 58, 44, 58, 44, 58, 50, 50, 50]) == .unknown)
        #expect(verdict([50, 51, 52, 53, 50, 51, 52, 53]) == .unknown)
        #expect(verdict([10, 58, 40, 51, 44, 33]) == .unknown)
    }

    @Test("Two halves of a source add up")
    func absorbing() {
        var first = tally([.masscan, .masscan])
        first.absorb(tally([.masscan]))
        #expect(first.verdict.tool == .masscan)
        first.absorb(tally([.none]))
        #expect(first.verdict == .unknown)
        var empty = ToolTally()
        empty.absorb(tally([.mirai, .mirai, .mirai]))
        #expect(empty.verdict.tool == .mirai)
    }

    @Test("It takes 16 bytes, and no order of marks traps")
    func bounded() {
        #expect(MemoryLayout<ToolTally>.size == 16)
        var dice = Dice(state: 11)
        var tally = ToolTally()
        var other = ToolTally()
        for round in 0..<100_000 {
            let random = dice.next()
            let mark = ToolMark(rawValue: UInt8(random % 11)) ?? .none
            tally.note(
                mark, sourcePort: UInt16(truncatingIfNeeded: random >> 8),
                sequenceNumber: UInt32(truncatingIfNeeded: random >> 16),
                hopLimit: UInt8(truncatingIfNeeded: random >> 48))
            if round % 97 == 0 { swap(&tally, &other) }
            if round % 1009 == 0 { tally.absorb(other) }
            _ = tally.verdict
        }
    }
}
