// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

/// Nmap's packets for one target: the same for each source but for the source.
private func round(
    _ port: Int, from sources: [Address], at seconds: Double, marked: Bool,
    to destination: Address = Known.server
) -> [PacketEvent] {
    sources.enumerated().map { index, source in
        var event = tcp(
            port, from: source, to: destination, sourcePort: marked ? 56500 : 40000 + UInt16(index),
            at: seconds + Double(index) * 0.000_02)
        event.window = 1024
        event.tcpOptions = .maximumSegmentSize
        event.sequenceNumber = marked ? 1_872_185_187 : UInt32(1000 * index + port)
        event.identification = marked ? UInt16(truncatingIfNeeded: port &* 257) : 0
        return event
    }
}

private let five = [outsider(1), outsider(2), Known.scanner, outsider(4), outsider(5)]

extension [Finding] {
    fileprivate var kinds: [ScanKind] { detected.map(\.kind) }
}

@Suite("Decoys")
struct DecoyTests {
    @Test(
        "A scanner among decoys is one set with its members, and nobody is named alone",
        arguments: [true, false], [0.0, 0.001, 0.4, 15])
    func set(marked: Bool, every: Double) throws {
        let events = (1...100).flatMap {
            round($0, from: five, at: Double($0) * every, marked: marked)
        }
        let found = findings(in: events)
        #expect(found.kinds == [.decoy])
        #expect(found.attempts.isEmpty)
        let first = try #require(found.first)
        // At the fifth common target: with the mark when the first of them asks for it.
        #expect(first.summary.targets == DistinctCount(5))
        #expect(first.time == events[marked ? 20 : 21].time)
        let scan = try #require(found.ended.last?.summary)
        #expect(scan.targets == DistinctCount(100))
        #expect(scan.packets == 500)
        #expect(scan.portRange == 1...100)
        #expect(scan.destinations == [Known.server])
        #expect(scan.techniques == [.syn])
        #expect(scan.level == 3)
        #expect(scan.tool.tool == (marked ? .nmap : .unknown))
        let crowd = try #require(scan.crowd)
        #expect(crowd.total == DistinctCount(5))
        #expect(Set(crowd.members) == Set(five))
        #expect(scan.start == events[0].time)
    }

    @Test(
        "Decoys are a set whichever of them comes first at a target",
        arguments: [3, 5, 20, 60], [true, false])
    func anyOrder(count: Int, marked: Bool) throws {
        var dice = Dice(state: UInt64(count))
        let sources = (0..<count).map { outsider($0) }
        let events = (1...40).flatMap { port in
            round(
                port, from: sources.shuffled(using: &dice), at: Double(port) * 0.7, marked: marked)
        }
        var settings = DetectionSettings()
        settings.memory = 64 << 20
        let found = findings(in: events, settings: settings)
        #expect(found.kinds == [.decoy])
        let scan = try #require(found.ended.last?.summary)
        #expect(scan.targets == DistinctCount(40))
        #expect(try #require(scan.crowd).total == DistinctCount(count))
        #expect(abs(Int(scan.packets) - 40 * count) <= count)
    }

    @Test("A network that lets decoys overtake each other by less than 100 ms hides none of them")
    func overtaking() throws {
        var dice = Dice(state: 11)
        let events = (1...40).flatMap { port in
            round(port, from: five, at: 0, marked: false).map { event in
                var event = event
                event.time = moment(Double(port) + Double.random(in: 0..<0.09, using: &dice))
                return event
            }.sorted { $0.time < $1.time }
        }
        let found = findings(in: events)
        #expect(found.kinds == [.decoy])
        #expect(try #require(found.ended.last?.summary.crowd).total == DistinctCount(5))
    }

    @Test("Two sources are enough, and 129 are not too many", arguments: [2, 3, 11, 129])
    func counts(_ count: Int) throws {
        let sources = (0..<count).map { outsider($0) }
        let events = (1...10).flatMap {
            round($0, from: sources, at: Double($0), marked: true)
        }
        var settings = DetectionSettings()
        settings.memory = 16 << 20
        let found = findings(in: events, settings: settings)
        #expect(found.kinds == [.decoy])
        let crowd = try #require(found.ended.last?.summary.crowd)
        #expect(crowd.total == DistinctCount(count))
        #expect(crowd.members.count == min(100, count))
    }

    @Test("Four common targets are no scan, of a set as of one source")
    func four() {
        let events = (1...4).flatMap { round($0, from: five, at: Double($0), marked: true) }
        #expect(findings(in: events).isEmpty)
    }

