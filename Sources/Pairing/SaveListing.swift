// SPDX-License-Identifier: GPL-3.0-or-later

/// The rules of one family, as `iptables-save` writes and `iptables-restore` reads them.
///
/// Source: iptables-save(8), iptables-restore(8).
package struct SaveListing: Hashable, Sendable {
    package struct Chain: Hashable, Sendable {
        package var name: String
        /// ACCEPT or DROP for a built-in chain, `-` for any other.
        package var policy: String
        /// Each as it stands behind `-A NAME `.
        package var rules: [String] = []
        /// Where a rule was deleted last: the next one is mostly not far.
        fileprivate var lastDeletion = 0

        package var isBuiltIn: Bool { policy != "-" }
    }

    package struct Table: Hashable, Sendable {
        package var name: String
        /// Built-in ones as they came, then the others by name: the order of `iptables-save`.
        package var chains: [Chain] = []

        subscript(name: String) -> Chain? { chains.first { $0.name == name } }
    }

    package var tables: [Table] = []

    package subscript(table name: String) -> Table? { tables.first { $0.name == name } }

    /// - Parameter text: what `iptables-save` has written; comments and counters are left out.
    package init(_ text: String) {
        apply(text)
    }

    /// Changes the listing as `iptables-restore --noflush` would change the rules. A line that it
    /// does not know changes nothing.
    package mutating func apply(_ text: String) {
        var place: Int?
        for line in text.split(separator: "\n") {
            switch line.first {
            case "*":
                let name = String(line.dropFirst())
                place = tables.firstIndex { $0.name == name }
                if place == nil {
                    place = tables.count
                    tables.append(Table(name: name))
                }
            case ":":
                let words = line.dropFirst().split(separator: " ")
                guard let place, words.count >= 2 else { continue }
                tables[place].declare(String(words[0]), policy: String(words[1]))
            case "-":
                guard let place else { continue }
                tables[place].command(line)
            default: continue
            }
        }
    }

    /// The listing as text, a rule a line.
    package var lines: [String] {
        tables.flatMap { table in
            ["*\(table.name)"] + table.chains.map { ":\($0.name) \($0.policy)" }
                + table.chains.flatMap { chain in chain.rules.map { "-A \(chain.name) \($0)" } }
                + ["COMMIT"]
        }
    }
}

extension SaveListing.Chain {
    fileprivate mutating func delete(_ rule: String) {
        // All of ours go, so that it does not matter which of two equal ones goes first.
        let found =
            rules[min(lastDeletion, rules.count)...].firstIndex(of: rule)
            ?? rules.firstIndex(of: rule)
        guard let found else { return }
        rules.remove(at: found)
        lastDeletion = found
    }
}

extension SaveListing.Table {
    /// A built-in chain that nobody has declared is there all the same.
    private mutating func place(of name: Substring) -> Int {
        if let place = chains.firstIndex(where: { $0.name == name }) { return place }
        declare(String(name), policy: name.allSatisfy(\.isUppercase) ? "ACCEPT" : "-")
        return chains.firstIndex { $0.name == name } ?? 0
    }

    fileprivate mutating func declare(_ name: String, policy: String) {
        if let place = chains.firstIndex(where: { $0.name == name }) {
            // Declared again: a chain of its own is emptied, a built-in one gets the policy.
            if policy == "-" { chains[place].rules = [] } else { chains[place].policy = policy }
            return
        }
        let chain = SaveListing.Chain(name: name, policy: policy)
        let place =
            policy == "-"
            ? chains.firstIndex { !$0.isBuiltIn && $0.name > name } ?? chains.count
            : chains.firstIndex { !$0.isBuiltIn } ?? chains.count
        chains.insert(chain, at: place)
    }

    /// One line that begins with `-A`, `-I`, `-D`, `-F` or `-X`.
    fileprivate mutating func command(_ line: Substring) {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2 else { return }
        let place = place(of: words[1])
        let rest = words.count > 2 ? words[2] : ""
        switch words[0] {
        case "-A": chains[place].rules.append(String(rest))
        case "-D":
            chains[place].delete(String(rest))
        case "-I":
            let parts = rest.split(separator: " ", maxSplits: 1)
            // `-I CHAIN RULE` is `-I CHAIN 1 RULE`.
            let number = parts.first.flatMap { Int($0) }
            let rule = number == nil || parts.count < 2 ? rest : parts[1]
            let index = min(max((number ?? 1) - 1, 0), chains[place].rules.count)
            chains[place].rules.insert(String(rule), at: index)
        case "-F": chains[place].rules = []
        case "-X": chains.remove(at: place)
        default: break
        }
    }
}
