// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Detection
import Packets
import Ring

/// The detector, filled with its sources before it is measured, which then come in random order.
enum DetectStage {
    static func run(_ request: Request, _ kind: Traffic.Kind) -> Measured {
        var settings = DetectionSettings()
        // Room for a record of each, 30 of 96 bytes of the memory at 256 bytes: what is measured is
        // the table, not the eviction of it.
        settings.memory = max(96 << 20, request.sources * 1024)
        if request.isSilent {
            (settings.targets, settings.outboundTargets, settings.echoHosts) = (
                10_000, 10_000, 10_000
            )
            settings.repeatedAttempts = 65_000
        }
        var detector = Detector(settings: settings, facts: HostFacts(), seed: 7)
        var traffic = Traffic(kind, sources: request.sources)
        let none = [UInt8]()
        var findings = 0
        // Two packets each: the first stands on probation, the second makes the record.
        for number in 0..<2 * request.sources {
            detector.observe(
                traffic.event(from: UInt64(number % request.sources)),
                packet: RawSpan(_elements: none.span))
        }
        findings += detector.takeFindings().count
        // The generator's own part is taken off.
        var twin = traffic
        var sum = 0
        let making = batches(request.events, &twin) { events in
            for index in events.indices { sum &+= Int(events[index].sourcePort) }
        }
        var measured = batches(request.events, &traffic) { events in
            detector.announce(events.span)
            for index in events.indices {
                detector.observe(events[index], packet: RawSpan(_elements: none.span))
                if detector.hasFindings { findings &+= detector.takeFindings().count }
            }
        }
        measured.nanoseconds = max(0, measured.nanoseconds - making.nanoseconds)
        measured.note = "\(detector.sourceCount) sources, \(findings) findings, \(sum & 1)"
        return measured
    }

    /// Events in the batches that the ring hands over.
    static func batches(
        _ events: Int, _ traffic: inout Traffic, _ body: (ContiguousArray<PacketEvent>) -> Void
    ) -> Measured {
        var batch = ContiguousArray<PacketEvent>()
        batch.reserveCapacity(EventConsumer.ahead)
        let rounds = max(1, events / EventConsumer.ahead)
        let start = picket_thread_cpu_ns()
        for _ in 0..<rounds {
            batch.removeAll(keepingCapacity: true)
            for _ in 0..<EventConsumer.ahead { batch.append(traffic.next()) }
            body(batch)
        }
        return Measured(
            events: rounds * EventConsumer.ahead, nanoseconds: picket_thread_cpu_ns() - start)
    }
}
