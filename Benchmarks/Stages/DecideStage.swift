// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets

/// A finding made into a decision, which the detector's thread does, and a decision into a line of
/// JSON, which each outlet does.
enum DecideStage {
    static func run(_ events: Int, writing: Bool) -> Measured {
        var detector = Detector(settings: DetectionSettings(), facts: HostFacts(), seed: 7)
        var traffic = Traffic(.mix, sources: 1)
        let none = [UInt8]()
        while !detector.hasFindings {
            detector.observe(traffic.next(), packet: RawSpan(_elements: none.span))
        }
        guard let finding = detector.takeFindings().first else {
            return Measured(events: 0, nanoseconds: 0)
        }
        var decider = Decider()
        let origin = Origin(
            group: 5, prefix: "Shorewall:net-fw:DROP:", hook: .input, interfaceIn: "eth0")
        let observer = Observer(name: "gateway", version: "1")
        return Measured.around(events: events) {
            var bytes = 0
            let decision = decider.decide(finding, origin: origin, loss: LossCounts())
            for _ in 0..<events {
                if writing {
                    let line = DecisionFormat.ecs.line(decision, observer: observer)
                    bytes &+= line?.utf8.count ?? 0
                } else {
                    let decided = decider.decide(finding, origin: origin, loss: LossCounts())
                    bytes &+= decided.reason.utf8.count
                }
            }
            return bytes
        }
    }
}
