// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import Testing

@testable import Detection

/// By default a 48th of the memory under a 48th of the flood. At full size, in a minute:
/// `PICKET_FLOOD=full swift test -c release -Xswiftc -enable-testing --filter FloodMemoryTests`
@Suite("A slow scanner during a flood")
struct FloodMemoryTests {
    private static let scale =
        ProcessInfo.processInfo.environment["PICKET_FLOOD"] == "full" ? 1 : 48

    struct Case: Sendable, CustomTestStringConvertible {
        /// Forged sources a second, at full size.
        let rate: Int
        /// Seconds between two probes of the scanner.
        let pause: Int
        var six = false
        /// Packets of each forged source.
        var packets = 1
        /// Targets of each forged source.
        var targets = 1
        var testDescription: String {
            "\(rate)/s \(six ? "IPv6" : "IPv4"), \(packets) packets to \(targets) targets, "
                + "a probe in \(pause) s"
        }
    }

    @Test(
        "It is found at its fifth target, and memory does not grow",
        arguments: [
            Case(rate: 50_000, pause: 10), Case(rate: 50_000, pause: 10, six: true),
            Case(rate: 1_000, pause: 300), Case(rate: 1_000, pause: 300, six: true),
            Case(rate: 10_000, pause: 10, packets: 3), Case(rate: 1_000, pause: 10, targets: 2),
        ])
    func flood(_ flood: Case) {
        var settings = DetectionSettings()
        settings.memory /= FloodMemoryTests.scale
        var detector = Detector(settings: settings, facts: Known.facts, seed: 3)
        let bytes = detector.bytes
        var dice = Dice(state: 5)
        let rate = max(1, flood.rate / FloodMemoryTests.scale)
        var found: [Finding] = []
        // Half a minute of flood comes first: by then the memory is full.
        for number in 0..<rate * (30 + 4 * flood.pause) {
            if number >= 30 * rate, (number - 30 * rate) % (rate * flood.pause) == 0 {
                let probe = (number - 30 * rate) / (rate * flood.pause)
                detector.see(tcp(1 + probe, at: Double(number) / Double(rate)))
            }
            let forged = source(flood.six, &dice)
            for packet in 0..<flood.packets * flood.targets {
                detector.see(
                    tcp(
                        80 + packet % flood.targets, from: forged,
                        to: flood.six ? Known.server6 : Known.server,
                        at: Double(number) / Double(rate)))
            }
        }
        detector.see(tcp(5, at: Double(30 + 4 * flood.pause)))
        found += detector.takeFindings()
        #expect(found.detected.map(\.source) == [Network(host: Known.scanner)])
        #expect(found.detected.map(\.targets) == [DistinctCount(5)])
        #expect(detector.bytes == bytes)
    }

    private func source(_ six: Bool, _ dice: inout Dice) -> Address {
        let bits = dice.next()
        return six
            ? Address(high: 0x2a00_0000_0000_0000 | bits >> 8, low: 1)
            : Address(v4: 0x1000_0000 | UInt32(truncatingIfNeeded: bits) & 0x1fff_ffff)
    }
}
