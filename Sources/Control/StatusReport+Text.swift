// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets

extension StatusReport {
    /// The report for people: a label and a sentence a line, without a newline at the end.
    package var text: String {
        var rows: [(label: String, text: String)] = [
            ("picket", "\(version), process \(pid), running for \(StatusReport.span(uptime))"),
            ("since", started.formatted(.iso8601)),
        ]
        for (index, group) in groups.enumerated() {
            rows.append((index == 0 ? "groups" : "", StatusReport.text(group)))
        }
        if groups.isEmpty { rows.append(("groups", "none")) }
        rows += [
            ("rate", rateText),
            ("events", StatusReport.counts(events)),
            ("refused", StatusReport.counts(refused)),
            ("lost", StatusReport.text(losses)),
            ("ring", StatusReport.text(ring)),
            ("detector", detectorText),
            ("host", host?.text ?? "not told"),
            ("decisions", StatusReport.counts(decisions)),
            ("log", StatusReport.text(log)),
            ("journal", StatusReport.text(journal)),
            ("evidence", StatusReport.text(evidence)),
            ("watchers", watchersText),
        ]
        if let packetLog { rows.append(("packets", StatusReport.text(packetLog))) }
        for (index, martian) in martians.enumerated() {
            rows.append((index == 0 ? "martians" : "", martian))
        }
        for (index, trace) in traceroutes.enumerated() {
            rows.append((index == 0 ? "traces" : "", trace))
        }
        let width = rows.map(\.label.count).max() ?? 0
        return rows.map { row in
            // Names of rules and interfaces must not steer a terminal.
            row.label.padding(toLength: width, withPad: " ", startingAt: 0) + "  "
                + row.text.printable
        }.joined(separator: "\n")
    }

    private static func text(_ group: Group) -> String {
        let name = group.accepted ? "\(group.group) (accepted)" : "\(group.group)"
        return "\(name): \(number(group.messages)) messages, gap \(number(group.gap)), "
            + "\(number(group.overruns)) overruns; "
            + (group.copyRange.map { "\($0) bytes of each packet, " } ?? "")
            + "buffer \(bytes(group.receiveBuffer))"
    }

    private static func text(_ ring: Ring) -> String {
        "\(number(ring.occupancy)) of \(number(ring.capacity)) slots, "
            + "at most \(number(ring.highWater)), \(number(ring.drops)) dropped"
    }

    private static func text(_ losses: Losses) -> String {
        "gap \(number(losses.gap)), drop \(number(losses.drop)), refused \(number(losses.refused))"
    }

    private var rateText: String {
        "\(StatusReport.decimal(rates.lastSecond)) events/s now, "
            + "\(StatusReport.decimal(rates.lastMinute)) over the last minute"
    }

    private var detectorText: String {
        let sources = StatusReport.number(sources)
        let scans = StatusReport.number(openScans)
        return "\(sources) sources, \(scans) open scans, \(StatusReport.bytes(detectorBytes))"
    }

    private var watchersText: String {
        let text = StatusReport.number(watchers)
        guard undelivered > 0 else { return text }
        return "\(text); \(StatusReport.number(undelivered)) decisions not delivered"
    }

    private static func text(_ evidence: Evidence?) -> String {
        guard let evidence else { return "off" }
        let failing = evidence.failing.map { "; failing: \($0)" } ?? ""
        return "\(evidence.path): \(number(evidence.packets)) packets, "
            + "\(number(evidence.lost)) lost\(failing); \(number(evidence.files)) files, "
            + "\(bytes(evidence.bytes)) of \(bytes(evidence.limit))"
    }

    private static func text(_ log: PacketLog) -> String {
        let failing = log.failing.map { "; failing: \($0)" } ?? ""
        return "\(log.path): \(number(log.lines)) lines, \(number(log.lost)) lost\(failing)"
    }

    private static func text(_ journal: Journal?) -> String {
        guard let journal else { return "off" }
        let waiting = journal.waiting > 0 ? ", \(number(UInt64(journal.waiting))) waiting" : ""
        let failing = journal.failing.map { "; failing: \($0)" } ?? ""
        return "\(journal.path): \(number(journal.written)) decisions\(waiting), "
            + "\(number(journal.lost)) lost\(failing)"
    }

    private static func text(_ log: Log?) -> String {
        guard let log else { return "off" }
        let failing = log.failing.map { "; failing: \($0)" } ?? ""
        return "\(log.path) (\(log.format)): \(number(log.lines)) lines, "
            + "\(number(log.lost)) lost\(failing)"
    }

    /// `12,345: 12,000 probe, 345 late`: the sum, then the largest first.
    private static func counts(_ counts: [String: UInt64]) -> String {
        let sum = counts.values.reduce(0) { $0 &+ $1 }
        let parts = counts.filter { $0.value > 0 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(number($0.value)) \($0.key)" }
        return parts.isEmpty ? "0" : "\(number(sum)): \(parts.joined(separator: ", "))"
    }

    static func number(_ value: some BinaryInteger) -> String {
        var digits = String(value)
        var index = digits.count - 3
        while index > (value < 0 ? 1 : 0) {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
            index -= 3
        }
        return digits
    }

    private static func decimal(_ value: Double) -> String {
        value.formatted(
            .number.precision(.fractionLength(1)).locale(Locale(identifier: "en_US_POSIX")))
    }

    private static func bytes(_ value: Int) -> String {
        for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where value >= size {
            let tenths = value / (size / 10)
            return tenths % 10 == 0
                ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return "\(value) bytes"
    }

    static func span(_ seconds: Double) -> String {
        // A report from a socket may hold any number.
        let whole = seconds.isFinite ? Int(max(0, min(seconds, 1e12))) : 0
        let parts = [
            (whole / 86_400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "m"),
            (whole % 60, "s"),
        ]
        guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0s" }
        return parts[first...].prefix(2).map { "\($0.0)\($0.1)" }.joined(separator: " ")
    }
}
