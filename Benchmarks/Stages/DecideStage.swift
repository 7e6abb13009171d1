// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets

/// A finding made into a decision, and the decision into a line of JSON.
enum DecideStage {
    static func run(_ events: Int) -> Measured {
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
            for _ in 0..<events {
                let decision = decider.decide(finding, origin: origin, loss: LossCounts())
                bytes &+= DecisionFormat.ecs.line(decision, observer: observer)?.utf8.count ?? 0
            }
            return bytes
        }
    }
}
