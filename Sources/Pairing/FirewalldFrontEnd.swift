// SPDX-License-Identifier: GPL-3.0-or-later

/// firewalld, by its own files: a last rich rule in each zone that is in use, and a policy for what is
/// forwarded. What it drops before it asks a zone, and martians, come from a table of our own, which
/// it never touches.
package struct FirewalldFrontEnd: FrontEnd {
    package let name = FrontEndName.firewalld
    let boot: BootStep
    private let table = NftablesFrontEnd.martians

    package init(boot: BootStep) { self.boot = boot }

    package func plan(on host: Host) throws(PairingError) -> Plan {
        let install = try host.script("firewalld/install")
        var plan = Plan(files: try files(on: host, install))
        plan.join(Plan(rules: [try tableChange(on: host)]))
        if boot.persist { try HookedRules.requirePlace(of: install, for: name) }
        plan.join(
            try boot.plan(on: host, script: "/usr/sbin/nft", options: ["-f", try rules(host)]))
        return plan
    }

    package func removal(on host: Host) throws(PairingError) -> [RuleChange] {
        try NftablesFrontEnd().removal(on: host)
    }

    package func reload(on host: Host) throws(PairingError) {
        try boot.reload(on: host)
        try host.run("firewall-cmd", ["--check-config"])
        try host.run("firewall-cmd", ["--reload"])
    }

    /// Throws: ``PairingError`` where firewalld has no rule of ours, or our table is not there.
    package func verify(on host: Host) throws(PairingError) {
        let listing = NftListing(
            try host.run("nft", ["--handle", "--terse", "list", "ruleset"]).text)
        let ours = listing.tables.first { $0.title == "inet firewalld" }?.lines
            .contains { $0.text.contains("log prefix \"INPUT ") && $0.text.contains("group 5") }
        guard ours == true, listing.tables.contains(where: { $0.title == table }) else {
            throw PairingError(
                .badInput,
                "cannot pair with firewalld: it has taken its files and not our rules; see "
                    + "firewall-cmd --list-all")
        }
    }

    /// Lines of ours in a zone's file end in this remark.
    package func withoutOurs(_ content: [UInt8], path: String) -> [UInt8]? {
        let mark = "<!-- picket -->"
        let lines = String(decoding: content, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let kept = lines.filter { !$0.hasSuffix(mark) }
        return kept.count < lines.count ? [UInt8](kept.joined(separator: "\n").utf8) : nil
    }

    private func rules(_ host: Host) throws(PairingError) -> String {
        try host.script("firewalld/picket.nft")
    }

    /// The files as the script would write them, each behind a line with its path.
    private func files(on host: Host, _ install: String) throws(PairingError) -> [FileChange] {
        let text = try host.run(install, ["--print"]).text
        var changes: [FileChange] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("=== /") {
                let path = String(line.dropFirst("=== ".count))
                changes.append(
                    FileChange(path: path, before: try host.files.read(path), after: []))
            } else if !changes.isEmpty {
                changes[changes.count - 1].after? += [UInt8](line.utf8) + [UInt8(ascii: "\n")]
            }
        }
        return changes
    }

    private func tableChange(on host: Host) throws(PairingError) -> RuleChange {
        let file = try rules(host)
        let now = NftListing(
            try host.run("nft", ["--handle", "--terse", "list", "ruleset"]).text)
        let before = now.tables.first { $0.title == table }
        let after = try NftablesFrontEnd.table(from: file, on: host)
        return RuleChange(
            title: "nft", before: before.map(lines) ?? [], after: lines(after), program: "nft",
            arguments: ["-f", file])
    }

    private func lines(_ table: NftListing.Table) -> [String] {
        table.lines.map(\.text)
    }
}
