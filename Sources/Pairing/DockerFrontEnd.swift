// SPDX-License-Identifier: GPL-3.0-or-later

/// The rules of Docker, which stand in iptables' or nftables' tables beside those of the host.
package struct DockerFrontEnd: FrontEnd {
    package let name = FrontEndName.docker
    /// What feeds them; empty where the host's own front end does so already.
    let parts: [any FrontEnd]

    package func plan(on host: Host) throws(PairingError) -> Plan {
        var plan = Plan()
        for part in parts { plan.join(try part.plan(on: host)) }
        return plan
    }

    package func reload(on host: Host) throws(PairingError) {
        for part in parts { try part.reload(on: host) }
    }

    package func verify(on host: Host) throws(PairingError) {
        for part in parts { try part.verify(on: host) }
    }
}

extension DockerFrontEnd {
    /// - Parameter main: who else is in charge; nil where only Docker drops packets.
    init(traces: HostTraces, beside main: FrontEndName?, persist: Bool) {
        let isInNft =
            traces.nft.map { NftListing($0) }?.tables
            .contains { $0.name == "docker-bridges" } ?? false
        let isInSave = [traces.save4, traces.save6].compactMap { $0 }
            .contains { SaveListing($0)[table: "filter"]?["DOCKER"] != nil }
        let boot = BootStep(unit: "docker.service", persist: persist)
        // A table for martians is enough, and the whole rule set is one script's work.
        let others = main == nil ? [] : ["--no-martians"]
        var parts: [any FrontEnd] = []
        // Shorewall and ufw feed all rules of iptables, Docker's as well.
        if isInSave, ![.iptables, .shorewall, .ufw].contains(main) {
            let scope = main == .firewalld ? ["--chains", "^DOCKER"] : []
            parts.append(IptablesFrontEnd(options: scope + others, boot: boot))
        }
        if isInNft, main != .nftables {
            let scope = main == nil ? [] : ["--tables", "docker-bridges$"]
            // Both of Docker's backends at once would bring the martians twice.
            let martians = main == nil && !parts.isEmpty ? ["--no-martians"] : others
            parts.append(NftablesFrontEnd(options: scope + martians, boot: boot))
        }
        self.init(parts: parts)
    }
}
