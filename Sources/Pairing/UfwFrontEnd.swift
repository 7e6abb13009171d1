// SPDX-License-Identifier: GPL-3.0-or-later

/// ufw, which makes the rules of iptables and ip6tables from files and its own list.
///
/// Its files `before.rules` and `after.rules` cannot say it: what `ufw deny` drops is in neither. Ours
/// go before each rule that drops, and `after.init` brings them back behind every start and reload.
package struct UfwFrontEnd: FrontEnd {
    package let name = FrontEndName.ufw
    private let rules = IptablesFrontEnd()
    private static let hook = "/etc/ufw/after.init"

    package init() {}

    package func plan(on host: Host) throws(PairingError) -> Plan {
        let install = try host.script("ufw/install")
        try HookedRules.requirePlace(of: install, for: name)
        try HookedRules.refuseLimits(on: host, mend: "take the limit away")
        let save = SaveListing(try host.run("iptables-save", []).text)
        guard save[table: "filter"]?["ufw-before-input"] != nil,
            save[table: "filter"]?["ufw-user-input"] != nil
        else {
            throw PairingError(
                .unavailable, "cannot pair with ufw: it is not enabled. Run: ufw enable")
        }
        let mode = host.files.mode(of: UfwFrontEnd.hook)
        let after = try host.run(install, ["--print"]).text
        var plan = Plan(
            files: [
                FileChange(
                    path: UfwFrontEnd.hook, before: try host.files.read(UfwFrontEnd.hook),
                    after: [UInt8](after.utf8), modeBefore: mode, mode: (mode ?? 0o640) | 0o100)
            ])
        if let mode, mode & 0o111 == 0 {
            plan.notes.append(
                "\(UfwFrontEnd.hook) becomes a program; what was in it still does not run")
        }
        plan.join(try rules.plan(on: host))
        if !plan.isEmpty {
            plan.notes.append(
                "what `ufw deny`, `reject` and `limit` refuse is fed until you next change a rule of ufw; "
                    + "`ufw reload` feeds it again")
        }
        return plan
    }

    package func removal(on host: Host) throws(PairingError) -> [RuleChange] {
        try rules.removal(on: host)
    }

    package func verify(on host: Host) throws(PairingError) { try rules.verify(on: host) }
}
