// SPDX-License-Identifier: GPL-3.0-or-later

/// What a firewall's log prefix says of the rule: its chain or zones, and its disposition.
///
/// Forms read: Shorewall's `Shorewall:net2fw:DROP:` and `Shorewall:net-fw:DROP:`, Debian's
/// Shorewall `net-fw DROP `, ufw's `[UFW BLOCK]`, firewalld's `filter_IN_public_DROP: `, VyOS'
/// `[WAN_LOCAL-default-D]`, our own rules' `INPUT DROP ` (a chain of any name, one word for what became
/// of the packet; see iptables/), and any prefix with a known disposition as one of its words. What a
/// prefix does not say stays nil: people write what they like there.
package struct RulePrefix: Hashable, Sendable {
    package enum Disposition: String, Sendable {
        case accept = "ACCEPT"
        case audit = "AUDIT"
        case drop = "DROP"
        case reject = "REJECT"
        case limit = "LIMIT"
    }

    package let disposition: Disposition?
    /// The zones that the packet came from and went to, as far as the prefix names them.
    package let sourceZone: String?
    package let destinationZone: String?
    /// The chain, where the prefix names one that is not a pair of zones.
    package let chain: String?

    package var isAccepted: Bool { disposition == .accept || disposition == .audit }

    package init(_ prefix: String) {
        let words = prefix.split { " :[](),".contains($0) }.map { PrefixWord($0) }
        let place = RulePrefix.place(in: words)
        disposition = RulePrefix.disposition(of: words)
        (sourceZone, destinationZone, chain) = (place.source, place.destination, place.chain)
    }

    private static func disposition(of words: [PrefixWord]) -> Disposition? {
        let found = words.compactMap(\.disposition)
        // "[UFW LIMIT BLOCK]" is the block that a limit ended in.
        if let refusal = found.first(where: { $0 == .drop || $0 == .reject }) { return refusal }
        let upper = words.map { $0.text.uppercased() }
        // ufw writes "[UFW AUDIT INVALID]" in the chain that then denies the packet.
        if found.first == .audit, upper.contains("INVALID") { return .drop }
        if found.first == .accept, upper.contains("NOT") { return .drop }
        return found.first
    }

    private static func place(in words: [PrefixWord])
        -> (source: String?, destination: String?, chain: String?)
    {
        guard let first = words.first else { return (nil, nil, nil) }
        if ["Shorewall", "Shorewall6"].contains(first.text), words.count > 1 {
            return words[1].zones.map { ($0, $1, nil) } ?? (nil, nil, words[1].text)
        }
        if words.count == 2, words[1].isDisposition, !first.isDisposition {
            // Debian's Shorewall: a pair of zones, the disposition, nothing else.
            if let zones = first.zones, !first.namesHook { return (zones.0, zones.1, nil) }
            // Our own rules, and Debian's Shorewall in a chain that is no pair of zones.
            if words[1].isOwnWord { return (nil, nil, first.text) }
        }
        for word in words {
            if let (zone, outgoing) = word.firewalldZone {
                return outgoing ? (nil, zone, word.chain) : (zone, nil, word.chain)
            }
            if let chain = word.chain { return (nil, nil, chain) }
        }
        // A name that only a chain has, and the disposition behind it: "DOCKER-USER DROP".
        for (word, next) in zip(words, words.dropFirst())
        where next.isDisposition && word.isCompound && !word.isDisposition {
            return (nil, nil, word.text)
        }
        return (nil, nil, nil)
    }
}
