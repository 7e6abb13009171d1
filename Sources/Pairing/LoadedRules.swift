// SPDX-License-Identifier: GPL-3.0-or-later

/// The rules that are loaded, sorted by whose they are.
struct LoadedRules {
    /// By what each front end's rules are known, for those that drop packets.
    private(set) var reasons: [FrontEndName: [String]] = [:]
    /// Programs with tables of their own that drop packets, and are no firewall.
    private(set) var bystanders: [String] = []
    private(set) var dropsInSave = false

    /// Tables of nftables that are not the host's firewall.
    private static let ours = ["inet picket_feed", "inet picket_accepted", "inet picket"]
    private static let others = [
        "f2b-table": "fail2ban", "crowdsec": "CrowdSec", "crowdsec6": "CrowdSec",
        "sshguard": "sshguard", "libvirt_network": "libvirt",
    ]

    init(_ traces: HostTraces) {
        for (text, program) in [(traces.save4, "iptables"), (traces.save6, "ip6tables")] {
            guard let text else { continue }
            add(SaveListing(text), program)
        }
        if let nft = traces.nft { add(NftListing(nft)) }
    }

    private mutating func note(_ name: FrontEndName, _ reason: String) {
        guard !reasons[name, default: []].contains(reason) else { return }
        reasons[name, default: []].append(reason)
    }

    private mutating func add(_ listing: SaveListing, _ program: String) {
        let chains = Set(listing.tables.flatMap { $0.chains.map(\.name) })
        var manager: FrontEndName?
        if chains.contains(where: { $0.hasPrefix("ufw-") || $0.hasPrefix("ufw6-") }) {
            manager = .ufw
            note(.ufw, "\(program) has its chains ufw-…")
        }
        // Its own `shorewall status` asks for this chain.
        if chains.contains("shorewall") || chains.contains("shorewall6") {
            manager = .shorewall
            note(.shorewall, "\(program) has its chain shorewall")
        }
        if chains.contains("INPUT_ZONES") || chains.contains("IN_public") {
            manager = .firewalld
            note(.firewalld, "\(program) has its chains INPUT_ZONES and IN_…")
        }
        let drops = listing.drops
        dropsInSave = dropsInSave || !drops.isEmpty
        if chains.contains("DOCKER") || chains.contains("DOCKER-USER") {
            if drops.contains(where: \.isDockers) {
                note(.docker, "\(program) has its chains DOCKER…")
            }
        }
        guard manager == nil, let first = drops.first(where: { !$0.isDockers }) else { return }
        note(.iptables, "\(program) has \(first.words)")
    }

    private mutating func add(_ listing: NftListing) {
        for table in listing.tables {
            if table.title == "inet firewalld" {
                note(.firewalld, "nft has its table inet firewalld")
                continue
            }
            guard !table.isIptables, !LoadedRules.ours.contains(table.title),
                let first = table.firstDrop
            else { continue }
            if table.name == "docker-bridges" {
                note(.docker, "nft has its table \(table.title)")
            } else if let program = LoadedRules.others[table.name] {
                if !bystanders.contains(program) { bystanders.append(program) }
            } else {
                note(.nftables, "nft has \(first) in table \(table.title)")
            }
        }
    }
}

/// A rule or policy that refuses packets.
struct RefusingRule: Hashable {
    var table: String
    var chain: String
    /// Empty for the chain's policy.
    var rule: String
    /// Docker's own: in its chains, its policy of FORWARD, or raw's protection of its bridges.
    var isDockers: Bool

    var words: String {
        rule.isEmpty
            ? "the policy DROP of \(table) \(chain)" : "a rule that drops in \(table) \(chain)"
    }
}

extension SaveListing {
    /// What refuses packets, without rules of ours.
    var drops: [RefusingRule] {
        // Docker sets the policy of FORWARD, whose jumps to its chains come first.
        let hasDocker = self[table: "filter"]?["DOCKER"] != nil
        return tables.flatMap { table in
            table.chains.flatMap { chain -> [RefusingRule] in
                var found: [RefusingRule] = []
                if chain.policy == "DROP" {
                    let isDockers =
                        hasDocker && table.name == "filter" && chain.name == "FORWARD"
                    found.append(
                        RefusingRule(
                            table: table.name, chain: chain.name, rule: "", isDockers: isDockers))
                }
                for rule in chain.rules where SaveListing.refuses(rule) {
                    let isDockers =
                        chain.name.hasPrefix("DOCKER")
                        || (hasDocker && table.name == "raw" && rule.hasPrefix("-d ")
                            && rule.contains(" ! -i "))
                    found.append(
                        RefusingRule(
                            table: table.name, chain: chain.name, rule: rule, isDockers: isDockers))
                }
                return found
            }
        }
    }

    /// By its target alone: a comment may say what it likes.
    private static func refuses(_ rule: String) -> Bool {
        var words = rule.split(separator: " ")
        if words.dropLast().last == "--reject-with" { words.removeLast(2) }
        return words.dropLast().last == "-j" && ["DROP", "REJECT"].contains(words.last)
    }
}

extension NftListing.Table {
    /// Made by iptables-nft: `iptables-save` lists it, and its scripts feed it.
    var isIptables: Bool {
        guard family == "ip" || family == "ip6" else { return false }
        let names = ["INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING"]
        return zip(lines, lines.dropFirst()).contains { chain, next in
            next.text.hasPrefix("\t\ttype ")
                && names.contains { chain.text.hasPrefix("\tchain \($0) {") }
        }
    }

    /// In words, the first thing that refuses packets; nil when nothing does.
    var firstDrop: String? {
        for line in lines where line.text.hasPrefix("\t\t") {
            if line.text.contains(" hook "), line.text.contains("policy drop;") {
                return "a policy drop"
            }
            let words = line.text.split(separator: " ").flatMap { $0.split(separator: "\t") }
            if line.handle != nil,
                words.contains(where: { ["drop", "reject", "drop,"].contains($0) })
            {
                return "a rule that drops"
            }
        }
        return nil
    }
}
