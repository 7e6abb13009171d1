// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Daemon
import Detection
import Foundation
import Packets
import TestSupport

/// The detector as in `DetectStage`, without and with somebody who keeps evidence beside it, one after
/// the other in one run: packets of 44 bytes, as Nmap's SYNs are.
enum EvidenceStage {
    static func run(_ request: Request, _ kind: Traffic.Kind, keeping: Bool) -> Measured {
        var settings = DetectionSettings()
        settings.memory = max(96 << 20, request.sources * 1024)
        var detector = Detector(settings: settings, facts: HostFacts(), seed: 7)
        var evidence = EvidenceSettings()
        evidence.path = "/tmp/picket-stages-evidence"
        let store = EvidenceStore(evidence, registry: OriginRegistry())
        var keeper = store.keeper(ipv6Prefix: 64, seed: 7)
        var traffic = Traffic(kind, sources: request.sources)
        let bytes = traffic.packet()
        let packet = RawSpan(_elements: bytes.span)
        let none: [UInt8] = []
        var findings = 0
        func observe(_ event: PacketEvent) {
            let grade = detector.observe(event, packet: RawSpan(_elements: none.span))
            if keeping, grade == .probe || grade == .ambiguous { keeper.note(event, packet) }
            if detector.hasFindings {
                for finding in detector.takeFindings() {
                    findings &+= 1
                    if keeping { keeper.follow(finding) }
                }
            }
        }
        for number in 0..<2 * request.sources {
            observe(traffic.event(from: UInt64(number % request.sources)))
        }
        var twin = traffic
        var sum = 0
        let making = DetectStage.batches(request.events, &twin) { events in
            for index in events.indices { sum &+= Int(events[index].sourcePort) }
        }
        var measured = DetectStage.batches(request.events, &traffic) { events in
            detector.announce(events.span)
            if keeping { keeper.announce(events.span) }
            for index in events.indices { observe(events[index]) }
            if keeping { keeper.handOver() }
        }
        measured.nanoseconds = max(0, measured.nanoseconds - making.nanoseconds)
        store.drain()
        try? FileManager.default.removeItem(atPath: evidence.path)
        measured.note = "\(findings) findings, \(store.status.packets) packets kept, \(sum & 1)"
        return measured
    }
}
