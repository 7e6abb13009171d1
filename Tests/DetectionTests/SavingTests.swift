// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Saving, restoring, and the same input")
struct SavingTests {
    /// A few hundred sources that do all kinds of things, some of them across hours.
    static func traffic(_ count: Int, seed: UInt64) -> [PacketEvent] {
        var dice = Dice(state: seed)
        var time = 0.0
        return (0..<count).map { _ in
            let kind = Int.random(in: 0..<100, using: &dice)
            time += kind == 0 ? 400 : Double(kind) / 50
            let number = Int.random(in: 0..<60, using: &dice)
            let six = number % 3 == 0
            let source =
                six
                ? Address(
                    high: 0x2001_0db8_0f00_0000 | UInt64(number),
                    low: UInt64.random(in: 1...9, using: &dice))
                : number < 5 ? host(100 + number) : outsider(number)
            let destination = six ? Known.server6 : host(10 + kind % 12)
            let flags: TCPFlags = [.syn, .fin, .ack, [], [.fin, .ack]][number % 5]
            let port = Int.random(in: 1...(number < 10 ? 600 : 12), using: &dice)
            switch kind % 7 {
            case 5: return udp(port, from: source, to: destination, at: time)
            case 6 where six: return icmp(128, from: source, to: destination, at: time)
            case 6: return icmp(8, from: source, to: destination, at: time)
            case 4 where kind % 3 == 0:
                return tcp(port, from: source, to: destination, at: time, traits: .accepted)
            default:
                return tcp(
                    port, flags: flags, from: source, to: destination, at: time,
                    origin: OriginID(rawValue: UInt16(number % 3)))
            }
        }
    }

    private func detector(memory: Int = 1 << 20, seed: UInt64 = 42) -> Detector {
        var settings = DetectionSettings()
        settings.memory = memory
        var detector = Detector(settings: settings, facts: Known.facts, seed: seed)
        for id in 0..<3 {
            detector.admit(Origin(prefix: "p\(id)"), as: OriginID(rawValue: UInt16(id)))
        }
        return detector
    }

    @Test("The same input gives the same findings")
    func same() {
        let events = Self.traffic(20_000, seed: 1)
        var first = detector()
        var second = detector()
        let found = first.findings(in: events)
        #expect(found == second.findings(in: events))
        #expect(found.detected.count > 20)
        #expect(!found.attempts.isEmpty)
    }

