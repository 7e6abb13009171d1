// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Reads the statements of one rule of nft's JSON.
///
/// Source: libnftables-json(5), STATEMENTS and EXPRESSIONS.
struct ListedRule {
    private let family: RuleTable.Family
    private let elements: (String) -> [Any]
    /// The names of the verdict maps that the rule asks.
    private(set) var asked: Set<String> = []
    /// Whether it has a part of iptables of which the listing tells the name only.
    private(set) var hasExtension = false

    init(family: RuleTable.Family, elements: @escaping (String) -> [Any]) {
        self.family = family
        self.elements = elements
    }

    mutating func steps(_ statements: [Any]) -> [Step] { statements.flatMap { step($0) } }

    private mutating func step(_ statement: Any) -> [Step] {
        guard let object = statement as? [String: Any], let (name, value) = object.first else {
            // Some versions cannot say an anonymous chain in JSON.
            return [.condition(Condition(.opaque("\(statement)")))]
        }
        if let verdict = Self.verdict(object) { return [.verdict(verdict)] }
        let fields = value as? [String: Any] ?? [:]
        switch name {
        case "match":
            return ListedMatch(fields).conditions.map { .condition($0) }
        case "log": return [.log(Self.log(fields))]
        case "limit": return Self.limit(value)
        case "set", "meter": return Self.inner(fields["stmt"])
        case "vmap": return [choice(fields)]
        case "notrack": return [.untrack]
        case "queue", "tproxy", "synproxy": return [.verdict(.handedOver)]
        case "snat", "dnat", "masquerade", "redirect": return [.verdict(.accept)]
        case "fwd": return [.verdict(.handedOver)]
        case "ct count":
            return [.condition(Condition(.opaque("ct count")))]
        case "xt":
            hasExtension = true
            return Self.extension(fields)
        default: return []  // it counts, marks or changes the packet, which goes on
        }
    }

    private static func verdict(_ object: [String: Any]) -> Verdict? {
        guard let (name, value) = object.first else { return nil }
        let target = (value as? [String: Any])?["target"] as? String ?? ""
        switch name {
        case "accept": return .accept
        case "drop": return .drop
        case "reject": return .reject
        case "return": return .return
        case "jump": return .jump(target)
        case "goto": return .goto(target)
        default: return nil
        }
    }

    private static func log(_ fields: [String: Any]) -> LogTarget {
        LogTarget(
            group: (fields["group"] as? Int).flatMap { UInt16(exactly: $0) },
            prefix: fields["prefix"] as? String ?? "", size: fields["snaplen"] as? Int,
            threshold: fields["queue-threshold"] as? Int)
    }

    /// `limit rate over` lets what follows happen to the packets beyond: a match like others.
    private static func limit(_ value: Any) -> [Step] {
        guard let fields = value as? [String: Any], fields["inv"] as? Bool == true else {
            return [.limit]
        }
        return [.condition(Condition(.opaque("limit over")))]
    }

    /// What stands in a set's update: `add @s { ip saddr limit rate over 5/minute }`.
    private static func inner(_ statements: Any?) -> [Step] {
        let all = (statements as? [Any]) ?? (statements as? [String: Any]).map { [$0] } ?? []
        return all.flatMap { statement -> [Step] in
            guard let object = statement as? [String: Any] else { return [] }
            if let value = object["limit"] { return limit(value) }
            if object["ct count"] != nil { return [.condition(Condition(.opaque("ct count")))] }
            return []
        }
    }

    /// An extension of iptables, of which the listing has the name only; where iptables-save is
    /// there, it tells the whole.
    private static func `extension`(_ fields: [String: Any]) -> [Step] {
        let name = fields["name"] as? String ?? ""
        switch (fields["type"] as? String, name) {
        case ("match", "comment"), ("match", "tcp"), ("match", "udp"): return []
        case ("match", "limit"), ("match", "hashlimit"): return [.limit]
        case ("match", _): return [.condition(Condition(.opaque("xt \(name)")))]
        case (_, "REJECT"): return [.verdict(.reject)]
        case (_, "LOG"): return [.log(LogTarget())]
        case (_, "NFQUEUE"), (_, "TPROXY"), (_, "SYNPROXY"): return [.verdict(.handedOver)]
        case (_, "DNAT"), (_, "SNAT"), (_, "MASQUERADE"), (_, "REDIRECT"):
            return [.verdict(.accept)]
        default: return []
        }
    }

    private mutating func choice(_ fields: [String: Any]) -> Step {
        var pairs: [Any] = []
        if let name = fields["data"] as? String {
            let map = String(name.drop { $0 == "@" })
            asked.insert(map)
            pairs = elements(map)
        } else if let data = fields["data"] as? [String: Any] {
            pairs = data["set"] as? [Any] ?? []
        }
        let choices = pairs.compactMap { pair -> (keys: [Condition], verdict: Verdict)? in
            guard let pair = pair as? [Any], pair.count == 2,
                let verdict = (pair[1] as? [String: Any]).flatMap({ Self.verdict($0) })
            else { return nil }
            return (ListedMatch.conditions(key: fields["key"], value: pair[0]), verdict)
        }
        return .choice(choices)
    }
}
