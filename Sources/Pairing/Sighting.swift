// SPDX-License-Identifier: GPL-3.0-or-later

/// A front end that a host shows, and by what it is known.
package struct Sighting: Hashable, Sendable {
    package var name: FrontEndName
    /// Its rules are loaded and drop packets; otherwise it is installed only.
    package var isInForce: Bool
    /// Each a phrase that a person can check.
    package var reasons: [String]
}

/// Who writes a host's firewall.
package enum Charge: Hashable, Sendable {
    /// One is in charge; others beside it (Docker) are paired as well.
    case one(FrontEndName, beside: [FrontEndName])
    /// Nothing drops packets.
    case none
    /// Which of them is meant, a person has to say.
    case unclear(reason: String)
}

/// What a host's traces say.
package struct Findings: Hashable, Sendable {
    package var charge: Charge
    package var sightings: [Sighting]
    /// What is there and not fed, and what a reboot does.
    package var notes: [String] = []
}

extension HostTraces {
    /// Who is in charge, and how that is known.
    package var findings: Findings {
        let rules = LoadedRules(self)
        let sightings = FrontEndName.allCases.compactMap { sighting(of: $0, rules) }
        let inForce = sightings.filter(\.isInForce).map(\.name)
        return Findings(
            charge: charge(of: inForce, sightings, rules), sightings: sightings,
            notes: rules.bystanders.map { "\($0) also drops packets, by a table of its own" })
    }

    private func charge(
        of inForce: [FrontEndName], _ sightings: [Sighting], _ rules: LoadedRules
    ) -> Charge {
        if let legacy, SaveListing(legacy).drops != [], rules.dropsInSave {
            return .unclear(
                reason: "rules are loaded by iptables-legacy and by iptables-nft, and both drop "
                    + "packets. Use one of the two: update-alternatives --config iptables")
        }
        if let legacy, SaveListing(legacy).drops != [] {
            return .unclear(
                reason: "the rules that drop packets are loaded by iptables-legacy, and `iptables` "
                    + "is iptables-nft, which does not see them. Make it the host's: "
                    + "update-alternatives --set iptables /usr/sbin/iptables-legacy, and the same "
                    + "for ip6tables")
        }
        let others = inForce.filter { $0 != .docker }
        let docker: [FrontEndName] = inForce.contains(.docker) ? [.docker] : []
        if others.count > 1 {
            let words = sightings.filter { others.contains($0.name) }
                .map { "\($0.name.title) (\($0.reasons.joined(separator: ", ")))" }
            return .unclear(
                reason: "\(words.count) front ends drop packets here: "
                    + words.joined(separator: "; ") + ". Say which is yours with --front-end")
        }
        if let one = others.first { return .one(one, beside: docker) }
        return docker.isEmpty ? .none : .one(.docker, beside: [])
    }

    private func sighting(of name: FrontEndName, _ rules: LoadedRules) -> Sighting? {
        var reasons = rules.reasons[name] ?? []
        let isInForce = !reasons.isEmpty
        let known: [FrontEndName: [String]] = [
            .shorewall: ["/etc/shorewall/shorewall.conf", "/etc/shorewall6/shorewall6.conf"],
            .ufw: ["/etc/ufw/ufw.conf"],
            .firewalld: ["/etc/firewalld/firewalld.conf", "/run/firewalld"],
            .nftables: ["/etc/nftables.conf"],
            .iptables: ["/etc/iptables/rules.v4", "/etc/iptables/rules.v6"],
            .docker: ["/run/docker.sock"],
        ]
        reasons += (known[name] ?? []).filter(files.contains).map { "\($0) is there" }
        if name == .ufw, ufwIsEnabled { reasons.append("its ENABLED is yes") }
        return reasons.isEmpty ? nil : Sighting(name: name, isInForce: isInForce, reasons: reasons)
    }
}
