// SPDX-License-Identifier: GPL-3.0-or-later

import Programs

/// What the firewall's own programs tell of the rules that feed NFLOG.
struct FirewallListing {
    private(set) var rules: [FeedRule] = []
    /// Whether at least one program has told its rules.
    private(set) var isTold = false
    /// Why a program that is here told nothing.
    private(set) var complaints: [String] = []

    /// How long a program may take; a rule set of many thousand lines takes a second.
    private static let patience = Duration.seconds(20)

    /// Asks nft, iptables-save and ip6tables-save, whichever are here.
    init() {
        // Terse: the elements of sets, which may be a million, are not listed.
        if let text = output(of: "nft", ["--terse", "list", "ruleset"]) {
            rules += FeedRule.parse(nft: text)
        }
        if let text = output(of: "iptables-save", []) {
            rules += FeedRule.parse(save: text, family: .v4)
        }
        if let text = output(of: "ip6tables-save", []) {
            rules += FeedRule.parse(save: text, family: .v6)
        }
    }

    private mutating func output(of name: String, _ arguments: [String]) -> String? {
        guard let program = Program.find(name) else { return nil }
        do {
            let output = try program.run(arguments, within: Self.patience)
            if output.end.isGood {
                isTold = true
                return output.text
            }
            let said = output.words.split(separator: "\n").first ?? "nothing said"
            complaints.append("\(name): exit code \(output.end.code): \(said)")
        } catch {
            complaints.append("\(error)")
        }
        return nil
    }
}
