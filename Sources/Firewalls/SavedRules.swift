// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads what `iptables-save`, `ip6tables-save` and their legacy and nft siblings print.
///
/// Source: iptables-save(8), iptables(8).
package struct SavedRules {
    package private(set) var tables: [RuleTable] = []
    private var table: RuleTable?
    /// The chains of the table.
    private var names: Set<String> = []
    private let program: String
    private let v6: Bool

    /// - Parameter program: whose rules they are, as one would call it to change them.
    package init(_ text: String, program: String, v6: Bool) {
        self.program = program
        self.v6 = v6
        for line in text.split(separator: "\n") { take(line) }
        finish()
    }

    private mutating func take(_ line: Substring) {
        switch line.first {
        case "*":
            finish()
            table = RuleTable(
                program: program, family: v6 ? .ip6 : .ip, name: String(line.dropFirst()))
        case ":":
            let words = line.dropFirst().split(separator: " ")
            guard let name = words.first else { return }
            names.insert(String(name))
            let made = chain(String(name), policy: words.count > 1 ? words[1] : "-")
            table?.add(made)
        case "-" where line.hasPrefix("-A "), "[":
            // With counters, `[3:180] -A INPUT …`.
            guard let start = line.range(of: "-A ")?.lowerBound else { return }
            append(line[start...])
        default: if line == "COMMIT" { finish() }
        }
    }

    private mutating func finish() {
        if let table { tables.append(table) }
        table = nil
        names = []
    }

    private mutating func append(_ line: Substring) {
        guard table != nil else { return }
        let words = RuleWords.split(line)
        guard words.count >= 2 else { return }
        let chain = table?.place(for: words[1]) ?? 0
        let number = (table?.chains[chain].rules.count ?? 0) + 1
        var reader = SavedRule(words: words, chains: names)
        let steps = reader.read()
        table?.append(Rule(steps: steps, number: number, text: String(line)), to: chain)
    }

    private func chain(_ name: String, policy: Substring) -> RuleChain {
        var chain = RuleChain(name: name)
        guard policy != "-", let hook = RuleChain.Hook(rawValue: name.lowercased()) else {
            return chain
        }
        chain.hook = hook
        chain.policy = policy == "DROP" ? .drop : .accept
        // Source: linux/netfilter_ipv4.h, NF_IP_PRI_*; the destination is changed before routing.
        chain.priority =
            switch table?.name {
            case "raw": -300
            case "mangle": -150
            case "nat": hook == .prerouting || hook == .output ? -100 : 100
            case "security": 50
            default: 0
            }
        return chain
    }
}

extension RuleTable {
    mutating func append(_ rule: Rule, to chain: Int) { chains[chain].rules.append(rule) }
}
