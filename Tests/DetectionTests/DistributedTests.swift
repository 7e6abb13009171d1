// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

/// A SYN with a window, as one stack sends it.
private func syn(
    _ port: Int, from source: Address, to destination: Address = Known.server, at seconds: Double,
    window: UInt16 = 1024, options: TCPOptionKinds = [.maximumSegmentSize]
) -> PacketEvent {
    var event = tcp(port, from: source, to: destination, at: seconds, options: options)
    event.window = window
    return event
}

/// So many sources share the ports from 1 on among them, each so many.
private func shared(
    sources: Int, ports: Int, over seconds: Double, interleaved: Bool,
    window: (Int) -> UInt16 = { _ in 1024 }
) -> [PacketEvent] {
    let count = sources * ports
    return (0..<count).map { index in
        let source = interleaved ? index % sources : index / ports
        return syn(
            index + 1, from: outsider(source), at: Double(index) * seconds / Double(count),
            window: window(source))
    }
}

@Suite("Distributed scans")
struct DistributedTests {
    @Test(
        "Two hundred sources with five ports each of one host are one distributed scan",
        arguments: [(0.0, true), (1, true), (60, true), (590, true), (1, false), (590, false)])
    func twoHundred(over seconds: Double, interleaved: Bool) throws {
        let found = findings(
            in: shared(sources: 200, ports: 5, over: seconds, interleaved: interleaved))
        let sets = found.filter { $0.summary.kind == .distributed }
        #expect(sets.detected.count == 1)
        let end = try #require(sets.ended.first?.summary)
        #expect(end.hosts == DistinctCount(1))
        #expect(end.destinations == [Known.server])
        #expect(abs(end.ports.count - 1000) <= 50)
        #expect(end.portRange == 1...1000)
        #expect(end.techniques == [.syn])
        #expect(end.level == 3)
        let crowd = try #require(end.crowd)
        #expect(abs(crowd.total.count - 200) <= 10)
        #expect(crowd.members.count == 100)
        // Who was named before is a member now, and no one is named afterwards.
        let moment = try #require(sets.first?.time)
        let alone = found.filter { $0.summary.kind != .distributed }
        #expect(alone.detected.count == alone.ended.count)
        #expect(alone.ended.allSatisfy { $0.event == .scanEnded(.joined) && $0.time <= moment })
        #expect(alone.detected.count < 40)
    }

    @Test("The rule's edge: twenty sources with two ports each are, nineteen or 39 ports are not")
    func edge() {
        func kinds(_ sources: Int, _ ports: Int) -> [ScanKind] {
            findings(in: shared(sources: sources, ports: ports, over: 300, interleaved: true))
                .detected.map(\.kind)
        }
        #expect(kinds(20, 2) == [.distributed])
        #expect(kinds(19, 2) == [])
        #expect(!kinds(19, 3).contains(.distributed))
    }

