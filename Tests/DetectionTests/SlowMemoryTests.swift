// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("The slow memory")
struct SlowMemoryTests {
    private let hour = 3600.0
    private let day = 86_400.0

    @Test(
        "One probe an hour, or every six, is found at the fifth target, from the first on",
        arguments: [1.0, 6, 24, 60])
    func slow(hours: Double) throws {
        let events = (1...9).map { tcp($0, at: Double($0) * hours * hour) }
        let found = findings(in: events)
        #expect(found.detected.count == 1)
        let scan = try #require(found.first)
        #expect(scan.event == .scanDetected)
        #expect(scan.time == events[4].time)
        #expect(scan.summary.start == events[0].time)
        #expect(scan.summary.targets == DistinctCount(5))
        #expect(scan.summary.packets == 5)
        #expect(found.ended.map(\.summary.targets) == [DistinctCount(9)])
    }

    @Test("A /64 that changes its address at each probe is remembered as one source")
    func rotating() throws {
        let scan = try #require(
            findings(
                in: (1...5).map {
                    tcp(
                        $0, from: Address(high: 0x2001_0db8_0f00_0001, low: UInt64($0 * 77)),
                        to: Known.server6, at: Double($0) * 6 * hour)
                }
            ).onlyScan)
        #expect(scan.source == Network("2001:db8:f00:1::/64"))
        #expect(scan.firstAddress == Address("2001:db8:f00:1::4d"))
        #expect(scan.targets == DistinctCount(5))
    }

    @Test("Targets further apart than the memory do not add up", arguments: [1, 2])
    func tooFar(packets: Int) {
        var settings = DetectionSettings()
        settings.slowMemory = .seconds(86_400)
        func events(_ gap: Double) -> [PacketEvent] {
            (1...9).flatMap { port in
                (0..<packets).map { tcp(port, at: Double(port) * gap + Double($0)) }
            }
        }
        #expect(findings(in: events(day + 2), settings: settings).isEmpty)
        #expect(findings(in: events(day - 2), settings: settings).detected.count == 1)
    }

    @Test("A client that tries the same four ports three times every day is no scan")
    func retries() {
        let events = (0..<30).flatMap { number in
            [22, 80, 443, 993].flatMap { port in
                (0..<3).map { tcp(port, at: Double(number) * day + Double(port + $0)) }
            }
        }
        #expect(findings(in: events).isEmpty)
    }

    @Test("Stray ends of conversations do not add up over days, nor do targets of home sources")
    func innocent() {
        let strays = (0..<100).map {
            tcp(40_000 + $0, flags: .ack, sourcePort: 8333, at: Double($0) * 2 * hour)
        }
        #expect(findings(in: strays).isEmpty)
        let home = (0..<100).map {
            tcp(1 + $0, from: host(77), to: outsider($0), at: Double($0) * 2 * hour)
        }
        #expect(findings(in: home).isEmpty)
        let connections = (0..<100).map {
            tcp(1 + $0, at: Double($0) * 2 * hour, traits: .accepted)
        }
        #expect(findings(in: connections).isEmpty)
    }

    @Test("A slow scan ends when the memory is over without news, and then begins anew")
    func end() throws {
        let slow = (1...5).map { tcp($0, at: Double($0) * 6 * hour) }
        let again = (1...5).map { tcp($0, at: 30 * day + Double($0) * 6 * hour) }
        let found = findings(in: slow + again)
        #expect(found.detected.count == 2)
        let end = try #require(found.ended.first)
        #expect(end.event == .scanEnded(.lifetimeOver))
        #expect(end.time == moment(30 * hour + 14 * day))
    }

    @Test("A scan of its own, after a probe of yesterday, ends with the ordinary lifetime")
    func quick() throws {
        let found = findings(
            in: [tcp(1)] + (2...20).map { tcp($0, at: day + Double($0)) }
                + [tcp(1, from: outsider(1), at: 2 * day)])
        #expect(found.map(\.event).first == .scanDetected)
        #expect(found.detected.map(\.start) == [moment(0)])
        #expect(found.ended.map(\.time) == [moment(day + 20 + hour)])
    }

    @Test("A slow echo sweep is found at its tenth host")
    func sweep() throws {
        let events = (1...12).map { icmp(8, to: host(100 + $0), at: Double($0) * 6 * hour) }
        let found = findings(in: events)
        #expect(found.detected.map(\.kind) == [.pingSweep])
        #expect(found.first?.time == events[9].time)
    }

    @Test("A flood of one-packet sources does not wash out who asked for several things")
    func washed() {
        var settings = DetectionSettings()
        settings.memory = 1 << 20
        var detector = Detector(settings: settings, facts: Known.facts, seed: 3)
        for port in 1...2 { detector.see(tcp(port)) }
        let flood = 4 * detector.table.probation.capacity / Probation.narrowWords
        for number in 0..<flood {
            detector.see(tcp(80, from: outsider(number), at: 2 * hour + Double(number) / 100))
        }
        for port in 3...5 { detector.see(tcp(port, at: day)) }
        #expect(detector.takeFindings().detected.map(\.start) == [moment(0)])
    }

    @Test("Live sources are counted, remembered ones are not, and nobody wakes for them")
    func sleeping() {
        var detector = Detector(small: DetectionSettings())
        detector.see(tcp(1))
        for port in 1...3 { detector.see(tcp(port, from: outsider(1))) }
        #expect(detector.sourceCount == 2)
        #expect(detector.nextDeadline != nil)
        detector.advance(to: moment(3602))
        #expect(detector.sourceCount == 0)
        #expect(detector.nextDeadline == nil)
        #expect(detector.trace(of: outsider(1)) != nil)
        detector.advance(to: moment(15 * day))
        for second in 0...2 {
            detector.see(tcp(1, from: outsider(2), at: 15 * day + Double(second)))
        }
        #expect(detector.trace(of: outsider(1)) == nil)
    }
}
