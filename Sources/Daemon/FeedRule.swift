// SPDX-License-Identifier: GPL-3.0-or-later

/// A firewall rule that sends packets to an NFLOG group.
struct FeedRule: Hashable, Sendable {
    /// Which packets meet the rule.
    enum Family: Hashable, Sendable {
        case v4, v6, both, other
    }

    var group: UInt16
    var family: Family
    /// Table and chain, as the front end writes them.
    var chain: String
    /// Why not every packet of the rule arrives whole; empty when all do.
    var hidden: [String] = []

    /// Reads `nft list ruleset`: tables, chains, and rules with a `log` statement and a group.
    ///
    /// Source: nft(8); rules that iptables-nft made are listed in the same words.
    static func parse(nft text: String) -> [FeedRule] {
        var rules: [FeedRule] = []
        var family = Family.other
        var table = ""
        var chain = ""
        for line in text.split(separator: "\n") {
            let words = words(of: line)
            if words.first == "table", words.count >= 3 {
                family = ["ip": .v4, "ip6": .v6, "inet": .both][words[1]] ?? .other
                if words[1] == "bridge" || words[1] == "netdev" { family = .both }
                table = "\(words[1]) \(words[2])"
            } else if words.first == "chain", words.count >= 2 {
                chain = words[1]
            } else if let log = words.firstIndex(of: "log"),
                let group = number(after: "group", in: words, from: log)
            {
                var rule = FeedRule(group: group, family: family, chain: "\(table) \(chain)")
                if words[..<log].contains("limit") { rule.hidden.append("a rate limit") }
                if words[log...].contains("queue-threshold") {
                    rule.hidden.append("a queue-threshold that overrides ours")
                }
                if number(after: "snaplen", in: words, from: log).map({ $0 < 192 }) == true {
                    rule.hidden.append("a snaplen below 192")
                }
                rules.append(rule)
            }
        }
        return rules
    }

    /// Reads `iptables-save` or `ip6tables-save`: rules with the target NFLOG, group 0 by default.
    ///
    /// Source: iptables-extensions(8).
    static func parse(save text: String, family: Family) -> [FeedRule] {
        var rules: [FeedRule] = []
        var table = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("*") { table = String(line.dropFirst()) }
            let words = words(of: line)
            guard words.count > 2, words[0] == "-A", let target = words.firstIndex(of: "NFLOG"),
                words[target - 1] == "-j"
            else { continue }
            var rule = FeedRule(
                group: number(after: "--nflog-group", in: words, from: target) ?? 0,
                family: family, chain: "\(table) \(words[1])")
            if words[..<target].contains(where: { $0 == "limit" || $0 == "hashlimit" }) {
                rule.hidden.append("a rate limit")
            }
            if words.contains("--nflog-threshold") {
                rule.hidden.append("a threshold that overrides ours")
            }
            if let size = number(after: "--nflog-size", in: words, from: target), size < 192 {
                rule.hidden.append("a size below 192")
            }
            rules.append(rule)
        }
        return rules
    }

    /// The words of a line; a quoted text is one word, with its quotes, so that a prefix or a
    /// comment is not taken for a part of the rule.
    private static func words(of line: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        var isEscaped = false
        for character in line {
            if !isQuoted, character == " " || character == "\t" {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && !isEscaped
            word.append(character)
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static func number(after word: String, in words: [String], from start: Int) -> UInt16? {
        guard let index = words[start...].firstIndex(of: word), index + 1 < words.count else {
            return nil
        }
        return UInt16(words[index + 1])
    }
}