    @Test("A level never falls in a lifetime, and durations are never negative")
    func levels() {
        var detector = detector()
        var levels: [Network: Int] = [:]
        for finding in detector.findings(in: Self.traffic(40_000, seed: 5)) {
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
            case .attemptsRepeated:
                #expect(finding.summary.level <= 1)
            case .floodDetected, .floodEnded: break
            }
        }
        #expect(levels.isEmpty)
    }

    @Test(
        "Saved and restored anywhere, the rest of the input gives the same findings",
        arguments: [0, 1, 2, 17, 400, 2_500, 6_000, 9_999, 10_000])
    func anySplit(split: Int) throws {
        let events = Self.traffic(10_000, seed: 2)
        var whole = detector()
        let expected = whole.findings(in: events)
        var first = detector()
        for event in events[..<split] { first.see(event) }
        var found = first.takeFindings()
        var second = detector(seed: 77)
        try second.restore(from: first.saved().span)
        #expect(second.sourceCount == first.sourceCount)
        #expect(second.saved() == first.saved())
        found += second.findings(in: events[split...])
        #expect(found == expected)
    }

    @Test("Garbage, cuts and flipped bits are refused and change nothing")
    func garbage() throws {
        var source = detector()
        for event in Self.traffic(600, seed: 3) { source.see(event) }
        let saved = source.saved()
        var target = detector()
        for port in 1...3 { target.see(tcp(port)) }
        let before = target.saved()
        var dice = Dice(state: 8)
        func refuses(_ bytes: [UInt8]) -> Bool {
            do {
                try target.restore(from: bytes.span)
                return false
            } catch {
                return true
            }
        }
        for length in stride(from: 0, to: saved.count, by: 211) {
            #expect(refuses(Array(saved[..<length])))
        }
        for _ in 0..<100 {
            var bytes = saved
            bytes[Int.random(in: 0..<saved.count, using: &dice)] ^=
                1 << UInt8.random(in: 0..<8, using: &dice)
            #expect(refuses(bytes))
            #expect(refuses((0..<500).map { _ in UInt8.random(in: 0...255, using: &dice) }))
        }
        #expect(refuses(saved + [0]))
        #expect(target.saved() == before)
    }

    @Test("Forged tables with a right checksum never trap, and may be refused")
    func forged() throws {
        var source = detector()
        for event in Self.traffic(3_000, seed: 3) { source.see(event) }
        let saved = source.saved()
        let more = Self.traffic(300, seed: 4)
        var dice = Dice(state: 9)
        for round in 0..<150 {
            var bytes = Array(saved.dropLast(8))
            // Behind magic and version, mostly in the counts and records at the front.
            let reach = round % 2 == 0 ? bytes.count : min(bytes.count, 2_000)
            for _ in 0...round % 4 {
                bytes[Int.random(in: 10..<reach, using: &dice)] = UInt8.random(
                    in: 0...255, using: &dice)
            }
            var writer = SavedWriter()
            for byte in bytes { writer.put(byte) }
            writer.seal()
            var target = detector()
            let empty = target.saved()
            do {
                try target.restore(from: writer.bytes.span)
                _ = target.findings(in: more)
            } catch {
                #expect(target.saved() == empty)
            }
        }
    }

    @Test("A smaller detector takes the most useful records")
    func smaller() throws {
        var large = detector(memory: 4 << 20)
        for port in 1...9 { large.see(tcp(port)) }
        for number in 0..<8_000 {
            for _ in 1...2 { large.see(tcp(1, from: outsider(number))) }
        }
        var small = detector(memory: 1 << 20)
        try small.restore(from: large.saved().span)
        #expect(small.sourceCount == small.table.capacity)
        #expect(small.openScans == 1)
        #expect(small.trace(of: outsider(7_999)) != nil)
        var again = detector(memory: 8 << 20)
        try again.restore(from: small.saved().span)
        #expect(again.sourceCount == small.sourceCount)
    }

    @Test("The origins of a saved table can be read, and are found again under new numbers")
    func origins() throws {
        var old = detector()
        for port in 1...5 { old.see(tcp(port, origin: OriginID(rawValue: 2))) }
        _ = old.takeFindings()
        let saved = old.saved()
        let names = try Detector.origins(inSaved: saved.span).map(\.prefix)
        #expect(names == ["p0", "p1", "p2"])
        var new = Detector(small: DetectionSettings())
        new.admit(Origin(prefix: "p2"), as: OriginID(rawValue: 9))
        try new.restore(from: saved.span)
        new.finish()
        #expect(new.takeFindings().map(\.summary.origin) == [OriginID(rawValue: 9)])
    }

    @Test("Random events never trap and never exceed the bound", arguments: 1...4)
    func random(seed: UInt64) {
        var dice = Dice(state: seed)
        var detector = detector()
        let bytes = detector.bytes
        for _ in 0..<30_000 {
            func few() -> UInt64 {
                Bool.random(using: &dice) ? dice.next() : dice.next() % 5
            }
            let six = few() % 3 == 0
            func address() -> Address {
                six
                    ? Address(high: few() << 40, low: few())
                    : Address(v4: UInt32(few() & 0xffff_ffff))
            }
            detector.see(
                PacketEvent(
                    time: Timestamp(nanoseconds: Int64(bitPattern: few())),
                    source: address(), destination: address(),
                    ipProtocol: IPProtocol(
                        rawValue: [1, 6, 17, 58, UInt8(few() & 255)][Int(few() % 5)]),
                    sourcePort: UInt16(few() & 0xffff), destinationPort: UInt16(few() & 0xffff),
                    flags: UInt8(few() & 0xff), hopLimit: UInt8(few() & 255),
                    traits: PacketTraits(rawValue: few() % 4 == 0 ? UInt16(few() & 0xffff) : 0),
                    origin: OriginID(rawValue: UInt16(few() & 0xffff))))
            _ = detector.nextDeadline
        }
        #expect(detector.bytes == bytes)
        #expect(detector.table.filing.count <= detector.table.capacity)
        detector.finish()
        #expect(detector.sourceCount == 0)
    }
}
