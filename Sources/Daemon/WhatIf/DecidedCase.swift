// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets

/// One thing that was decided about, from its first decision to its last: a scan, a flood, or attempts
/// that were told.
struct DecidedCase: Hashable, Sendable {
    enum Sort: String, Codable, Sendable {
        case scan, flood, attempts
    }

    var sort: Sort
    /// Who: a source, or what a set's or a flood's packets asked for.
    var subject: String
    /// Of a scan.
    var kind: String?
    var level: Int
    var techniques: [String]
    var tool: String
    /// When it was told of, and its first and last packet.
    var detected: Timestamp
    var start: Timestamp
    var end: Timestamp
    var packets: UInt64
    var targets: Int
    var hosts: Int
    var members: Int?

    /// Nil for what is about nobody, such as a loss.
    init?(_ decision: Decision) {
        guard let scan = decision.scan else { return nil }
        switch decision.action {
        case .scanDetected, .scanEscalated, .scanEnded: sort = .scan
        case .floodDetected, .floodEnded: sort = .flood
        case .attemptsRepeated: sort = .attempts
        default: return nil
        }
        subject = DecidedCase.subject(of: scan)
        kind = sort == .scan ? scan.kind.rawValue : nil
        level = decision.level
        techniques = scan.techniques.map { "\($0)" }
        tool = scan.tool.tool.rawValue
        detected = decision.time
        start = scan.start
        end = scan.end
        packets = scan.packets
        targets = scan.targets.count
        hosts = scan.hosts.count
        members = scan.crowd.map { $0.total.count }
    }

    private static func subject(of scan: ScanSummary) -> String {
        guard let crowd = scan.crowd else {
            return scan.source.isHost ? "\(scan.source.address)" : "\(scan.source)"
        }
        let asked = scan.destinations.first.map { "\($0)" } ?? "several hosts"
        return crowd.isFlood ? "somebody of \(asked)" : "a set of sources of \(asked)"
    }

    /// Takes over what a later decision says of the same thing.
    mutating func update(_ later: DecidedCase) {
        let detected = self.detected
        let level = max(self.level, later.level)
        self = later
        self.detected = detected
        self.level = level
    }

    func overlaps(_ other: DecidedCase) -> Bool { start <= other.end && other.start <= end }
}

/// Makes cases of the decisions of a replay, in the order of their beginnings.
struct DecidedCases {
    private(set) var cases: [DecidedCase] = []
    private var open: [String: Int] = [:]

    mutating func take(_ decision: Decision) {
        guard let news = DecidedCase(decision) else { return }
        let isSet = decision.scan?.crowd != nil
        let key = "\(news.sort) \(isSet) \(news.subject)"
        switch decision.action {
        case .scanDetected, .floodDetected:
            open[key] = cases.count
            cases.append(news)
        case .attemptsRepeated: cases.append(news)
        default:
            guard let place = open[key] else {
                open[key] = cases.count
                return cases.append(news)
            }
            cases[place].update(news)
            if decision.action == .scanEnded || decision.action == .floodEnded { open[key] = nil }
        }
    }
}
