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

    @Test("Beyond ten minutes they do not add up")
    func window() {
        let events = (0..<60).map { syn(1 + $0, from: outsider($0 / 2), at: Double($0) * 30) }
        #expect(findings(in: events).isEmpty)
    }
}
