// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Decisions
import Detection
import Packets

/// What an expectation of a scenario says, in words and from what was decided in the same words, so
/// that both can be compared:
///
///     => 4.0 vertical scan by 198.51.100.7: 5 targets, level 1, 5 packets, SYN
///     => 24.0 outbound horizontal scan by 192.0.2.20: 25 targets, level 2, 25 packets, SYN
///     => 9.0 ping sweep by 198.51.100.7: 10 targets, level 1, 10 packets, ICMP-echo
///     => 490.0 repeated attempts by 198.51.100.7: 50 packets
///     => 3604.0 end of scan by 198.51.100.7
///     => nothing
///     => graded 48 probe
///
/// The time is that of the detection, the numbers are those at the scan's end; they may be left out
/// from the right. `end of scan` is told only where the scan ends before the input does. What is not
/// expected must not be decided.
struct ExpectedDecision: Hashable, Comparable, CustomStringConvertible {
    let time: Timestamp
    let text: String

    var description: String { "=> \(Double(time.nanoseconds) / 1e9) \(text)" }

    static func < (a: Self, b: Self) -> Bool { (a.time, a.text) < (b.time, b.text) }

    /// Everything that was decided, in the scenarios' words.
    static func told(by decisions: [Decision]) -> [ExpectedDecision] {
        var told: [ExpectedDecision] = []
        /// The time at which each open scan and flood was detected, by who makes it.
        var open: [String: Timestamp] = [:]
        for decision in decisions {
            guard let scan = decision.scan else {
                told.append(ExpectedDecision(time: decision.time, text: decision.reason))
                continue
            }
            switch decision.action {
            case .scanDetected, .floodDetected: open[key(scan)] = decision.time
            case .scanEnded:
                told.append(
                    ExpectedDecision(
                        time: open.removeValue(forKey: key(scan)) ?? decision.time,
                        text: words(scan)))
                if decision.ending != .inputEnded {
                    told.append(
                        ExpectedDecision(
                            time: decision.time, text: "end of scan by \(name(scan))"))
                }
            case .floodEnded:
                told.append(
                    ExpectedDecision(
                        time: open.removeValue(forKey: key(scan)) ?? decision.time,
                        text: "flood by \(name(scan)): \(scan.packets) packets"))
            case .attemptsRepeated:
                told.append(
                    ExpectedDecision(
                        time: decision.time,
                        text: "repeated attempts by \(name(scan)): "
                            + "\(decision.attempts ?? 0) packets"))
            case .scanEscalated, .loss: break
            }
        }
        return told.sorted()
    }

    private static func words(_ scan: ScanSummary) -> String {
        let direction = scan.direction == .inbound ? "" : "\(scan.direction.rawValue) "
        let kind = scan.kind == .pingSweep ? "ping sweep" : "\(scan.kind.rawValue) scan"
        let techniques = scan.techniques.map(\.description).joined(separator: " ")
        return "\(direction)\(kind) by \(name(scan)): \(scan.targets.count) targets, "
            + "level \(scan.level), \(scan.packets) packets, \(techniques)"
    }

    /// Names a scan from its beginning to its end, while a set of sources grows.
    private static func key(_ scan: ScanSummary) -> String {
        guard scan.crowd != nil else { return name(scan) }
        return "\(scan.kind) \(scan.destinations)"
    }

    private static func name(_ scan: ScanSummary) -> String {
        if let crowd = scan.crowd { return "\(crowd.total.count) sources" }
        return scan.source.isHost ? scan.source.address.description : scan.source.description
    }
}
