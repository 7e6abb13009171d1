// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Where a rule, or a chain's policy, stands in a rule set.
package struct RulePlace: Hashable, Sendable {
    package var table: Int
    package var chain: Int
    /// Nil: the policy.
    package var rule: Int?
}

extension RuleSet {
    package func table(at place: RulePlace) -> RuleTable { tables[place.table] }
    package func chain(at place: RulePlace) -> RuleChain { tables[place.table].chains[place.chain] }
    package func rule(at place: RulePlace) -> Rule? {
        place.rule.map { chain(at: place).rules[$0] }
    }

    /// `inet filter input`, printable.
    package func chainName(_ place: RulePlace) -> String {
        let table = table(at: place)
        return "\(table.family.rawValue) \(table.name) \(chain(at: place).name)".printable
    }

    /// How a person finds the rule: chain, then handle or number, then its text.
    package func description(of place: RulePlace) -> String {
        let chain = chain(at: place)
        guard let rule = rule(at: place) else {
            return "\(chainName(place)), policy \(chain.policy == .drop ? "drop" : "accept")"
        }
        let word = table(at: place).program == "nft" ? "handle" : "rule"
        let text = rule.text.printable
        let shown = text.count > 160 ? "\(text.prefix(157))..." : text
        return "\(chainName(place)), \(word) \(rule.number)" + (shown.isEmpty ? "" : " (\(shown))")
    }
}