    @Test("Two people scanning at once, each in an order of his own, are two scans")
    func twoPeople() {
        var dice = Dice(state: 3)
        let ports = Array(1...100)
        let (mine, theirs) = (ports.shuffled(using: &dice), ports.shuffled(using: &dice))
        let events = (0..<100).flatMap { index in
            [
                tcp(mine[index], from: outsider(1), at: Double(index) * 0.001),
                tcp(theirs[index], from: outsider(2), at: Double(index) * 0.001 + 0.0005),
            ]
        }
        let found = findings(in: events)
        #expect(found.kinds == [.vertical, .vertical])
        #expect(found.ended.allSatisfy { $0.summary.targets == DistinctCount(100) })
    }

    @Test("Many sources of one maker's marks that meet at a target now and then are no set")
    func chance() {
        var dice = Dice(state: 5)
        let events = (0..<5000).map { index in
            var event = tcp(
                Int.random(in: 1...250, using: &dice),
                from: outsider(Int.random(in: 0..<12, using: &dice)), at: Double(index) / 100)
            event.sequenceNumber = 1
            return event
        }
        #expect(!findings(in: events).kinds.contains(.decoy))
    }

    @Test("Two who ask for the same in the same order 200 ms apart are two scans")
    func apart() {
        let events = (1...50).flatMap { port in
            [
                tcp(port, from: outsider(1), at: Double(port)),
                tcp(port, from: outsider(2), at: Double(port) + 0.2),
            ]
        }
        #expect(findings(in: events).kinds == [.vertical, .vertical])
    }

    @Test("A member with five targets outside the common ones is judged alone; with four it is not")
    func outside() {
        func kinds(_ count: Int) -> [ScanKind] {
            var events = (1...20).flatMap { round($0, from: five, at: Double($0), marked: true) }
            events += (1...count).map {
                tcp($0 + 1000, from: Known.scanner, to: host(77), at: 30 + Double($0))
            }
            return findings(in: events).kinds
        }
        #expect(kinds(4) == [.decoy])
        #expect(kinds(5).count == 2)
    }

    @Test("Who was named before he took decoys keeps his scan when he has targets of his own")
    func named() {
        let before = (1...9).map { tcp($0 + 100, from: Known.scanner, at: Double($0) / 100) }
        let events =
            before + (1...20).flatMap { round($0, from: five, at: Double($0), marked: true) }
        let found = findings(in: events)
        #expect(found.kinds == [.vertical, .decoy])
        #expect(found.ended.count == 2)
        #expect(found.ended.allSatisfy { $0.event == .scanEnded(.inputEnded) })
    }

    @Test("UDP, ICMP sweeps and IPv6 have decoys too")
    func others() throws {
        let asked = (1...30).flatMap { port in
            five.map { source in
                var event = udp(port, from: source, sourcePort: 39164, at: Double(port) / 10)
                event.identification = UInt16(port * 99)
                return event
            }
        }
        let datagrams = findings(in: asked)
        #expect(datagrams.kinds == [.decoy])
        #expect(datagrams.detected.first?.techniques == [.udp])

        let pings = (1...30).flatMap { number in
            five.map { icmp(from: $0, to: host(number), at: Double(number)) }
        }
        let sweep = findings(in: pings)
        #expect(sweep.kinds == [.decoy])
        #expect(sweep.detected.first?.hosts == DistinctCount(10))

        let sites = (1...4).map { Address(high: 0x2001_0db8_0a00_0000 | UInt64($0) << 16, low: 1) }
        let six = findings(
            in: (1...30).flatMap { port in
                sites.map { udp(port, from: $0, to: Known.server6, at: Double(port)) }
            })
        #expect(six.kinds == [.decoy])
        #expect(Set(try #require(six.detected.first?.crowd).members).isSubset(of: Set(sites)))
    }

    @Test("A set ends when its lifetime is over, and what comes then is judged anew")
    func lifetime() {
        var events = (1...20).flatMap { round($0, from: five, at: Double($0), marked: true) }
        events += (1...5).map { tcp($0 + 100, from: five[0], at: 8000 + Double($0)) }
        let found = findings(in: events)
        #expect(found.kinds == [.decoy, .vertical])
        #expect(found.ended.first?.event == .scanEnded(.lifetimeOver))
        #expect(
            found.ended.first?.time == events[99].time.advanced(byNanoseconds: 3_600_000_000_000))
    }

    @Test("Lost packets do not split a marked set")
    func losses() {
        var dice = Dice(state: 11)
        let events = (1...500).flatMap {
            round($0, from: five, at: Double($0) / 100, marked: true)
        }.filter { _ in Int.random(in: 0..<10, using: &dice) > 0 }
        #expect(findings(in: events).kinds == [.decoy])
    }

    @Test("The same scan with the same decoys a day later is another")
    func again() {
        let first = (1...20).flatMap { round($0, from: five, at: Double($0), marked: true) }
        let second = (1...20).flatMap {
            round($0, from: five, at: 86_400 + Double($0), marked: true)
        }
        let found = findings(in: first + second)
        #expect(found.kinds == [.decoy, .decoy])
        #expect(found.ended.allSatisfy { $0.summary.targets == DistinctCount(20) })
    }
}
