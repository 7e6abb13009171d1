// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Firewalls
import HostFacts
import Packets

/// Whether the firewall has rules that feed the groups, and what in them hides packets.
struct RuleCheck {
    private let settings: Settings
    private let host: HostReading?

    init(_ settings: Settings, host: HostReading?) {
        self.settings = settings
        self.host = host
    }

    func results() -> [CheckResult] {
        guard System.hasNetAdmin else {
            return [.warning("rules", "not looked at without CAP_NET_ADMIN", mend: "Run as root")]
        }
        let listing = RuleListing()
        let complaints = listing.complaints.map {
            CheckResult.warning(
                "rules", "not all could be listed: \($0)",
                mend: "Run that program yourself, or install what is missing")
        }
        guard listing.isTold else {
            guard complaints.isEmpty else { return complaints }
            return [
                .warning(
                    "rules", "neither nft nor iptables-save is here to list them",
                    mend: "Install nftables or iptables")
            ]
        }
        return complaints + RuleCheck.results(listing.rules, needs)
    }

    /// What the rules make of the needs; pure, so that recorded rules can be asked as well.
    static func results(_ rules: RuleSet, _ needs: FeedNeeds) -> [CheckResult] {
        var search = TrapSearch(rules, for: needs)
        let fed = needs.groups.compactMap { group, _ -> CheckResult? in
            guard let summary = search.summary(of: group) else { return nil }
            return .ok("rules for group \(group)", text(of: summary))
        }
        return fed + search.traps().map { CheckResult($0) }
    }

    private static func text(of summary: FeedSummary) -> String {
        let families = summary.families.joined(separator: " and ")
        let prefixes = list(summary.prefixes.map { $0.isEmpty ? "none" : "\"\($0)\"" })
        return "in \(list(summary.chains)); " + (families.isEmpty ? "" : "\(families); ")
            + "prefix \(prefixes)"
    }

    private static func list(_ items: [String]) -> String {
        let more = items.count > 8 ? " and \(items.count - 8) more" : ""
        return items.prefix(8).joined(separator: ", ") + more
    }

    private var needs: FeedNeeds {
        var needs = FeedNeeds()
        needs.groups = settings.groups.map { ($0.group, $0.accepted) }
        needs.copyRange = settings.nflog.copyRange
        needs.queueThreshold = settings.nflog.queueThreshold
        needs.interface = Uplink.find() ?? ""
        needs.ownAddresses = host?.ownAddresses ?? []
        needs.forwards4 = Uplink.isOn("ipv4/ip_forward")
        needs.forwards6 = Uplink.isOn("ipv6/conf/all/forwarding")
        needs.hasIPv6 = host?.ownAddresses.contains { !$0.isV4 && $0.high >> 54 != 0x3fa } ?? true
        needs.frontEndFiles = FrontEnd.File.read()
        return needs
    }
}

extension CheckResult {
    init(_ trap: RuleTrap) {
        let name = trap.group.map { "rules for group \($0)" } ?? "rules"
        self =
            trap.isFailure
            ? .failure(
                name, trap.finding, mend: trap.mend,
                trap.kind == .unfed ? .unavailable : .configuration)
            : .warning(name, trap.finding, mend: trap.mend)
        self.trap = trap.kind.rawValue
        places = trap.places.isEmpty ? nil : trap.places
        scans = trap.scans.isEmpty ? nil : trap.scans
    }
}