    @Test("Sources of as many makes are one scan when nearly all ask for three ports or more")
    func manyMakes() throws {
        let windows: (Int) -> UInt16 = { UInt16(1000 + 37 * $0) }
        let found = findings(
            in: shared(sources: 60, ports: 4, over: 240, interleaved: true, window: windows))
        #expect(found.detected.map(\.kind) == [.distributed])
        #expect(abs(try #require(found.ended.last?.summary.crowd).total.count - 60) <= 3)
        // With two ports each they are as many strangers, as long as nobody knows what is ordinary.
        #expect(
            findings(
                in: shared(sources: 100, ports: 2, over: 240, interleaved: true, window: windows)
            ).isEmpty)
    }

    @Test("Beyond ten minutes they do not add up")
    func window() {
        let events = (0..<60).map { syn(1 + $0, from: outsider($0 / 2), at: Double($0) * 30) }
        #expect(findings(in: events).isEmpty)
    }

    /// A day of what comes to every address: most to the popular ports, a tail of others, the
    /// sources of many makes, one in five asking twice.
    static func radiation(hours: Int, each perHour: Int, seed: UInt64) -> [PacketEvent] {
        var dice = Dice(state: seed)
        let popular = [22, 23, 80, 443, 445, 3389, 8080, 5900, 1433, 6379, 8443, 25, 5060, 2323]
        let windows: [UInt16] = [1024, 65535, 64240, 29200, 5840, 14600, 8192, 1025]
        return (0..<hours * perHour).flatMap { number in
            let at = Double(number) * 3600 / Double(perHour)
            let source = outsider(number)
            let window = windows[Int.random(in: 0..<8, using: &dice)]
            return (0..<(number % 5 == 0 ? 2 : 1)).map { step in
                let isPopular = Int.random(in: 0..<10, using: &dice) < 7
                let port =
                    isPopular
                    ? popular[Int.random(in: 0..<popular.count, using: &dice)]
                    : Int.random(in: 1...65535, using: &dice)
                return syn(port, from: source, at: at + Double(step), window: window)
            }
        }
    }

    @Test("A day of background radiation is quiet, thin or thick", arguments: [100, 400, 3000])
    func radiation(perHour: Int) {
        let events = Self.radiation(hours: 24, each: perHour, seed: UInt64(perHour))
        var settings = DetectionSettings()
        settings.memory = 16 << 20
        #expect(findings(in: events, settings: settings).detected.isEmpty)
    }

    @Test("Two hundred sources among the radiation of a busy host are found all the same")
    func amongRadiation() throws {
        var events = Self.radiation(hours: 6, each: 400, seed: 5)
        events += shared(sources: 200, ports: 5, over: 500, interleaved: true).map {
            var event = $0
            event.time = event.time.advanced(byNanoseconds: 4 * 3_600_000_000_000)
            event.source = Address(v4: event.source.v4Bits + 0x0010_0000)
            return event
        }
        events.sort { $0.time < $1.time }
        let found = findings(in: events)
        let sets = found.filter { $0.summary.kind == .distributed }
        #expect(sets.detected.count == 1)
        let crowd = try #require(sets.ended.first?.summary.crowd)
        #expect((190...240).contains(crowd.total.count))
    }

    @Test("Two hundred sources at the same popular ports are no distributed scan")
    func popular() {
        let ports = [22, 23, 80, 443, 445, 3389, 8080]
        let events = (0..<1400).map {
            syn(ports[$0 % 7], from: outsider($0 / 7), at: Double($0) / 3)
        }
        #expect(!findings(in: events).detected.map(\.kind).contains(.distributed))
    }

    @Test("Peers of a file-sharing program, each at a port of its own, are none")
    func peers() {
        let events = (0..<600).map {
            udp(
                40_000 + $0 * 37 % 20_000, from: outsider($0), sourcePort: 51413,
                at: Double($0) / 2)
        }
        #expect(findings(in: events).isEmpty)
    }

    @Test("One scanner of many ports among many sources of the same tool is a scanner")
    func loneScanner() throws {
        let lone = (1...1000).map { syn($0, from: Known.scanner, at: Double($0) / 10) }
        let others = (0..<60).map {
            syn([22, 23, 80, 443, 8080, 30_000 + $0][$0 % 6], from: outsider($0), at: Double($0))
        }
        let events = (lone + others).sorted { $0.time < $1.time }
        #expect(findings(in: events).detected.map(\.kind) == [.vertical])
    }

    @Test("A lone scanner during a distributed scan is named, with its stack or another")
    func loneScannerBeside() {
        for window: UInt16 in [1024, 8192] {
            let events =
                (shared(sources: 100, ports: 5, over: 300, interleaved: true)
                + (0..<400).map {
                    syn(
                        5000 + $0, from: Known.scanner, at: 100 + Double($0) / 4, window: window)
                }).sorted { $0.time < $1.time }
            let found = findings(in: events).detected
            #expect(found.filter { $0.kind == .distributed }.count == 1)
            #expect(found.contains { $0.source == Network(host: Known.scanner) })
        }
    }

    @Test("A member with five targets elsewhere is judged alone")
    func outside() {
        func alone(_ count: Int) -> Bool {
            let scan = shared(sources: 60, ports: 5, over: 60, interleaved: true)
            let source = outsider(59)
            let more = (0..<count).map { syn(9000 + $0, from: source, to: host(99), at: 70) }
            let found = findings(in: scan + more)
            return found.ended.contains {
                $0.summary.kind != .distributed && $0.event == .scanEnded(.inputEnded)
                    && $0.summary.source == Network(host: source)
            }
        }
        #expect(!alone(4))
        #expect(alone(5))
    }

    @Test("Different stacks are one scan when the host never saw anything like it")
    func mixed() {
        let windows: [UInt16] = [1024, 65535, 64240, 29200, 5840]
        func kinds(after hours: Int, ports: Int) -> [ScanKind] {
            let before = Self.radiation(hours: hours, each: 60, seed: 9)
            let scan = shared(
                sources: 200, ports: ports, over: 500, interleaved: true,
                window: { windows[$0 % windows.count] }
            ).map {
                var event = $0
                event.time = event.time.advanced(byNanoseconds: Int64(hours) * 3_600_000_000_000)
                event.source = Address(v4: event.source.v4Bits + 0x0010_0000)
                return event
            }
            return findings(in: before + scan).detected.map(\.kind)
        }
        #expect(kinds(after: 3, ports: 2) == [.distributed])
        // Nobody can say yet what is ordinary, but three ports or more for nearly everybody are not.
        #expect(kinds(after: 0, ports: 2) == [])
        #expect(kinds(after: 0, ports: 4) == [.distributed])
    }

    @Test("UDP and IPv6 are shared out too; /64s are its sources")
    func others() throws {
        let datagrams = (0..<600).map {
            udp(1 + $0, from: outsider($0 % 100), at: Double($0) / 10)
        }
        #expect(
            findings(in: datagrams).filter { $0.summary.kind == .distributed }.detected.count == 1)
        let six = (0..<400).map { number in
            var event = tcp(
                1 + number,
                from: Address(
                    high: 0x2001_0db8_0000_0000 | UInt64(number % 80) << 16, low: UInt64(number)),
                to: Known.server6, at: Double(number) / 10)
            event.window = 1024
            return event
        }
        let found = findings(in: six).filter { $0.summary.kind == .distributed }
        #expect(found.detected.count == 1)
        #expect(try #require(found.ended.last?.summary.crowd).total == DistinctCount(80))
    }

    @Test("It ends a lifetime after the last packet, and the next one is another")
    func lifetime() throws {
        let first = shared(sources: 60, ports: 5, over: 60, interleaved: true)
        let second = first.map {
            var event = $0
            event.time = event.time.advanced(byNanoseconds: 3 * 3_600_000_000_000)
            return event
        }
        let sets = findings(in: first + second).filter { $0.summary.kind == .distributed }
        #expect(sets.detected.count == 2)
        #expect(sets.ended.first?.event == .scanEnded(.lifetimeOver))
        #expect(
            sets.ended.first?.time
                == first[first.count - 1].time.advanced(byNanoseconds: 3_600_000_000_000))
    }

    @Test("Levels rise with the packets of all of them")
    func levels() {
        var settings = DetectionSettings()
        settings.memory = 16 << 20
        let scan = shared(sources: 200, ports: 10, over: 300, interleaved: true)
        let found = findings(in: scan, settings: settings)
            .filter { $0.summary.kind == .distributed }
        let levels = found.filter { $0.event == .scanEscalated }.map(\.summary.level)
        #expect(levels == levels.sorted())
        #expect(levels.last == 4)
        #expect(found.last?.summary.packets == 2000)
    }
}
