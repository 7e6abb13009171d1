// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

extension [Finding] {
    var floods: [Finding] { filter { if case .floodDetected = $0.event { true } else { false } } }
    var floodEnds: [Finding] { filter { if case .floodEnded = $0.event { true } else { false } } }
}

extension Finding {
    var counts: FloodCounts? {
        switch event {
        case .floodDetected(let counts), .floodEnded(let counts): counts
        default: nil
        }
    }
}

/// New sources, one packet each.
private func forged(
    _ count: Int, over seconds: Double, to destination: (Int) -> Address = { _ in Known.server },
    port: (Int) -> Int = { _ in 80 }, from first: Int = 0
) -> [PacketEvent] {
    (0..<count).map { number in
        tcp(
            port(number), from: Address(v4: 0x0b00_0000 + UInt32(first + number)),
            to: destination(number), at: Double(number) * seconds / Double(count))
    }
}

@Suite("Floods")
struct FloodTests {
    @Test("A thousand new sources in ten seconds, one packet each, are a flood; 999 are not")
    func threshold() throws {
        let found = findings(in: forged(1000, over: 9.9))
        #expect(found.map(\.event).count == 2)
        let flood = try #require(found.floods.first)
        #expect(flood.counts?.sources == 1000)
        #expect(flood.summary.packets == 1000)
        #expect(flood.summary.destinations == [Known.server])
        #expect(flood.summary.portSample == [80])
        #expect(flood.summary.techniques == [.syn])
        #expect(findings(in: forged(999, over: 9.9)).isEmpty)
    }

    @Test("The end of the input makes no longer window: 900 in ten seconds are none, then either")
    func lastWindow() {
        #expect(findings(in: forged(5_400, over: 60)).isEmpty)
        #expect(findings(in: forged(6_600, over: 60)).floods.count == 1)
        // The last ten seconds count although nobody had the time to ask again.
        #expect(findings(in: forged(1_500, over: 2)).floods.count == 1)
    }

    @Test("A million forged sources are one flood, and the scanner among them is named")
    func million() throws {
        var settings = DetectionSettings()
        settings.memory = 8 << 20
        var detector = Detector(settings: settings, facts: Known.facts, seed: 3)
        let bytes = detector.bytes
        var real = 0
        for event in forged(1_000_000, over: 100) {
            if event.time >= moment(Double(real)) {
                real += 1
                detector.see(tcp(1000 + real, at: Double(real - 1)))
            }
            detector.see(event)
        }
        detector.advance(to: moment(4000))
        detector.finish()
        let found = detector.takeFindings()
        #expect(detector.bytes == bytes)
        #expect(found.detected.map(\.source) == [Network(host: Known.scanner)])
        #expect(found.floods.count == 1)
        #expect(found.floodEnds.count == 1)
        let end = try #require(found.floodEnds.first)
        #expect(end.counts?.sources ?? 0 >= 990_000)
        #expect(end.summary.packets >= 990_000)
        #expect(abs((end.counts?.rate ?? 0) - 10_000) < 500)
        let start = try #require(found.floods.first)
        #expect(start.time <= moment(6))
        #expect(end.time <= moment(180))
    }

    @Test("Sources that ask again, as clients do that get no answer, are no flood")
    func clients() {
        let first = forged(5000, over: 2)
        var events = first
        for wait in [1.0, 3] {
            events += first.map { event in
                var again = event
                again.time = event.time.advanced(byNanoseconds: Int64(wait * 1e9))
                return again
            }
        }
        events.sort { $0.time < $1.time }
        // Room for all of them: who is forgotten in between is new again.
        var settings = DetectionSettings()
        settings.memory = 16 << 20
        #expect(findings(in: events, settings: settings).isEmpty)
    }

    @Test("A popular day of a thousand sources in an hour is none")
    func popular() {
        #expect(findings(in: forged(1000, over: 3600)).isEmpty)
    }

    @Test("One port of many hosts, and many ports of one host, are floods too")
    func shapes() throws {
        let port = findings(
            in: forged(3000, over: 5, to: { host(1 + $0 % 200) }, port: { _ in 23 }))
        #expect(port.floods.count == 1)
        let swept = try #require(port.floods.first?.summary)
        #expect(swept.portSample == [23])
        #expect(swept.destinations.isEmpty)
        let ports = findings(in: forged(3000, over: 5, port: { 1 + $0 * 7 % 60_000 }))
        #expect(ports.floods.count == 1)
        #expect(ports.detected.isEmpty)
        let asked = try #require(ports.floods.first?.summary)
        #expect(asked.destinations == [Known.server])
        #expect(asked.portSample.isEmpty)
    }

    @Test("Pings and datagrams flood as well; datagrams to a server of ours do not")
    func protocols() throws {
        let pings = forged(2000, over: 5).map { icmp(from: $0.source, at: $0.time.offset) }
        let flood = try #require(findings(in: pings).floods.first?.summary)
        #expect(flood.techniques == [.icmpEcho])
        #expect(flood.ports == DistinctCount(0))
        let asked = forged(2000, over: 5).map { udp(53, from: $0.source, at: $0.time.offset) }
        #expect(findings(in: asked).floods.count == 1)
        var facts = Known.facts
        facts.servedPorts = [ServedPort(ipProtocol: .udp, port: 53)]
        #expect(findings(in: asked, facts: facts).isEmpty)
    }

    @Test("A flood that stops is over a minute later, one that goes on stays one")
    func end() throws {
        let first = forged(3000, over: 3)
        var events = first
        for minute in 1...5 {
            events += forged(3000, over: 3, from: minute * 3000).map { event in
                var later = event
                later.time = event.time.advanced(byNanoseconds: Int64(minute) * 30_000_000_000)
                return later
            }
        }
        events.append(tcp(1, at: 1000))
        let found = findings(in: events)
        #expect(found.floods.count == 1)
        let end = try #require(found.floodEnds.first)
        #expect(end.counts?.sources == 18_000)
        #expect(end.time > moment(150))
        #expect(end.time < moment(240))
    }
}

extension Timestamp {
    fileprivate var offset: Double { Double(nanoseconds(since: moment(0))) / 1e9 }
}
