// SPDX-License-Identifier: GPL-3.0-or-later

/// What a firewall's log prefix says of the rule: its chain or zones, and its disposition.
///
/// Forms read: Shorewall's default `Shorewall:net2fw:DROP:` and `Shorewall:net-fw:DROP:`, Debian's
/// Shorewall `net-fw DROP `, ufw's `[UFW BLOCK]`, firewalld's `filter_IN_public_DROP: `, and any
/// prefix with a known disposition as one of its words.
package struct RulePrefix: Hashable, Sendable {
    package enum Disposition: String, Sendable {
        case accept = "ACCEPT"
        case audit = "AUDIT"
        case drop = "DROP"
        case reject = "REJECT"
        case limit = "LIMIT"
    }

    package let disposition: Disposition?
    /// The zones that the packet came from and went to, where the prefix names both.
    package let sourceZone: String?
    package let destinationZone: String?
    /// The chain, where the prefix names one that is not a pair of zones.
    package let chain: String?

    package var isAccepted: Bool { disposition == .accept || disposition == .audit }

    package init(_ prefix: String) {
        let words = prefix.split { " :[]()".contains($0) }.map(String.init)
        disposition = words.lazy.compactMap(RulePrefix.disposition).first
        let names = words.filter { word in
            RulePrefix.disposition(word) == nil && !RulePrefix.vendors.contains(word)
        }
        if let pair = names.lazy.compactMap(RulePrefix.zones).first {
            (sourceZone, destinationZone, chain) = (pair.0, pair.1, nil)
        } else {
            (sourceZone, destinationZone, chain) = (nil, nil, names.first)
        }
    }

    private static let vendors: Set<String> = ["Shorewall", "Shorewall6", "UFW", "FINAL"]

    /// The disposition that a word names, alone or as its last part (`filter_IN_public_DROP`).
    private static func disposition(_ word: String) -> Disposition? {
        let last = word.split { "_-".contains($0) }.last.map(String.init) ?? word
        switch last.uppercased() {
        case "ACCEPT", "ALLOW", "ALLOWED", "ACCEPTED": return .accept
        case "AUDIT": return .audit
        case "DROP", "BLOCK", "DROPPED", "DENY", "DENIED", "BLOCKED": return .drop
        case "REJECT", "REJECTED": return .reject
        case "LIMIT": return .limit
        default: return nil
        }
    }

    /// `net2fw` and `net-fw` are zone pairs; a zone's name is at most 5 letters in Shorewall, but
    /// users raise that, so only the shape counts.
    private static func zones(_ word: String) -> (String, String)? {
        for separator: Character in ["2", "-"] {
            let parts = word.split(separator: separator, omittingEmptySubsequences: false)
            if parts.count == 2,
                parts.allSatisfy({ part in
                    !part.isEmpty && part.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
                        && part.contains(where: \.isLowercase)
                })
            {
                return (String(parts[0]), String(parts[1]))
            }
        }
        return nil
    }
}
