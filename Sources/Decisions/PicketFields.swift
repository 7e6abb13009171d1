// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// What no schema of others has a place for: the object `picket`, the same in ECS and EVE.
struct PicketFields {
    let json: JSON

    init(_ decision: Decision, observer: Observer) {
        guard let scan = decision.scan else {
            json = .object([
                ("danger_level", .integer(decision.level)),
                ("loss", PicketFields.loss(decision.loss)),
            ])
            return
        }
        json = .object([
            ("danger_level", .integer(decision.level)),
            (
                "scan",
                decision.flood == nil ? PicketFields.scan(scan, ending: decision.ending) : nil
            ),
            ("flood", decision.flood.map { PicketFields.flood($0, scan) }),
            ("signatures", []),
            (
                "fingerprint",
                .verbatim(#"{"os":null,"distance":null,"link":null,"uptime_s":null}"#)
            ),
            ("firewall", PicketFields.firewall(decision.origin, observer: observer)),
            ("loss", PicketFields.loss(decision.loss)),
            ("attempts", decision.attempts.map(JSON.integer)),
        ])
    }

    private static func scan(_ scan: ScanSummary, ending: Finding.EndReason?) -> JSON {
        .object([
            ("kind", scan.isScan ? .string(scan.kind.rawValue) : .null),
            ("techniques", .array(scan.techniques.map { .string($0.description) })),
            ("tool", .string(scan.tool.tool.rawValue)),
            ("tool_mark", ToolWords(scan.tool).marks.map { .string($0) } ?? .null),
            ("packets", .unsigned(scan.packets)),
            ("targets", .integer(scan.targets.count)),
            ("hosts", .integer(scan.hosts.count)),
            (
                "ports",
                .object([
                    ("count", .integer(scan.ports.count)),
                    ("exact", .bool(scan.ports.exact)),
                    ("min", scan.portRange.map { .integer(Int($0.lowerBound)) } ?? .null),
                    ("max", scan.portRange.map { .integer(Int($0.upperBound)) } ?? .null),
                    ("sample", .array(scan.portSample.map { .integer(Int($0)) })),
                ])
            ),
            (
                "prefix",
                scan.firstAddress.isV4 || scan.crowd != nil
                    ? .null : .string(scan.source.description)
            ),
            (
                "members",
                .array((scan.crowd?.members ?? []).map { .string($0.description) })
            ),
            ("members_total", scan.crowd.map { .integer($0.total.count) }),
            ("members_exact", scan.crowd.flatMap { $0.total.exact ? nil : .bool(false) }),
            ("likelihood", .number(scan.likelihood)),
            ("targets_exact", scan.targets.exact ? nil : .bool(false)),
            ("hosts_exact", scan.hosts.exact ? nil : .bool(false)),
            ("ended", ending.map { .string(name(of: $0)) }),
        ])
    }

    private static func flood(_ flood: FloodCounts, _ scan: ScanSummary) -> JSON {
        .object([
            ("sources", .unsigned(flood.sources)),
            ("packets", .unsigned(scan.packets)),
            ("rate", .number(flood.rate)),
            ("peak", .unsigned(flood.peak)),
            ("techniques", .array(scan.techniques.map { .string($0.description) })),
            ("port", scan.singlePort.map { .integer(Int($0)) } ?? .null),
        ])
    }

    private static func firewall(_ origin: Origin, observer: Observer) -> JSON {
        .object([
            ("prefix", .nonEmpty(origin.prefix) ?? .null),
            ("disposition", origin.rule.disposition.map { .string($0.rawValue) } ?? .null),
            ("group", origin.group.map { .integer(Int($0)) } ?? .null),
            ("hook", origin.hook.map { .string(name(of: $0)) } ?? .null),
            // Of a log or a capture nobody can say what stood before it.
            (
                "feed",
                origin.group.flatMap { observer.feeds[$0] }.map { .string($0.rawValue) } ?? .null
            ),
        ])
    }

    private static func loss(_ loss: LossCounts) -> JSON {
        .object([
            ("gap", .unsigned(loss.gap)), ("drop", .unsigned(loss.drop)),
            ("refused", .unsigned(loss.refused)),
        ])
    }

    private static func name(of ending: Finding.EndReason) -> String {
        switch ending {
        case .lifetimeOver: "lifetime-over"
        case .inputEnded: "input-ended"
        case .memoryFull: "memory-full"
        case .joined: "joined"
        }
    }

    private static func name(of hook: Hook) -> String {
        switch hook {
        case .prerouting: "prerouting"
        case .input: "input"
        case .forward: "forward"
        case .output: "output"
        case .postrouting: "postrouting"
        case .ingress: "ingress"
        }
    }
}
