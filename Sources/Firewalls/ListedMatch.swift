// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A comparison in nft's JSON as conditions; what is not understood is an opaque one.
struct ListedMatch {
    let conditions: [Condition]

    init(_ fields: [String: Any]) {
        let operation = fields["op"] as? String ?? "=="
        conditions = Self.conditions(
            left: fields["left"], right: fields["right"], isNegated: operation == "!=",
            isAny: operation == "in")
    }

    /// What the key of a verdict map must be.
    static func conditions(key: Any?, value: Any) -> [Condition] {
        // An element with a comment, a counter or a timeout is wrapped.
        let value =
            (value as? [String: Any])?["elem"].flatMap { ($0 as? [String: Any])?["val"] }
            ?? value
        if let keys = (key as? [String: Any])?["concat"] as? [Any],
            let values = (value as? [String: Any])?["concat"] as? [Any], keys.count == values.count
        {
            return zip(keys, values).flatMap {
                conditions(left: $0, right: $1, isNegated: false, isAny: false)
            }
        }
        if value as? String == "*" { return [] }
        return conditions(left: key, right: value, isNegated: false, isAny: false)
    }

    private static func conditions(
        left: Any?, right: Any?, isNegated: Bool, isAny: Bool
    ) -> [Condition] {
        let values = Self.values(right)
        let (needs, test) = Self.test(left, values, isAny: isAny, isFalse: right as? Bool == false)
        let spoken = Condition(
            test ?? .opaque("\(text(left)) \(text(right))"), isNegated: isNegated)
        return needs.map { Condition($0) } + [spoken]
    }

    /// The single values of a right side; a range is kept as one.
    private static func values(_ right: Any?) -> [Any] {
        if let object = right as? [String: Any] {
            if let set = object["set"] as? [Any] {
                return set.map { (($0 as? [String: Any])?["elem"] as? [String: Any])?["val"] ?? $0 }
            }
            if let parts = object["|"] as? [Any] { return parts.flatMap { values($0) } }
            return [object]
        }
        if let list = right as? [Any] { return list.flatMap { values($0) } }
        return right.map { [$0] } ?? []
    }

    /// What a comparison needs first (`tcp dport` is for TCP), and what it asks.
    private static func test(
        _ left: Any?, _ values: [Any], isAny: Bool, isFalse: Bool
    ) -> (needs: [Condition.Test], test: Condition.Test?) {
        guard let left = left as? [String: Any], let (kind, value) = left.first else {
            return ([], nil)
        }
        let fields = value as? [String: Any] ?? [:]
        switch kind {
        case "meta": return ([], meta(fields["key"] as? String ?? "", values))
        case "payload":
            return payload(
                fields["protocol"] as? String ?? "", fields["field"] as? String ?? "", values,
                isAny: isAny)
        case "ct" where fields["key"] as? String == "state":
            let states = RuleWords.states(values.compactMap { $0 as? String })
            return ([], .states(states))
        case "fib" where fields["result"] as? String == "type":
            guard (fields["flags"] as? [String] ?? []).contains("daddr") else { return ([], nil) }
            return ([], values.contains { $0 as? String == "local" } ? .local : nil)
        case "fib" where fields["result"] as? String == "oif":
            // The way back to an ordinary packet's source is the one that it came by.
            return ([], isFalse ? nil : .always)
        case "&": return flags(value as? [Any] ?? [], values)
        default: return ([], nil)
        }
    }

    private static func meta(_ key: String, _ values: [Any]) -> Condition.Test? {
        switch key {
        case "iif", "iifname": .interfaces(values.compactMap { $0 as? String })
        case "nfproto": .family(v6: values.first as? String == "ipv6")
        case "protocol" where values.count == 1 && ["ip", "ip6"].contains(values[0] as? String):
            .family(v6: values.first as? String == "ip6")
        case "l4proto": protocols(values)
        default: nil
        }
    }

