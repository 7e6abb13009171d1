// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Saving sets and floods")
struct CrowdSavingTests {
    /// A flood, a distributed scan, decoys and radiation, one into the other.
    static func traffic() -> [PacketEvent] {
        var events = DistributedTests.radiation(hours: 2, each: 300, seed: 4)
        for number in 0..<240 {
            var event = tcp(
                1 + number, from: Address(v4: 0x0b10_0000 + UInt32(number % 60)),
                at: 600 + Double(number) / 2)
            event.window = 1024
            events.append(event)
        }
        for port in 1...60 {
            for source in 0..<4 {
                var event = tcp(
                    port, from: Address(v4: 0x0b20_0000 + UInt32(source)), to: host(30),
                    at: 650 + Double(port) + Double(source) / 100_000)
                event.sequenceNumber = 99
                events.append(event)
            }
        }
        for number in 0..<3000 {
            events.append(
                tcp(
                    443, from: Address(v4: 0x0b40_0000 + UInt32(number)), to: host(40),
                    at: 700 + Double(number) / 200))
        }
        return events.sorted { $0.time < $1.time }
    }

    private func detector(seed: UInt64 = 42, memory: Int = 8 << 20) -> Detector {
        var settings = DetectionSettings()
        settings.memory = memory
        return Detector(settings: settings, facts: Known.facts, seed: seed)
    }

    @Test(
        "Saved and restored anywhere, the rest of the input gives the same findings",
        arguments: [0, 150, 200, 260, 400, 600, 700, 1000, 2000, 3000, 3500, 3700, 4000])
    func anySplit(split: Int) throws {
        let events = Self.traffic()
        var whole = detector()
        let expected = whole.findings(in: events)
        #expect(Set(expected.detected.map(\.kind)).isSuperset(of: [.distributed, .decoy]))
        #expect(expected.floods.count == 1)
        var first = detector()
        for event in events[..<split] { first.see(event) }
        var found = first.takeFindings()
        var second = detector(seed: 77)
        try second.restore(from: first.saved().span)
        #expect(second.saved() == first.saved())
        found += second.findings(in: events[split...])
        #expect(found == expected)
    }

    @Test("The order of the hash does not show: any seed gives the same findings")
    func anySeed() {
        var expected: [Finding]?
        for seed in 1...5 {
            var detector = detector(seed: UInt64(seed))
            let found = detector.findings(in: Self.traffic()).filter {
                $0.summary.crowd != nil
            }
            if let expected { #expect(found == expected) } else { expected = found }
        }
    }

    @Test("With another memory, open sets end and the rest goes on")
    func otherMemory() throws {
        var first = detector()
        for event in Self.traffic()[..<3000] { first.see(event) }
        let open = first.crowds.sets.sets.count { $0.state == .open }
        #expect(open == 2)
        _ = first.takeFindings()
        var second = detector(memory: 16 << 20)
        try second.restore(from: first.saved().span)
        #expect(
            second.takeFindings().ended.map(\.event) == [
                .scanEnded(.memoryFull), .scanEnded(.memoryFull),
            ])
        #expect(second.crowds.sets.used == 0)
    }

    @Test("Forged tables with a right checksum never trap, and may be refused")
    func forged() throws {
        var source = detector(memory: 2 << 20)
        let events = Self.traffic()
        for event in events[..<3000] { source.see(event) }
        let saved = source.saved()
        var dice = Dice(state: 9)
        for round in 0..<200 {
            var bytes = Array(saved.dropLast(8))
            // What is saved of sets and floods stands at the end.
            let reach = bytes.count - min(bytes.count - 10, round % 2 == 0 ? 2_000 : 60_000)
            for _ in 0...round % 4 {
                bytes[Int.random(in: reach..<bytes.count, using: &dice)] = UInt8.random(
                    in: 0...255, using: &dice)
            }
            var writer = SavedWriter()
            for byte in bytes { writer.put(byte) }
            writer.seal()
            var target = detector(memory: 2 << 20)
            let empty = target.saved()
            do {
                try target.restore(from: writer.bytes.span)
                _ = target.findings(in: events[3000..<3300])
            } catch {
                #expect(target.saved() == empty)
            }
        }
    }

    @Test("The memory for it is 3 MiB at most, and does not grow")
    func bound() {
        let limits = Limits(DetectionSettings())
        #expect(CrowdWatch(memory: 96 << 20, limits: limits).bytes <= 3 << 20)
        #expect(CrowdWatch(memory: 64 << 30, limits: limits).bytes <= 3 << 20)
        #expect(CrowdWatch(memory: 1 << 20, limits: limits).bytes <= 40 << 10)
        var detector = detector()
        let before = detector.bytes
        for event in Self.traffic() { detector.see(event) }
        #expect(detector.bytes == before)
    }
}
