// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// The detector, filled with its sources before it is measured, which then come in random order.
enum DetectStage {
    static func run(_ request: Request, _ kind: Traffic.Kind) -> Measured {
        var settings = DetectionSettings()
        // Room for all of them: what is measured is the table, not the eviction of it.
        settings.memory = max(96 << 20, request.sources * 512)
        var detector = Detector(settings: settings, facts: HostFacts(), seed: 7)
        var traffic = Traffic(kind, sources: request.sources)
        let none = [UInt8]()
        var findings = 0
        for number in 0..<request.sources {
            detector.observe(
                traffic.event(from: UInt64(number)), packet: RawSpan(_elements: none.span))
        }
        findings += detector.takeFindings().count
        // The generator's own part is taken off.
        var twin = traffic
        let making = Measured.around(events: request.events) {
            var sum = 0
            for _ in 0..<request.events { sum &+= Int(twin.next().sourcePort) }
            return sum
        }
        var measured = Measured.around(events: request.events) {
            for _ in 0..<request.events {
                detector.observe(traffic.next(), packet: RawSpan(_elements: none.span))
                if detector.hasFindings { findings &+= detector.takeFindings().count }
            }
            return findings
        }
        measured.nanoseconds = max(0, measured.nanoseconds - making.nanoseconds)
        measured.note = "\(detector.sourceCount) sources, \(findings) findings"
        return measured
    }
}
