// SPDX-License-Identifier: GPL-3.0-or-later

/// What Shorewall and ufw have in common: rules of iptables, and a script of theirs that loads ours
/// again behind each start.
enum HookedRules {
    /// Throws: ``PairingError`` where the script lies in a place that others than root may write to,
    /// since the front end will run it as root.
    static func requirePlace(of script: String, for name: FrontEndName) throws(PairingError) {
        guard !script.hasPrefix("/usr/"), !script.hasPrefix("/opt/") else { return }
        throw PairingError(
            .configuration,
            "cannot pair with \(name.title): it will run the scripts of iptables/ at each start, and "
                + "they are in \(HostFiles.folder(of: script)). Install them below /usr or /opt: "
                + "/usr/local/share/picket/iptables")
    }

    /// Throws: ``PairingError`` where rules of the host feed group 5 already, behind a limit: such
    /// chains are left alone, and would hide most of a scan.
    static func refuseLimits(on host: Host, mend: String) throws(PairingError) {
        for program in ["iptables", "ip6tables"] where host.has("\(program)-save") {
            let save = SaveListing(try host.run("\(program)-save", []).text)
            for chain in save.tables.flatMap(\.chains) {
                guard let rule = chain.rules.first(where: isLimited) else { continue }
                throw PairingError(
                    .configuration,
                    "cannot pair (\(program), -A \(chain.name) \(rule)): a rule of yours logs to group 5 "
                        + "behind a rate limit, which hides most of a scan. Let it log elsewhere, or "
                        + mend)
            }
        }
    }

    private static func isLimited(_ rule: String) -> Bool {
        rule.contains(" -j NFLOG") && "\(rule) ".contains(" --nflog-group 5 ")
            && (rule.contains("-m limit ") || rule.contains("-m hashlimit "))
    }
}