    private static func payload(
        _ header: String, _ field: String, _ values: [Any], isAny: Bool
    ) -> (needs: [Condition.Test], test: Condition.Test?) {
        switch (header, field) {
        case ("ip", "saddr"), ("ip6", "saddr"):
            return ([.family(v6: header == "ip6")], networks(values).map { .source($0) })
        case ("ip", "daddr"), ("ip6", "daddr"):
            return ([.family(v6: header == "ip6")], networks(values).map { .destination($0) })
        case ("ip", "protocol"), ("ip6", "nexthdr"):
            return ([.family(v6: header == "ip6")], protocols(values))
        case ("ip", _), ("ip6", _): return ([.family(v6: header == "ip6")], nil)
        case ("th", "dport"): return ([], ports(values).map { .ports($0) })
        case ("th", "sport"): return ([], ports(values).map { .sourcePorts($0) })
        default: break
        }
        guard let number = RuleWords.protocolNumber(header) else { return ([], nil) }
        let needs = [Condition.Test.protocols([number...number])]
        switch field {
        case "dport": return (needs, ports(values).map { .ports($0) })
        case "sport": return (needs, ports(values).map { .sourcePorts($0) })
        case "flags" where header == "tcp":
            let bits = RuleWords.flags(values.compactMap { $0 as? String })
            // "in" asks for at least one of them; a plain comparison for all eight bits.
            return (needs, isAny ? .anyFlag(bits) : .flags(mask: 0xff, value: bits))
        default: return (needs, nil)
        }
    }

    /// `tcp flags & (fin | syn) == syn`
    private static func flags(
        _ sides: [Any], _ values: [Any]
    ) -> (needs: [Condition.Test], test: Condition.Test?) {
        guard sides.count == 2, let left = sides[0] as? [String: Any],
            let payload = left["payload"] as? [String: Any],
            payload["protocol"] as? String == "tcp", payload["field"] as? String == "flags"
        else { return ([], nil) }
        let mask = RuleWords.flags(Self.values(sides[1]).compactMap { $0 as? String })
        let named = RuleWords.flags(values.compactMap { $0 as? String })
        let bits = values.compactMap { $0 as? Int }.reduce(named) {
            $0 | UInt8(truncatingIfNeeded: $1)
        }
        return ([.protocols([6...6])], .flags(mask: mask, value: bits))
    }

    private static func protocols(_ values: [Any]) -> Condition.Test? {
        let numbers = values.compactMap { value -> UInt8? in
            if let name = value as? String { return RuleWords.protocolNumber(name) }
            return (value as? Int).flatMap { UInt8(exactly: $0) }
        }
        return numbers.count == values.count ? .protocols(numbers.map { $0...$0 }) : nil
    }

    private static func ports(_ values: [Any]) -> [ClosedRange<UInt16>]? {
        let ranges = values.compactMap { value -> ClosedRange<UInt16>? in
            if let port = value as? Int { return UInt16(exactly: port).map { $0...$0 } }
            guard let ends = (value as? [String: Any])?["range"] as? [Int], ends.count == 2,
                let low = UInt16(exactly: ends[0]), let high = UInt16(exactly: ends[1]), low <= high
            else { return nil }
            return low...high
        }
        return ranges.count == values.count ? ranges : nil
    }

    private static func networks(_ values: [Any]) -> [Network]? {
        let networks = values.compactMap { value -> Network? in
            if let text = value as? String { return Address(text).map { Network(host: $0) } }
            guard let object = value as? [String: Any] else { return nil }
            if let prefix = object["prefix"] as? [String: Any] {
                guard let address = (prefix["addr"] as? String).flatMap({ Address($0) }) else {
                    return nil
                }
                return Network(address, prefixLength: prefix["len"] as? Int ?? 128)
            }
            // The first address stands for the range.
            return ((object["range"] as? [String])?.first).flatMap { Address($0) }
                .map { Network(host: $0) }
        }
        return networks.isEmpty || networks.count != values.count ? nil : networks
    }

    /// A text that is the same for the same expression, whatever the order of its keys.
    private static func text(_ value: Any?) -> String {
        switch value {
        case let object as [String: Any]:
            "{" + object.keys.sorted().map { "\($0): \(text(object[$0]))" }.joined(separator: ", ")
                + "}"
        case let list as [Any]: "[" + list.map { text($0) }.joined(separator: ", ") + "]"
        case let value?: "\(value)"
        case nil: ""
        }
    }
}
