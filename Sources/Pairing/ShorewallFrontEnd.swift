// SPDX-License-Identifier: GPL-3.0-or-later

/// Shorewall and Shorewall6, which make the rules of iptables and ip6tables from files.
///
/// Not by their own log levels: LOGLIMIT would hide most of a scan, what is dropped without a level
/// would stay unseen, and the kernel's log would lose its lines. Ours go before each rule that drops,
/// and an extension script brings them back behind every start.
package struct ShorewallFrontEnd: FrontEnd {
    package let name = FrontEndName.shorewall
    private let rules = IptablesFrontEnd()

    private struct Product {
        var name: String
        var program: String
    }

    private static let products = [
        Product(name: "shorewall", program: "iptables"),
        Product(name: "shorewall6", program: "ip6tables"),
    ]
    /// Extension scripts that run behind start, reload and restart, and behind restore.
    private static let hooks = ["started", "restored"]

    package init() {}

    package func plan(on host: Host) throws(PairingError) -> Plan {
        let install = try host.script("shorewall/install")
        try HookedRules.requirePlace(of: install, for: name)
        try HookedRules.refuseLimits(on: host, mend: "set LOGLIMIT= in shorewall.conf and reload")
        var plan = Plan()
        let products = try inForce(on: host)
        guard !products.isEmpty else {
            throw PairingError(
                .unavailable, "cannot pair with Shorewall: it is not started. Run: shorewall start")
        }
        for product in products {
            for hook in ShorewallFrontEnd.hooks {
                let path = "/etc/\(product.name)/\(hook)"
                let before = try host.files.read(path)
                let after = try host.run(install, ["--print", path]).text
                plan.join(
                    Plan(files: [
                        FileChange(path: path, before: before, after: [UInt8](after.utf8))
                    ]))
            }
            // What it cannot compile now is not for us to break further.
            if !plan.files.isEmpty { try host.run(product.name, ["check"]) }
        }
        plan.join(try rules.plan(on: host))
        return plan
    }

    package func removal(on host: Host) throws(PairingError) -> [RuleChange] {
        try rules.removal(on: host)
    }

    /// Compiles its files, which says whether it takes them, and loads nothing: the rules come with
    /// the same call, by a program.
    package func reload(on host: Host) throws(PairingError) {
        for product in try inForce(on: host) { try host.run(product.name, ["compile"]) }
    }

    package func verify(on host: Host) throws(PairingError) { try rules.verify(on: host) }

    private func inForce(on host: Host) throws(PairingError) -> [Product] {
        var found: [Product] = []
        for product in ShorewallFrontEnd.products
        where host.has(product.name) && host.has("\(product.program)-save")
            && host.files.exists("/etc/\(product.name)/\(product.name).conf")
        {
            let save = SaveListing(try host.run("\(product.program)-save", []).text)
            if save[table: "filter"]?["shorewall"] != nil { found.append(product) }
        }
        return found
    }
}
