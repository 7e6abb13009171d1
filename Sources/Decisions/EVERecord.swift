// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// A decision as Suricata would have written it to eve.json; docs/eve.md has the tables.
///
/// Source: Suricata 7 user guide, *Eve JSON Format*.
struct EVERecord {
    let json: JSON

    /// The generator of our signature ids, so that they never meet those of Suricata's own rules
    /// (generator 1) or decoders.
    static let generator = 9000

    init(_ decision: Decision, observer: Observer) {
        let timestamp = JSON.string(CivilTime(decision.time).dateTimeInUTC)
        guard let scan = decision.scan else {
            json = EVERecord.statistics(decision, timestamp: timestamp, observer: observer)
            return
        }
        let port = scan.ports.count == 1 ? scan.portSample.first : nil
        json = .object([
            ("timestamp", timestamp),
            ("in_iface", .nonEmpty(decision.origin.interfaceIn)),
            ("event_type", "alert"),
            ("src_ip", scan.singleSource.map(JSON.address)),
            ("dest_ip", scan.singleDestination.map(JSON.address)),
            ("dest_port", port.map { .integer(Int($0)) }),
            ("proto", scan.transports.first.map { .string(EVERecord.name(of: $0.ipProtocol)) }),
            (
                "alert",
                .object([
                    // Suricata's word for "not dropped by me": the firewall did that.
                    ("action", "allowed"),
                    ("gid", .integer(EVERecord.generator)),
                    (
                        "signature_id",
                        .integer(EVERecord.signatureID(decision.action, scan.kind))
                    ),
                    ("rev", 1),
                    ("signature", .string(EVERecord.signature(decision.action, scan.kind))),
                    ("category", .string(EVERecord.category(decision.action))),
                    ("severity", .integer(EVERecord.severity(level: decision.level))),
                    ("metadata", EVERecord.metadata(decision, scan: scan, observer: observer)),
                ])
            ),
            ("host", .nonEmpty(observer.name)),
        ])
    }

    /// The hundreds are the action, the rest is the kind.
    static func signatureID(_ action: Decision.Action, _ kind: ScanKind) -> Int {
        let kindNumber =
            switch kind {
            case .vertical: 1
            case .horizontal: 2
            case .block: 3
            case .pingSweep: 4
            case .ipProtocol: 5
            case .distributed: 6
            case .decoy: 7
            }
        return switch action {
        case .scanDetected: 100 + kindNumber
        case .scanEscalated: 200 + kindNumber
        case .scanEnded: 300 + kindNumber
        case .attemptsRepeated: 400
        case .loss: 500
        case .floodDetected: 600
        case .floodEnded: 601
        }
    }

    private static func signature(_ action: Decision.Action, _ kind: ScanKind) -> String {
        let name = kind == .pingSweep ? "ping sweep" : "\(kind.rawValue) scan"
        return switch action {
        case .scanDetected: "PICKET \(name) detected"
        case .scanEscalated: "PICKET \(name) escalated"
        case .scanEnded: "PICKET \(name) ended"
        case .attemptsRepeated: "PICKET repeated attempts"
        case .loss: "PICKET events lost"
        case .floodDetected: "PICKET flood detected"
        case .floodEnded: "PICKET flood ended"
        }
    }

    /// Source: the descriptions in Suricata's classification.config.
    private static func category(_ action: Decision.Action) -> String {
        switch action {
        case .scanDetected, .scanEscalated, .scanEnded: "Detection of a Network Scan"
        case .floodDetected, .floodEnded: "Attempted Denial of Service"
        case .attemptsRepeated, .loss: "Misc activity"
        }
    }

    /// Suricata counts the other way round: 1 is the worst, and its rules use 1 to 4.
    static func severity(level: Int) -> Int {
        switch level {
        case 4...: 1
        case 3: 2
        case 1...2: 3
        default: 4
        }
    }

    /// Suricata's metadata are lists of strings; the `mitre_` names are those of its rule sets.
    private static func metadata(
        _ decision: Decision, scan: ScanSummary, observer: Observer
    ) -> JSON {
        let technique = AttackTechnique(scan)
        return .object([
            ("mitre_tactic_id", technique.map { [.string($0.tacticID)] }),
            ("mitre_tactic_name", technique.map { [.string($0.tacticName)] }),
            ("mitre_technique_id", technique.map { [.string($0.id)] }),
            ("mitre_technique_name", technique.map { [.string($0.name)] }),
            ("action", .string(decision.action.rawValue)),
            ("sequence", .unsigned(decision.sequence)),
            ("reason", .string(decision.reason)),
            ("start", .time(scan.start)),
            ("end", .time(scan.end)),
            ("direction", .string(scan.direction.rawValue)),
            ("picket", PicketFields(decision, observer: observer).json),
        ])
    }

    /// Where Suricata tells of its own losses, a `stats` record under the names it uses there.
    private static func statistics(
        _ decision: Decision, timestamp: JSON, observer: Observer
    ) -> JSON {
        .object([
            ("timestamp", timestamp),
            ("event_type", "stats"),
            (
                "stats",
                .object([
                    ("capture", .object([("kernel_drops", .unsigned(decision.loss.gap))])),
                    ("decoder", .object([("invalid", .unsigned(decision.loss.refused))])),
                    ("picket", PicketFields(decision, observer: observer).json),
                ])
            ),
            ("host", .nonEmpty(observer.name)),
        ])
    }

    /// The names in capitals, and a number in three digits where Suricata has no name.
    private static func name(of ipProtocol: IPProtocol) -> String {
        if ipProtocol == .icmpv6 { return "IPv6-ICMP" }
        if ipProtocol == .udpLite { return "UDPLite" }
        let name = ipProtocol.description
        if name.first?.isLetter ?? false { return name.uppercased() }
        return String(repeating: "0", count: max(0, 3 - name.utf8.count)) + name
    }
}
