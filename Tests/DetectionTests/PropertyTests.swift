// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("What holds for any input")
struct PropertyTests {
    /// Days of traffic from a few sources, with pauses around the lifetime and the memory, so that
    /// sources go to sleep, come back and are forgotten.
    static func days(_ count: Int, seed: UInt64) -> [PacketEvent] {
        var dice = Dice(state: seed)
        var time = 0.0
        return (0..<count).map { _ in
            let pause = Int.random(in: 0..<1_000, using: &dice)
            switch pause {
            case 0: time += 86_400 * 15
            case 1..<20: time += 3_599 + Double(pause % 3)
            case 20..<200: time += Double(pause)
            default: time += Double(pause) / 1_000
            }
            let number = Int.random(in: 0..<40, using: &dice)
            let six = number % 4 == 0
            let source =
                six
                ? Address(
                    high: 0x2001_0db8_0f00_0000 | UInt64(number % 12),
                    low: UInt64.random(in: 1...3, using: &dice)) : outsider(number)
            let port = Int.random(in: 1...(number < 6 ? 90 : 4), using: &dice)
            let flags: TCPFlags = number % 5 == 3 ? .ack : .syn
            return tcp(
                port, flags: flags, from: source, to: six ? Known.server6 : host(10), at: time,
                traits: pause % 50 == 7 ? .accepted : [])
        }
    }

    private func detector(memory: Int = 1 << 20, seed: UInt64 = 42) -> Detector {
        var settings = DetectionSettings()
        settings.memory = memory
        return Detector(settings: settings, facts: Known.facts, seed: seed)
    }

    @Test("Days split anywhere, saved and resumed, give the same decisions", arguments: 0..<12)
    func split(round: Int) throws {
        let events = Self.days(6_000, seed: UInt64(round))
        var whole = detector()
        let expected = whole.findings(in: events)
        #expect(!expected.isEmpty)
        var dice = Dice(state: UInt64(round))
        let cuts = (0..<3).map { _ in Int.random(in: 0...events.count, using: &dice) }.sorted()
        var found: [Finding] = []
        var saved: [UInt8]?
        for (start, end) in zip([0] + cuts, cuts + [events.count]) {
            var part = detector(seed: UInt64(start) &+ 7)
            if let saved { try part.restore(from: saved.span) }
            for event in events[start..<end] { part.see(event) }
            found += part.takeFindings()
            saved = part.saved()
            if end == events.count {
                part.finish()
                found += part.takeFindings()
            }
        }
        #expect(found == expected)
    }

    @Test(
        "A full table split anywhere, saved and resumed, forgets the same sources", arguments: 1...6
    )
    func full(round: Int) throws {
        var dice = Dice(state: UInt64(round))
        let events = (0..<24_000).map { number in
            tcp(
                Int.random(in: 1...3, using: &dice),
                from: outsider(Int.random(in: 0..<9_000, using: &dice)), at: Double(number) / 5)
        }
        let cut = Int.random(in: 0..<events.count, using: &dice)
        var whole = detector()
        for event in events { whole.see(event) }
        var first = detector()
        for event in events[..<cut] { first.see(event) }
        var second = detector(seed: 9)
        try second.restore(from: first.saved().span)
        #expect(second.saved() == first.saved())
        for event in events[cut...] { second.see(event) }
        #expect(second.takeFindings() + first.takeFindings() == whole.takeFindings())
        #expect(second.saved() == whole.saved())
    }

    @Test("Announced or not, the findings are the same")
    func announced() {
        let events = Self.days(6_000, seed: 3)
        var plain = detector()
        var batched = detector()
        for start in stride(from: 0, to: events.count, by: 32) {
            let batch = Array(events[start..<min(start + 32, events.count)])
            batched.announce(batch.span)
            for event in batch { batched.see(event) }
        }
        batched.finish()
        #expect(batched.takeFindings() == plain.findings(in: events))
    }

    @Test("Other sources never change a scanner's decisions while there is room", arguments: 1...4)
    func bystanders(seed: UInt64) {
        let scanner = (0..<40).map { tcp($0 + 1, at: Double($0) * 997) }
        var alone = detector(memory: 8 << 20)
        let expected = alone.findings(in: scanner)
        #expect(expected.detected.count == 1)
        var dice = Dice(state: seed)
        var crowd = detector(memory: 8 << 20)
        for event in scanner {
            crowd.see(event)
            for _ in 0..<200 {
                let number = Int.random(in: 0..<3_000, using: &dice)
                var other = tcp(
                    Int.random(in: 1...3, using: &dice), from: outsider(number), at: 0)
                other.time = event.time
                crowd.see(other)
            }
        }
        crowd.finish()
        let source = Network(host: Known.scanner)
        #expect(crowd.takeFindings().filter { $0.summary.source == source } == expected)
    }

    @Test("Levels rise within a lifetime and never fall, also over days", arguments: 1...4)
    func levels(seed: UInt64) {
        var detector = detector()
        var levels: [Network: Int] = [:]
        for finding in detector.findings(in: Self.days(12_000, seed: seed)) {
            #expect(finding.summary.end >= finding.summary.start)
            let source = finding.summary.source
            switch finding.event {
            case .scanDetected:
                #expect(levels[source] == nil)
                levels[source] = finding.summary.level
            case .scanEscalated:
                #expect(finding.summary.level > levels[source] ?? 9)
                levels[source] = finding.summary.level
            case .scanEnded:
                #expect(finding.summary.level == levels[source])
                levels[source] = nil
            case .attemptsRepeated, .floodDetected, .floodEnded: break
            }
        }
        #expect(levels.isEmpty)
    }
}
