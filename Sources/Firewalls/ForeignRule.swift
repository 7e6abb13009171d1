// SPDX-License-Identifier: GPL-3.0-or-later

/// Rules that nft has put among those of iptables-nft.
///
/// iptables-save 1.8.9 leaves out what it does not know: `ip saddr { … } drop` becomes `-j DROP`.
/// So its word counts only for rules that iptables-nft can have made.
enum ForeignRule {
    /// What iptables-nft never writes.
    private static let words: Set<String> = [
        "set", "vmap", "map", "concat", "ct", "fib", "rt", "socket", "osf", "numgen", "jhash",
        "symhash", "meter", "notrack", "mangle", "quota", "queue", "ct helper", "ct count",
        "exthdr",
        "tcp option", "dup", "fwd", "tproxy", "synproxy", "flow",
    ]

    /// Whether any part of the statements is foreign.
    static func isFound(in value: Any, depth: Int = 0) -> Bool {
        // nft's own bound for nesting is far below.
        guard depth < 32 else { return true }
        if let object = value as? [String: Any] {
            return object.contains { key, part in
                words.contains(key) || isFound(in: part, depth: depth + 1)
            }
        }
        if let list = value as? [Any] {
            return list.contains { isFound(in: $0, depth: depth + 1) }
        }
        // A set by its name; or a statement that JSON cannot say.
        if let text = value as? String { return text.hasPrefix("@") || text.contains("\n") }
        return false
    }
}

extension RuleTable {
    /// The table as iptables-save tells it, but for the rules that it cannot know.
    ///
    /// The two listings have the same rules in the same order; where they have not, between the two
    /// something has changed, and the later one stands.
    func taking(foreignRulesOf listed: RuleTable, _ foreign: Set<Int>) -> RuleTable {
        guard !foreign.isEmpty else { return self }
        var table = self
        for (index, chain) in table.chains.enumerated() {
            guard let other = listed.index(of: chain.name),
                listed.chains[other].rules.count == chain.rules.count
            else { continue }
            for (number, rule) in listed.chains[other].rules.enumerated()
            where foreign.contains(rule.number) {
                var rule = rule
                rule.number = number + 1
                table.replace(number, of: index, by: rule)
            }
        }
        return table
    }

    private mutating func replace(_ rule: Int, of chain: Int, by other: Rule) {
        chains[chain].rules[rule] = other
    }
}
