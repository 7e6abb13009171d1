// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import Programs

/// What the firewall's own programs tell of its rules, each table once.
package struct RuleListing {
    package private(set) var rules = RuleSet()
    /// Whether at least one program has told its rules.
    package private(set) var isTold = false
    /// Why a program that is here told nothing. Printable.
    package private(set) var complaints: [String] = []

    /// Tables that nft tells in part only.
    private var extended: Set<String> = []
    private var foreign: [String: Set<Int>] = [:]

    /// How long a program may take; a rule set of many thousand lines takes a second.
    private static let patience = Duration.seconds(20)
    /// How much a program may write. Unit: bytes; 20,000 rules are 6 MiB of JSON.
    private static let most = 64 << 20
    /// How many verdict maps are asked for by their names.
    private static let mostMaps = 32

    /// Asks nft, iptables-save and their siblings, whichever are here. Changes nothing, loads no
    /// module: the legacy programs are asked only where the kernel has their tables already.
    package init() {
        let listed = listedTables()
        let saved = savedTables(v6: false) + savedTables(v6: true)
        // iptables-nft's rules are nftables tables too; iptables-save tells more of them.
        let told = Set(
            saved.filter { !$0.program.hasSuffix("legacy") }.map { "\($0.family) \($0.name)" })
        for table in extended.subtracting(told).sorted() {
            complaints.append(
                "table \(table) is iptables-nft's, and iptables-save did not tell it".printable)
        }
        rules.tables =
            listed.filter { !told.contains("\($0.family) \($0.name)") }
            + saved.map { table in
                let name = "\(table.family) \(table.name)"
                guard !table.program.hasSuffix("legacy"), let handles = foreign[name],
                    let other = listed.first(where: { "\($0.family) \($0.name)" == name })
                else { return table }
                return table.taking(foreignRulesOf: other, handles)
            }
    }

    private mutating func listedTables() -> [RuleTable] {
        // Terse: the elements of sets, which may be a million, are not listed.
        guard let text = output(of: "nft", ["--json", "--handle", "--terse", "list", "ruleset"]),
            text.contains("\"table\"")
        else { return [] }
        let texts = RuleTexts.read(
            output(of: "nft", ["--handle", "--terse", "list", "ruleset"]) ?? "")
        guard let read = ListedRules(text, texts: texts) else { return [] }
        (extended, foreign) = (read.extended, read.foreign)
        guard !read.namedMaps.isEmpty else { return read.tables }
        var maps: [ListedRules.NamedMap: [Any]] = [:]
        let asked = read.namedMaps.sorted { ($0.table, $0.name) < ($1.table, $1.name) }
        for map in asked.prefix(Self.mostMaps) {
            let words = ["--json", "list", "map", map.family, map.table, map.name]
            maps[map] = output(of: "nft", words).flatMap { ListedRules.elements(ofMap: $0) }
        }
        return ListedRules(text, texts: texts, maps: maps)?.tables ?? []
    }

    private mutating func savedTables(v6: Bool) -> [RuleTable] {
        let name = v6 ? "ip6tables" : "iptables"
        let text = output(of: "\(name)-save", []) ?? ""
        let isNFT = text.contains("(nf_tables)")
        var tables = SavedRules(text, program: name, v6: v6).tables
        if isNFT || text.isEmpty, Self.hasLegacyTables(v6: v6),
            let more = output(of: "\(name)-legacy-save", [])
        {
            tables += SavedRules(more, program: "\(name)-legacy", v6: v6).tables
        } else if !isNFT {
            for index in tables.indices { tables[index].program = "\(name)-legacy" }
            if let more = output(of: "\(name)-nft-save", []) {
                tables += SavedRules(more, program: "\(name)-nft", v6: v6).tables
            }
        }
        return tables
    }

    /// Whether the kernel has tables of the old kind in this network namespace.
    package static func hasLegacyTables(v6: Bool) -> Bool {
        let path = "/proc/thread-self/net/\(v6 ? "ip6_tables_names" : "ip_tables_names")"
        return (try? String(contentsOfFile: path, encoding: .utf8))?.isEmpty == false
    }

    private mutating func output(of name: String, _ arguments: [String]) -> String? {
        guard let program = Program.find(name) else { return nil }
        do {
            let output = try program.run(arguments, within: Self.patience, most: Self.most)
            if output.end.isGood {
                isTold = true
                return output.text
            }
            let said = output.words.split(separator: "\n").first.map(String.init) ?? "nothing said"
            complaints.append("\(name): exit code \(output.end.code): \(said.printable)")
        } catch {
            complaints.append("\(error)".printable)
        }
        return nil
    }
}

/// The rules as `nft --handle list ruleset` writes them for people.
enum RuleTexts {
    /// By ``ListedRules/key(_:_:_:)``.
    static func read(_ text: String) -> [String: String] {
        var texts: [String: String] = [:]
        var family = ""
        var table = ""
        for line in text.split(separator: "\n") {
            guard let mark = line.range(of: " # handle ", options: .backwards),
                let handle = Int(line[mark.upperBound...])
            else { continue }
            let words = line[..<mark.lowerBound].drop { $0 == "\t" }
            if line.hasPrefix("table ") {
                let names = words.split(separator: " ")
                guard names.count >= 3 else { continue }
                (family, table) = (String(names[1]), String(names[2]))
            } else if line.hasPrefix("\t\t") {
                texts[ListedRules.key(family, table, handle)] = String(words)
            }
        }
        return texts
    }
}
