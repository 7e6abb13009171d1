// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Journal
import Packets

/// Made-up scanners: each asks for five ports of random hosts, so that each is one decision.
struct Scanners {
    private var state: UInt64
    private var number: UInt64 = 0
    private(set) var time: Int64

    init(from time: Int64, seed: UInt64 = 1) {
        self.time = time
        state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    }

    /// xorshift64* (Vigna 2014).
    mutating func random() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }

    /// The five packets of one source, `gap` nanoseconds apart.
    mutating func packets(gap: Int64 = 1000) -> [PacketEvent] {
        number &+= 1
        let mixed = UInt32(truncatingIfNeeded: number) &* 0x9e37_79b1
        let isV6 = number % 10 == 0
        let source =
            isV6
            ? Address(high: 0x2001_0db8_0000_0000 | UInt64(mixed), low: number | 1)
            : Address(v4: 0x1000_0000 | mixed & 0xfff_ffff)
        return (0..<5).map { _ in
            let dice = random()
            time &+= gap
            return PacketEvent(
                time: Timestamp(nanoseconds: time), source: source,
                destination: isV6
                    ? Address(high: 0x2001_0db8_0001_0000, low: dice >> 44)
                    : Address(v4: 0xc633_0000 | UInt32(truncatingIfNeeded: dice >> 48)),
                ipProtocol: .tcp, sourcePort: UInt16(truncatingIfNeeded: dice >> 32) | 1024,
                destinationPort: UInt16(truncatingIfNeeded: dice >> 16),
                flags: TCPFlags.syn.rawValue, sequenceNumber: UInt32(truncatingIfNeeded: dice),
                length: 44, window: 1024, tcpOptions: .maximumSegmentSize,
                traits: isV6 ? .v6 : [], transportOffset: isV6 ? 40 : 20)
        }
    }
}

/// The road from events to decisions, as the detector's thread takes it.
struct Road: ~Copyable {
    private var detector = Detector(settings: DetectionSettings(), facts: HostFacts(), seed: 7)
    private var decider = Decider()
    private let origin = Origin(
        group: 5, prefix: "Shorewall:net-fw:DROP:", hook: .input, interfaceIn: "eth0")
    private(set) var decisions = 0

    init() {}

    mutating func observe(_ events: [PacketEvent], _ carryOut: (Decision) -> Void) {
        let none = [UInt8]()
        for event in events {
            _ = detector.observe(event, packet: RawSpan(_elements: none.span))
            guard detector.hasFindings else { continue }
            for finding in detector.takeFindings() {
                decisions += 1
                carryOut(decider.decide(finding, origin: origin, loss: LossCounts()))
            }
        }
    }

    mutating func finish(_ carryOut: (Decision) -> Void) {
        detector.finish()
        for finding in detector.takeFindings() {
            carryOut(decider.decide(finding, origin: origin, loss: LossCounts()))
        }
    }
}

let observer = Observer(name: "gateway", version: "1")

func document(_ decision: Decision) -> String {
    DecisionFormat.ecs.line(decision, observer: observer) ?? ""
}

func writer(
    _ path: String, show: @escaping @Sendable (Decision) -> Void
) -> JournalWriter {
    JournalWriter(
        path: path, retention: Retention(keep: nil, size: 1 << 40),
        identity: RunIdentity(host: "gateway", version: "1", process: 1),
        clock: { now() }, document: { document($0) }, show: show, tell: { print("\($0)") })
}
