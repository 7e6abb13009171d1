// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Traceroutes")
struct TraceTests {
    private func probe(_ port: Int, hopLimit: UInt8, at seconds: Double = 0) -> PacketEvent {
        var event = udp(port, at: seconds)
        event.hopLimit = hopLimit
        return event
    }

    /// Three probes for each hop, as traceroute(8) sends them.
    private func trace(hops: ClosedRange<Int>, each: Int = 3) -> [PacketEvent] {
        hops.flatMap { hop in
            (0..<each).map { index in
                let number = (hop - hops.lowerBound) * each + index
                return probe(
                    33434 + number, hopLimit: UInt8(hop), at: Double(number) / 10)
            }
        }
    }

    @Test("A trace is named with its packets and is no finding")
    func named() {
        var detector = Detector(small: DetectionSettings())
        for event in trace(hops: 1...25) { #expect(detector.see(event) == .ambiguous) }
        #expect(detector.takeFindings().isEmpty)
        #expect(detector.traces.entries.count == 1)
        #expect(detector.traces.entries.first?.source == Known.scanner)
        #expect(detector.traces.entries.first?.destination == Known.server)
        #expect(detector.traces.entries.first?.packets == 75)
        #expect(detector.sourceCount == 0)
    }

    @Test("Ten packets for each hop are a trace, and packets may overtake each other")
    func shapes() {
        #expect(findings(in: trace(hops: 1...20, each: 10)).isEmpty)
        var mixed = trace(hops: 1...20)
        for index in stride(from: 0, to: 54, by: 6) {
            mixed.swapAt(index, index + 4)
            mixed.swapAt(index + 1, index + 5)
        }
        #expect(findings(in: mixed).isEmpty)
        // The first hops may be lost to a rate limit.
        #expect(findings(in: trace(hops: 4...25)).isEmpty)
    }

    @Test("mtr, which goes on for an hour and counts its ports up from 33000, is a trace")
    func mtr() {
        var cycles: [PacketEvent] = []
        for cycle in 0..<600 {
            for hop in 1...5 {
                let seconds = Double(cycle) + Double(hop) / 10
                cycles.append(
                    probe(33000 + cycle * 5 + hop, hopLimit: UInt8(hop), at: seconds))
            }
        }
        #expect(findings(in: cycles).isEmpty)
        // A host that says no is its last hop.
        let last = (0..<3600).map { probe(33000 + $0 * 7, hopLimit: 1, at: Double($0)) }
        #expect(findings(in: last).isEmpty)
        let fast = (0..<60).map { probe(33000 + $0, hopLimit: 1, at: Double($0) / 5) }
        #expect(findings(in: fast).detected.count == 1)
    }

    @Test("Traces by one port are many packets and no attempts, whatever the port")
    func onePort() {
        let dns = (0..<60).map { probe(53, hopLimit: UInt8(1 + $0 / 3), at: Double($0) / 5) }
        #expect(findings(in: dns).isEmpty)
        let dccp = (0..<60).map { index in
            var event = other(33, at: Double(index) / 5)
            event.destinationPort = 33434
            event.hopLimit = UInt8(1 + index / 3)
            return event
        }
        #expect(findings(in: dccp).isEmpty)
        let bare = (0..<60).map { index in
            var event = other(253, at: Double(index) / 5)
            event.hopLimit = UInt8(1 + index / 3)
            return event
        }
        #expect(findings(in: bare).isEmpty)
    }

    @Test("Hop limits that stand still, fall, or begin anywhere are no trace")
    func noTraces() {
        #expect(findings(in: (0..<60).map { probe(33434 + $0, hopLimit: 3) }).detected.count == 1)
        #expect(findings(in: (0..<60).map { probe(33434 + $0, hopLimit: 64) }).detected.count == 1)
        #expect(findings(in: trace(hops: 12...30)).detected.isEmpty == false)
        #expect(
            findings(in: (0..<25).map { probe(33434 + $0, hopLimit: UInt8(30 - $0)) }).detected
                .count == 1)
        #expect(
            findings(in: (0..<10).map { probe(100 + $0, hopLimit: UInt8(1 + $0)) }).detected.count
                == 1)
    }

    @Test("A trace does not take away that its source scans")
    func besides() {
        var events = trace(hops: 1...20)
        for port in 1...5 { events.append(tcp(port, at: Double(port))) }
        #expect(findings(in: events).onlyScan?.packets == 5)
    }

    @Test("A trace goes on over a saved table")
    func saved() throws {
        let events = trace(hops: 1...25)
        var first = Detector(small: DetectionSettings())
        for event in events.prefix(40) { first.see(event) }
        var second = Detector(small: DetectionSettings(), seed: 99)
        try second.restore(from: first.saved().span)
        for event in events.dropFirst(40) { second.see(event) }
        #expect(second.takeFindings().isEmpty)
        #expect(second.sourceCount == 0)
    }

    @Test("Traces of many are kept in few places")
    func bounded() {
        var detector = Detector(small: DetectionSettings())
        let bytes = detector.bytes
        for number in 0..<5000 {
            var event = probe(33434, hopLimit: 1)
            event.source = outsider(number)
            detector.see(event)
        }
        #expect(detector.bytes == bytes)
        #expect(detector.traces.entries.count == TraceLog.capacity)
        #expect(detector.traces.others == UInt64(5000 - TraceLog.capacity))
    }
}
