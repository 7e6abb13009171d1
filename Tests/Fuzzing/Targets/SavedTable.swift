// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets
import TestSupport

@testable import Detection

/// The detector's table of an earlier run, and then the packets that come.
///
/// Shape: a table without its checksum, which is put behind it, so that more than the checksum's own
/// check is tried; an empty input and what is no table are tried as they are.
enum SavedTable: FuzzTarget {
    static let name = "table"

    static func seeds() -> [[UInt8]] {
        [[], Samples.scan, Samples.sweep, Samples.packets, Samples.packets + Samples.scan, many]
            .map { packets in
                var detector = detector()
                var time = Timestamp.testStart
                for packet in packets {
                    let event = event(packet, time: time, origin: OriginID(rawValue: 1))
                    detector.observe(event, packet: RawSpan(_elements: packet.span))
                    time = time.advanced(byNanoseconds: 10_000_000)
                }
                return detector.saved().dropLast(8)
            }
            .map(Array.init)
    }

    static func run(_ input: RawSpan) {
        var writer = input.array
        writer += checksum(writer)
        var first = detector()
        let memory = first.bytes
        var before: [UInt8] = []
        do {
            try admitOrigins(of: writer, to: &first)
            before = first.saved()
            try first.restore(from: writer.span)
        } catch {
            must(
                before.isEmpty || first.saved() == before,
                "a table that is refused changes nothing: \(error)")
            mustBePlain(error.description, "an error")
            return
        }
        must(first.bytes == memory, "a table does not make the detector larger")
        let saved = first.saved()
        var second = detector()
        do {
            try admitOrigins(of: saved, to: &second)
            try second.restore(from: saved.span)
        } catch {
            must(false, "what was saved is taken: \(error)")
        }
        // A set of a few targets may stand in another order: what matters is which bytes there are.
        let again = second.saved()
        must(
            histogram(of: again) == histogram(of: saved),
            "a table that was taken is saved as it is: \(difference(saved, again))")
        let (decided, decidedAgain) = (decisions(&first), decisions(&second))
        must(decided == decidedAgain, "the same table finds the same")
        must(first.bytes == memory, "packets do not make the detector larger")
    }

    private static func detector() -> Detector {
        var detector = Detector(settings: Witness.settings(), facts: Witness.facts(), seed: 7)
        detector.admit(Origin(), as: .unknown)
        detector.admit(origin, as: OriginID(rawValue: 1))
        return detector
    }

    /// How often each byte is there, without the checksum's.
    private static func histogram(of table: [UInt8]) -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        for byte in table.dropLast(8) { counts[Int(byte)] += 1 }
        return counts
    }

    private static func difference(_ first: [UInt8], _ second: [UInt8]) -> String {
        let place = zip(first, second).enumerated().first { $1.0 != $1.1 }?.offset
        return "\(first.count) and \(second.count) bytes, from \(place ?? first.count) on"
    }

    private static func admitOrigins(
        of bytes: [UInt8], to detector: inout Detector
    ) throws(SavedTableError) {
        var table = OriginTable()
        _ = table.intern(origin)
        for origin in try Detector.origins(inSaved: bytes.span) {
            detector.admit(origin, as: table.intern(origin))
        }
    }

    private static let origin = Origin(
        group: 5, prefix: "net-fw DROP ", hook: .input, interfaceIn: "eth0")

    /// What is found when the sources of the seeds go on, and a day later, as lines.
    private static func decisions(_ detector: inout Detector) -> [String] {
        var decider = Decider()
        var time = detector.nextDeadline ?? .testStart
        time = time.advanced(byNanoseconds: -3_600_000_000_000)
        for packet in Samples.scan + Samples.packets + many.prefix(20) {
            let event = event(packet, time: time, origin: OriginID(rawValue: 1))
            detector.observe(event, packet: RawSpan(_elements: packet.span))
            time = time.advanced(byNanoseconds: 10_000_000)
        }
        detector.advance(to: time.advanced(byNanoseconds: 86_400_000_000_000))
        detector.finish()
        return detector.takeFindings().map { finding in
            let decision = decider.decide(finding, origin: Origin(), loss: LossCounts())
            for format in DecisionFormat.allCases {
                let line = format.line(decision, observer: Witness.observer) ?? ""
                mustBePlain(line, "a line of \(format)")
            }
            return DecisionFormat.ecs.line(decision, observer: Witness.observer) ?? ""
        }
    }

    private static let many: [[UInt8]] = (0..<200).map { number in
        tcp(
            from: Address(v4: 0xc633_6400 + number % 7), to: Address(v4: 0xc000_0200 + number / 7),
            port: UInt16(20 + number), options: .linux)
    }

    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        SavedWriter.checksum(bytes.span, count: bytes.count).wireBytes.reversed()
    }
}
