// SPDX-License-Identifier: GPL-3.0-or-later

/// Rules of nftables, whoever has loaded them, but for those of iptables-nft.
///
/// The script `iptables/nftables/install` knows how; this shows beforehand what it will do.
package struct NftablesFrontEnd: FrontEnd {
    package let name = FrontEndName.nftables
    /// Words for `install`: which part of the rules is fed.
    let options: [String]
    let boot: BootStep?

    static let martians = "inet picket_feed"

    package init(options: [String] = [], boot: BootStep? = nil) {
        (self.options, self.boot) = (options, boot)
    }

    package func plan(on host: Host) throws(PairingError) -> Plan {
        let install = try host.script("nftables/install")
        let before = try NftablesFrontEnd.listing(of: host)
        let output = try host.run(install, options + ["--print"])
        var after = before
        let place = before.tables.firstIndex { $0.title == NftablesFrontEnd.martians }
        after.apply(output.text)
        if output.text.contains("\ntable \(NftablesFrontEnd.martians) {") {
            let table = try NftablesFrontEnd.martianTable(on: host)
            after.tables.insert(table, at: min(place ?? after.tables.count, after.tables.count))
        }
        var plan = Plan(
            rules: [
                RuleChange(
                    title: "nft", before: before.lines.map(Self.tidy),
                    after: after.lines.map(Self.tidy), program: install, arguments: options)
            ], notes: ScriptWords.notes(output.words))
        if let boot { plan.join(try boot.plan(on: host, script: install, options: options)) }
        return plan
    }

    package func removal(on host: Host) throws(PairingError) -> [RuleChange] {
        guard host.has("nft") else { return [] }
        let before = try NftablesFrontEnd.listing(of: host)
        let isOurs = before.tables.contains { $0.title == NftablesFrontEnd.martians }
        guard isOurs || before.lines.contains(where: { $0.hasSuffix(" comment \"picket\"") }) else {
            return []
        }
        let undo = try host.script("nftables/undo")
        var after = before
        after.apply(try host.run(undo, ["--print"]).text)
        let change = RuleChange(
            title: "nft", before: before.lines, after: after.lines, program: undo,
            arguments: ["--quiet"])
        return change.isEmpty ? [] : [change]
    }

    package func reload(on host: Host) throws(PairingError) { try boot?.reload(on: host) }

    package func verify(on host: Host) throws(PairingError) {
        for change in try plan(on: host).rules
        where change.before.map(Self.core) != change.after.map(Self.core) {
            throw PairingError(
                .badInput,
                "cannot pair (nft): the rules that were loaded are not those that were planned; "
                    + "somebody else is changing them, or they are not understood")
        }
    }

    private static func listing(of host: Host) throws(PairingError) -> NftListing {
        NftListing(try host.run("nft", ["--handle", "--terse", "list", "ruleset"]).text)
    }

    /// The table for martians as this nft writes it: loaded in a network namespace that ends with
    /// the program, since each version of nft sorts and joins the addresses in its own way.
    private static func martianTable(on host: Host) throws(PairingError) -> NftListing.Table {
        try table(from: try host.script("nftables/picket.nft"), on: host)
    }

    /// The table of ours that a file loads, as this nft writes it.
    static func table(from file: String, on host: Host) throws(PairingError) -> NftListing.Table {
        // A constant text; the file's name is an argument.
        let both = "nft --file \"$1\" && nft list table \(martians)"
        let text = try host.run("unshare", ["--net", "sh", "-c", both, "sh", file]).text
        guard let table = NftListing(text).tables.first else {
            throw PairingError(.badInput, "cannot understand what nft makes of \(file)")
        }
        return table
    }

    /// A rule of ours with one space where there are more.
    private static func tidy(_ line: String) -> String {
        guard line.hasSuffix(" comment \"picket\"") else { return line }
        return "\t\t"
            + line.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }

    /// A rule of ours without its match, which nft may write in other words than it read.
    private static func core(_ line: String) -> String {
        guard line.hasSuffix(" comment \"picket\""),
            let log = line[...].range(ofLast: "log prefix ")
        else { return line }
        return String(line[log.lowerBound...])
    }
}
