// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

@testable import Firewalls

/// Rule sets for the tests: written out, or recorded from Debian's packages.
enum Listing {
    /// A recording of `iptables-save`, or of nft's JSON, in Tests/Listings.
    static func text(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: folder.appendingPathComponent("Listings/\(name)"), encoding: .utf8)
    }

    static func saved(_ v4: String, _ v6: String = "") -> RuleSet {
        RuleSet(
            tables: SavedRules(v4, program: "iptables", v6: false).tables
                + SavedRules(v6, program: "ip6tables", v6: true).tables)
    }

    /// A host of the rule sets' traps, unless the test says more.
    static func traps(
        _ rules: RuleSet, _ change: (inout FeedNeeds) -> Void = { _ in }
    ) -> [RuleTrap] {
        var needs = FeedNeeds()
        needs.interface = "eth0"
        change(&needs)
        var search = TrapSearch(rules, for: needs)
        return search.traps()
    }

    /// A table of one family: what INPUT does, its policy DROP.
    static func filter(_ rules: [String], policy: String = "DROP", chains: [String] = []) -> String
    {
        let declared = chains.map { ":\($0) - [0:0]\n" }.joined()
        return """
            *filter
            :INPUT \(policy) [0:0]
            :FORWARD ACCEPT [0:0]
            :OUTPUT ACCEPT [0:0]
            \(declared)\(rules.joined(separator: "\n"))
            COMMIT

            """
    }

    static let state = "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    static let feed = "-A INPUT -j NFLOG --nflog-prefix \"INPUT DROP \" --nflog-group 5"
}
