// SPDX-License-Identifier: GPL-3.0-or-later

/// The rules of nftables, as `nft --handle --terse list ruleset` writes them.
///
/// Source: nft(8). Only what pairing must know is understood: tables, chains, rules and their
/// handles. All else is kept line by line.
package struct NftListing: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package var text: String
        /// The number by which nft knows a rule, a chain or a table; nil for other lines.
        package var handle: Int?
    }

    package struct Table: Hashable, Sendable {
        package var family: String
        package var name: String
        /// From `table … {` to its `}`.
        package var lines: [Line]

        package var title: String { "\(family) \(name)" }
    }

    package var tables: [Table] = []

    package init(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ")
            if words.count >= 3, words[0] == "table", line.hasPrefix("table ") {
                tables.append(
                    Table(family: String(words[1]), name: String(words[2]), lines: []))
            }
            guard !tables.isEmpty, !line.isEmpty else { continue }
            tables[tables.count - 1].lines.append(NftListing.line(line))
        }
    }

    private static func line(_ text: Substring) -> Line {
        guard let mark = text.range(ofLast: " # handle "),
            let handle = Int(text[mark.upperBound...])
        else { return Line(text: String(text), handle: nil) }
        return Line(text: String(text[..<mark.lowerBound]), handle: handle)
    }

    /// The listing as text, without handles.
    package var lines: [String] { tables.flatMap { $0.lines.map(\.text) } }

    /// Changes the listing as the commands of the scripts of iptables/nftables would change the
    /// rules: `delete rule … handle`, `delete table`, `insert rule … position`, `add rule`.
    package mutating func apply(_ commands: String) {
        for command in commands.split(separator: "\n") {
            let words = command.split(separator: " ", maxSplits: 5).map(String.init)
            guard words.count >= 4 else { continue }
            let title = "\(words[2]) \(words[3])"
            switch (words[0], words[1]) {
            case ("delete", "table"): tables.removeAll { $0.title == title }
            case ("delete", "rule"): delete(in: title, command)
            case ("add", "rule"): add(in: title, chain: words[4], String(words.last ?? ""))
            case ("insert", "rule"): insert(in: title, words.last ?? "")
            default: continue
            }
        }
    }

    private mutating func delete(in title: String, _ command: Substring) {
        guard let table = tables.firstIndex(where: { $0.title == title }),
            let handle = command.split(separator: " ").last.flatMap({ Int($0) })
        else { return }
        tables[table].lines.removeAll { $0.handle == handle && $0.isRule }
    }

    /// - Parameter rest: `position N RULE`.
    private mutating func insert(in title: String, _ rest: String) {
        let parts = rest.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, let handle = Int(parts[1]),
            let table = tables.firstIndex(where: { $0.title == title }),
            let place = tables[table].lines.firstIndex(where: { $0.handle == handle && $0.isRule })
        else { return }
        tables[table].lines.insert(Line(text: "\t\t\(parts[2])", handle: nil), at: place)
    }

    private mutating func add(in title: String, chain: String, _ rule: String) {
        guard let table = tables.firstIndex(where: { $0.title == title }),
            let head = tables[table].lines.firstIndex(where: {
                $0.text.hasPrefix("\tchain \(chain) {")
            }),
            let end = tables[table].lines[head...].firstIndex(where: { $0.text == "\t}" })
        else { return }
        tables[table].lines.insert(Line(text: "\t\t\(rule)", handle: nil), at: end)
    }
}

extension NftListing.Line {
    /// Rules are the lines with a handle that stand in a chain.
    var isRule: Bool { text.hasPrefix("\t\t") }
}

extension Substring {
    /// The last place of a text within.
    func range(ofLast text: String) -> Range<Index>? {
        var start = endIndex
        while start > startIndex {
            start = index(before: start)
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
        }
        return nil
    }
}
