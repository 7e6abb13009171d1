// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Danger levels and attempts")
struct LevelTests {
    @Test(
        "The level follows from the packets",
        arguments: [(5, 1), (14, 1), (15, 2), (68, 2), (149, 2), (150, 3), (204, 3), (1500, 4)])
    func packets(count: Int, level: Int) throws {
        let scan = findings(in: (0..<count).map { tcp(10 + $0) }).onlyScan
        #expect(try #require(scan).level == level)
    }

    @Test("Invalid ICMP makes a scan level 2, whatever it counts, and no scan of what is none")
    func invalidICMP() throws {
        let odd = (1...10).map { icmp(8, code: 2, to: host($0), at: Double($0)) }
        #expect(try #require(findings(in: odd).onlyScan).level == 2)
        let echoes = (1...9).map { icmp(to: host($0), at: Double($0)) }
        #expect(findings(in: echoes + [icmp(44, at: 20)]).onlyScan?.level == 2)
        #expect(findings(in: (0..<5).map { icmp(8, code: 2, at: Double($0)) }).isEmpty)
        // What the settings say of a packet wins.
        var settings = DetectionSettings()
        settings.autoLevels = [AutoLevelRule(level: 1)]
        #expect(findings(in: odd, settings: settings).onlyScan?.level == 1)
    }

    @Test("Ten thousand packets are level 5", arguments: [(9_999, 4), (10_000, 5)])
    func manyPackets(count: Int, level: Int) throws {
        let scan = findings(in: (0..<count).map { tcp(10 + $0) }).onlyScan
        #expect(try #require(scan).level == level)
    }

    @Test(
        "The level follows from the hosts, which beyond 256 are estimated",
        arguments: [(19, 2), (50, 3), (100, 4), (475, 4), (527, 5)])
    func hosts(count: Int, level: Int) throws {
        let events = (0..<count).map { tcp(22, to: Address(v4: 0x0a00_0001 + UInt32($0))) }
        #expect(try #require(findings(in: events).onlyScan).level == level)
    }

    @Test("A scan begins at level 1 and each rise is told once")
    func escalation() {
        let found = findings(in: (0..<200).map { tcp(10 + $0) })
        #expect(
            found.filter { $0.attemptsMade == nil }.map(\.event) == [
                .scanDetected, .scanEscalated, .scanEscalated, .scanEnded(.inputEnded),
            ])
        #expect(found.filter { $0.attemptsMade == nil }.map(\.summary.level) == [1, 2, 3, 3])
    }

    @Test("Two packets to each of 151 ports are 302 packets")
    func repeats() throws {
        let events = (0..<151).flatMap { port in [tcp(1000 + port), tcp(1000 + port)] }
        let scan = try #require(findings(in: events).onlyScan)
        #expect(scan.packets == 302)
        #expect(scan.targets == DistinctCount(151))
        #expect(scan.level == 3)
    }

    @Test("A monitor that asks the same four things for a week is no scan")
    func monitor() {
        let events = (0..<40_320).map { tcp([22, 80, 443, 5432][$0 % 4], at: Double($0) * 15) }
        #expect(findings(in: events).detected.isEmpty)
    }

    @Test("A scanner that stays at one port does not rise by it")
    func hammering() throws {
        let events =
            (1...5).map { tcp($0) } + (0..<5000).map { tcp(5, at: 61 + Double($0) * 0.1) }
        let scan = try #require(findings(in: events).onlyScan)
        #expect(scan.packets == 5)
        #expect(scan.level == 1)
    }

    @Test("Fifty attempts within the hour are told once, whatever the ports")
    func attempts() throws {
        let found = findings(in: (0..<65).map { tcp(22, at: Double($0) * 10) })
        #expect(found.map(\.attemptsMade) == [50])
        #expect(found[0].time == moment(490))
        #expect(found[0].summary.level <= 1)
        let slow = findings(in: (0..<300).map { tcp(22, at: Double($0) * 80) })
        #expect(slow.isEmpty)
    }

    @Test("Attempts that go on are told once a window")
    func attemptsGoOn() {
        // A day, one a second.
        let found = findings(in: (0..<86_400).map { tcp(22, at: Double($0)) })
        #expect((20...25).contains(found.attempts.count))
    }

    @Test("What is late, accepted or a martian is no attempt")
    func noAttempts() {
        var events: [PacketEvent] = []
        for number in 0..<500 {
            events.append(tcp(22, traits: .accepted))
            events.append(tcp(40000 + number, flags: .ack, sourcePort: 443))
            events.append(tcp(22, flags: .rst))
            events.append(tcp(22, from: Address(v4: 0x7f00_0001)))
        }
        #expect(findings(in: events).isEmpty)
    }

    @Test("Any limit and window of attempts works", arguments: [1, 50, 255, 256, 1000])
    func limits(limit: Int) throws {
        var settings = DetectionSettings()
        settings.repeatedAttempts = limit
        settings.repeatedWindow = .seconds(120)
        let events = (0..<limit).map { _ in tcp(22) }
        #expect(findings(in: events.dropLast(), settings: settings).attempts.isEmpty)
        let found = findings(in: events, settings: settings)
        #expect(found.attempts.map(\.attemptsMade) == [limit])
    }
}

extension Finding {
    var attemptsMade: Int? {
        if case .attemptsRepeated(let packets) = event { packets } else { nil }
    }
}
