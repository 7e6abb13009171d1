// SPDX-License-Identifier: GPL-3.0-or-later

extension FeedRule {
    /// The rules of this host, as far as its programs list them; nil when none of them does.
    static func listed() -> [FeedRule]? {
        let listed = Program.output(of: "nft", ["list", "ruleset"])
        let saved4 = Program.output(of: "iptables-save", [])
        let saved6 = Program.output(of: "ip6tables-save", [])
        guard listed != nil || saved4 != nil || saved6 != nil else { return nil }
        return parse(nft: listed ?? "") + parse(save: saved4 ?? "", family: .v4)
            + parse(save: saved6 ?? "", family: .v6)
    }
}
