// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets

extension DecisionDifference.Change {
    /// `- 2010-10-25T13:16:38.341511Z  scan by 198.51.100.7 disappears: vertical, SYN, level 2, …`.
    var text: String {
        let line =
            switch (before, after) {
            case (let before?, nil):
                "- \(time.inUTC)  \(before.title) disappears: \(before.numbers)"
            case (nil, let after?):
                "+ \(time.inUTC)  \(after.title) appears: \(after.numbers)"
            default:
                "~ \(time.inUTC)  \(before?.title ?? "") changes: "
                    + differences.map(\.words).joined(separator: ", ")
            }
        return line.printable
    }

    var json: String {
        let word = before == nil ? "appears" : after == nil ? "disappears" : "changes"
        return DecisionDifference.line(
            Line(
                change: word, differs: differences.isEmpty ? nil : differences.map(\.key),
                before: before.map(CaseLine.init), after: after.map(CaseLine.init)))
    }
}

extension DecisionDifference {
    /// The last sentence.
    var summary: String {
        if changes.isEmpty {
            return before == 0
                ? "nothing changes: nothing is decided with either settings"
                : "nothing changes: all \(before) cases are decided alike"
        }
        return "\(before) cases as it is, \(after) with the change: \(same) alike, "
            + "\(changing) changed, \(disappearing) gone, \(appearing) new"
    }

    var summaryJSON: String {
        DecisionDifference.line(
            SummaryLine(
                summary: .init(
                    before: before, after: after, alike: same, changed: changing,
                    gone: disappearing, new: appearing)))
    }

    fileprivate static func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Our own values always encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension DecidedCase {
    fileprivate var title: String {
        switch sort {
        case .scan: "scan by \(subject)"
        case .flood: "flood by \(subject)"
        case .attempts: "repeated attempts of \(subject)"
        }
    }

    fileprivate var numbers: String {
        var parts = [kind, techniques.isEmpty ? nil : techniques.joined(separator: "+")]
            .compactMap { $0 }
        if tool != "unknown" { parts.append(tool) }
        parts.append("level \(level)")
        parts.append("\(packets) packets to \(targets) target\(targets == 1 ? "" : "s")")
        if let members { parts.append("\(members) members") }
        return parts.joined(separator: ", ")
    }
}

private struct Line: Encodable {
    var change: String
    var differs: [String]?
    var before: CaseLine?
    var after: CaseLine?
}

private struct SummaryLine: Encodable {
    struct Counts: Encodable {
        var before: Int
        var after: Int
        var alike: Int
        var changed: Int
        var gone: Int
        var new: Int
    }
    var summary: Counts
}

private struct CaseLine: Encodable {
    var sort: DecidedCase.Sort
    var subject: String
    var kind: String?
    var level: Int
    var techniques: [String]
    var tool: String
    var detected: String
    var start: String
    var end: String
    var packets: UInt64
    var targets: Int
    var hosts: Int
    var members: Int?

    init(_ decided: DecidedCase) {
        sort = decided.sort
        subject = decided.subject
        kind = decided.kind
        level = decided.level
        techniques = decided.techniques
        tool = decided.tool
        detected = decided.detected.inUTC
        start = decided.start.inUTC
        end = decided.end.inUTC
        packets = decided.packets
        targets = decided.targets
        hosts = decided.hosts
        members = decided.members
    }
}
