// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Reads what `nft --json --handle --terse list ruleset` prints.
///
/// Source: libnftables-json(5).
package struct ListedRules {
    package private(set) var tables: [RuleTable] = []
    /// Verdict maps by name that rules ask and the terse listing does not show.
    package private(set) var namedMaps: Set<NamedMap> = []
    /// Tables with parts of iptables of which nft tells the name only: `ip filter`.
    package private(set) var extended: Set<String> = []
    /// Tables with rules that iptables-nft cannot have made, and the handles of these.
    package private(set) var foreign: [String: Set<Int>] = [:]
    private var indexes: [String: Int] = [:]

    package struct NamedMap: Hashable, Sendable {
        package var family: String
        package var table: String
        package var name: String
    }

    /// - Parameter texts: rules as a person reads them, by ``key(_:_:_:)``.
    /// - Parameter maps: verdict maps that were asked for: lines of ``elements(ofMap:)``.
    /// - Returns: nil when the text is not nft's JSON.
    package init?(
        _ text: String, texts: [String: String] = [:], maps: [NamedMap: [Any]] = [:]
    ) {
        guard let objects = Self.objects(text) else { return nil }
        for object in objects {
            if let table = object["table"] as? [String: Any] {
                _ = place(table, name: table["name"])
            } else if let chain = object["chain"] as? [String: Any] {
                add(chain: chain)
            } else if let rule = object["rule"] as? [String: Any] {
                add(rule: rule, texts: texts, maps: maps)
            }
        }
    }

    /// The elements of one map, from `nft --json list map`.
    package static func elements(ofMap text: String) -> [Any]? {
        objects(text)?.lazy.compactMap { $0["map"] as? [String: Any] }.first?["elem"] as? [Any]
    }

    package static func key(_ family: String, _ table: String, _ handle: Int) -> String {
        "\(family) \(table) \(handle)"
    }

    private static func objects(_ text: String) -> [[String: Any]]? {
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        return (object as? [String: Any])?["nftables"] as? [[String: Any]]
    }

    /// The number of the table that an object belongs to.
    private mutating func place(_ object: [String: Any], name: Any?) -> Int? {
        guard let family = object["family"] as? String, let name = name as? String else {
            return nil
        }
        if let index = indexes["\(family) \(name)"] { return index }
        guard let kind = RuleTable.Family(rawValue: family) else { return nil }
        tables.append(RuleTable(program: "nft", family: kind, name: name))
        indexes["\(family) \(name)"] = tables.count - 1
        return tables.count - 1
    }

    private mutating func add(chain object: [String: Any]) {
        guard let table = place(object, name: object["table"]),
            let name = object["name"] as? String
        else { return }
        var chain = RuleChain(name: name)
        if let hook = (object["hook"] as? String).flatMap({ RuleChain.Hook(rawValue: $0) }) {
            chain.hook = hook
            chain.priority = object["prio"] as? Int ?? 0
            chain.policy = object["policy"] as? String == "drop" ? .drop : .accept
            chain.device = object["dev"] as? String
        }
        tables[table].add(chain)
    }

    private mutating func add(
        rule object: [String: Any], texts: [String: String], maps: [NamedMap: [Any]]
    ) {
        guard let table = place(object, name: object["table"]),
            let family = object["family"] as? String, let name = object["table"] as? String,
            let chain = object["chain"] as? String
        else { return }
        let handle = object["handle"] as? Int ?? 0
        var reader = ListedRule(family: tables[table].family) { map in
            let named = NamedMap(family: family, table: name, name: map)
            return maps[named] ?? []
        }
        let steps = reader.steps(object["expr"] as? [Any] ?? [])
        if ForeignRule.isFound(in: object["expr"] ?? []) {
            foreign["\(family) \(name)", default: []].insert(handle)
        }
        if reader.hasExtension { extended.insert("\(family) \(name)") }
        for map in reader.asked {
            namedMaps.insert(NamedMap(family: family, table: name, name: map))
        }
        let text = texts[Self.key(family, name, handle)] ?? ""
        let place = tables[table].place(for: chain)
        tables[table].append(Rule(steps: steps, number: handle, text: text), to: place)
    }
}
