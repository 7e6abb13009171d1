// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Foundation
import Packets
import Testing

@testable import Decisions

/// Every action with every kind from an IPv4 and an IPv6 source, and a loss.
func everyDecision(origin: Origin = originOfThePost) throws -> [Decision] {
    let events: [Finding.Event] = [
        .scanDetected, .scanEscalated, .scanEnded(.lifetimeOver), .scanEnded(.inputEnded),
        .scanEnded(.memoryFull), .attemptsRepeated(packets: 65),
    ]
    var decisions: [Decision] = []
    for source in ["192.0.2.101", "2001:db8:7::5"] {
        for kind in ScanKind.allCases {
            for event in events {
                let scan = try summary(from: source, prefix: 64, kind: kind)
                decisions.append(decision(event, scan, origin: origin))
            }
        }
    }
    var decider = Decider()
    let loss = decider.decide(loss: LossCounts(gap: 1), at: momentOfThePost)
    return decisions + [try #require(loss)]
}

@Suite("What a decision's line can be trusted with")
struct InjectionTests {
    @Test(
        "Every action of every kind is one line or none, in every format",
        arguments: DecisionFormat.allCases)
    func lines(_ format: DecisionFormat) throws {
        for decision in try everyDecision() {
            guard let line = format.line(decision, observer: observerOfThePost) else {
                #expect([.psad, .fwlogwatch, .scanlogd].contains(format))
                continue
            }
            #expect(!line.isEmpty)
            #expect(!line.contains { $0.isNewline })
            if format == .ecs || format == .eve { _ = try parse(line) }
        }
    }

    @Test("Whatever the kernel says is a prefix or an interface, JSON gives it back unchanged")
    func randomText() throws {
        // A fixed seed: a failure comes back.
        var generator = SplitMix(state: 2010)
        for _ in 0..<500 {
            let interface = generator.text()
            let origin = Origin(
                group: 5, prefix: generator.text(), interfaceIn: interface, interfaceOut: interface)
            let one = decision(.scanDetected, try summary(), origin: origin)
            // Spaces at the prefix's end are the rule's separator and not kept.
            let prefix = origin.prefix
            let observer = Observer(name: prefix, version: interface)
            for format in [DecisionFormat.ecs, .eve] {
                let line = try #require(format.line(one, observer: observer))
                #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
                _ = try parse(line)
            }
            let object = try ecs(one, observer)
            let read = value("picket.firewall.prefix", in: object)
            // By scalars: Swift compares canonically, and a byte may not change.
            #expect(
                prefix.isEmpty
                    ? read is NSNull
                    : (read as? String).map { Array($0.unicodeScalars) }
                        == Array(prefix.unicodeScalars))
            for format in [DecisionFormat.text, .psad, .fwlogwatch, .scanlogd] {
                guard let line = format.line(one, observer: observer) else { continue }
                #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
            }
        }
    }

    @Test("A prefix cannot begin a second line, move the cursor or turn the writing round")
    func forgery() throws {
        let prefix = "x]\n2010-10-25 scan-ended\u{1b}[2J\u{202e}\u{2028}\u{85}"
        let origin = Origin(prefix: prefix)
        let line = DecisionFormat.text.line(
            decision(.scanDetected, try summary(), origin: origin), observer: observerOfThePost)
        #expect(line?.hasSuffix("[prefix x]?2010-10-25 scan-ended?[2J???]") == true)
    }

    @Test("JSON strings escape what must be escaped")
    func escapes() {
        #expect(
            JSON.string("\"\\\n\r\t\u{8}\u{0}\u{7f}\u{9b}é\u{2028}😀").line
                == #""\"\\\n\r\t\u0008\u0000\u007f\u009bé"# + "\u{2028}😀\"")
    }

    @Test("JSON leaves out keys with nil and writes null where told")
    func keys() {
        let object = JSON.object([("a", nil), ("b", .null), ("c", [1, "x"]), ("d", .number(2))])
        #expect(object.line == #"{"b":null,"c":[1,"x"],"d":2.0}"#)
    }
}

/// Source: Steele, Lea, Flood, *Fast splittable pseudorandom number generators*, 2014.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// Up to 20 scalars, half of them from the first 160, where the dangerous ones are.
    mutating func text() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &self) {
            let limit: UInt32 = Bool.random(using: &self) ? 160 : 0x11_0000
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) {
                text.append(scalar)
            }
        }
        return String(text)
    }
}
