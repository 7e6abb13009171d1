// SPDX-License-Identifier: GPL-3.0-or-later

/// Whom `picket pair` was asked to pair with.
package struct PairRequest: Sendable {
    /// Whom the person names; nil: whoever is in charge.
    package var frontEnd: FrontEndName?

    package init(frontEnd: FrontEndName? = nil) { self.frontEnd = frontEnd }

    /// The front ends that are to be paired.
    ///
    /// Throws: ``PairingError`` with the reason where none is in charge, or several are.
    package func chosen(
        of all: [any FrontEnd], findings: Findings
    ) throws(PairingError) -> [any FrontEnd] {
        var names: [FrontEndName]
        switch findings.charge {
        case .one(let main, let beside): names = [main] + beside
        case .none where frontEnd == nil:
            throw PairingError(
                .unavailable,
                "cannot pair: no rule here drops packets, so that there is nothing to see. Set up a "
                    + "firewall first; iptables/nftables/example.nft is one")
        case .unclear(let reason) where frontEnd == nil:
            throw PairingError(.configuration, "cannot pair: \(reason)")
        case .none, .unclear: names = []
        }
        if let frontEnd, names.first != frontEnd { names = [frontEnd] }
        return try names.map { (name) throws(PairingError) in
            guard let found = all.first(where: { $0.name == name }) else {
                throw PairingError(
                    .unavailable, "cannot pair with \(name.title): this version does not know how")
            }
            return found
        }
    }
}
