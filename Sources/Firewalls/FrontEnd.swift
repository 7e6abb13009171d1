// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The program that writes the host's rules, as far as the names of its chains tell, and where the
/// mend for a rule of its own is: it would write the rule again.
package struct FrontEnd: Sendable {
    /// A setting of a front end that makes a trap.
    package struct File: Hashable, Sendable {
        package var path: String
        /// From 1.
        package var line: Int
        package var key: String
        package var value: String

        package init(path: String, line: Int, key: String, value: String) {
            self.path = path
            self.line = line
            self.key = key
            self.value = value
        }
    }

    private let hasShorewall: Bool
    private let files: [File]

    init(_ rules: RuleSet, files: [File]) {
        // Shorewall leaves this chain empty, to know that its rules are loaded.
        hasShorewall = rules.tables.contains { $0.index(of: "shorewall") != nil }
        self.files = files
    }

    private enum Name { case ufw, shorewall, firewalld }

    private func name(_ rules: RuleSet, _ place: RulePlace) -> Name? {
        let table = rules.table(at: place)
        let chain = rules.chain(at: place).name
        if chain.hasPrefix("ufw-") || chain.hasPrefix("ufw6-") { return .ufw }
        if table.program == "nft" { return table.name == "firewalld" ? .firewalld : nil }
        if table.index(of: "INPUT_ZONES") != nil, chain.contains("_") { return .firewalld }
        return hasShorewall ? .shorewall : nil
    }

    private func file(_ key: String, v6: Bool) -> File? {
        files.first { $0.key == key && $0.path.contains("shorewall6") == v6 }
    }

    private static let ufwFiles =
        "before.rules and after.rules (before6.rules, after6.rules) in /etc/ufw"

    func limitMend(_ rules: RuleSet, _ place: RulePlace) -> String {
        let v6 = rules.table(at: place).family == .ip6
        switch name(rules, place) {
        case .ufw: return "Take the limit out of the rule in \(Self.ufwFiles), then: ufw reload"
        case .shorewall:
            if let file = file("LOGLIMIT", v6: v6) {
                return
                    "\(file.path), line \(file.line), says LOGLIMIT=\(file.value): set LOGLIMIT=,"
                    + " then: \(v6 ? "shorewall6" : "shorewall") reload"
            }
            return "Set LOGLIMIT= in /etc/\(v6 ? "shorewall6/shorewall6" : "shorewall/shorewall")"
                + ".conf and take RATE limits from rules that log"
        case .firewalld:
            return "Take the limit out of the rich rule: firewall-cmd --permanent --list-rich-rules"
        case nil: return "Take the limit out: what it hides is not detected"
        }
    }

    func sizeMend(_ rules: RuleSet, _ place: RulePlace) -> String {
        let v6 = rules.table(at: place).family == .ip6
        guard name(rules, place) == .shorewall else {
            return rules.table(at: place).program == "nft"
                ? "Take the snaplen out of the rule" : "Take --nflog-size out of the rule"
        }
        let level = "the log level be NFLOG(GROUP) and nothing more"
        if let file = file("USE_NFLOG_SIZE", v6: v6) {
            return
                "\(file.path), line \(file.line), says USE_NFLOG_SIZE=\(file.value): let \(level)"
        }
        return "Let \(level) in Shorewall's files"
    }

    func loggingMend(_ rules: RuleSet, _ place: RulePlace) -> String? {
        switch name(rules, place) {
        case .ufw:
            "This is ufw's own rule: add one with -j NFLOG before it in \(Self.ufwFiles), "
                + "then: ufw reload"
        case .shorewall: "Set the log level to NFLOG(5) where Shorewall's files name info"
        case .firewalld:
            "firewalld's own log cannot name a group: add a rich rule with nflog, or use "
                + "iptables/nftables/install of the source"
        case nil: nil
        }
    }

    func dropMend(_ rules: RuleSet, _ place: RulePlace) -> String? {
        switch name(rules, place) {
        case .ufw: "Add a rule with -j NFLOG before it in \(Self.ufwFiles), then: ufw reload"
        case .shorewall:
            "Give the policy, the rule or LOG_LEVEL and BLACKLIST_LOG_LEVEL in shorewall.conf the "
                + "level NFLOG(5)"
        case .firewalld, nil: nil
        }
    }
}
