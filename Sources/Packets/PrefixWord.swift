// SPDX-License-Identifier: GPL-3.0-or-later

/// One word of a log prefix, and what it may mean.
struct PrefixWord {
    let text: String
    /// The word between `-` and `_`.
    private let parts: [Substring]

    init(_ text: some StringProtocol) {
        self.text = String(text)
        parts = self.text.split { "_-".contains($0) }
    }

    var isCompound: Bool { parts.count > 1 }
    var isDisposition: Bool { parts.count == 1 && disposition != nil }

    /// A disposition as our own rules write it, and no other word for it.
    var isOwnWord: Bool { ["DROP", "REJECT", "ACCEPT"].contains(text) }

    /// Whether a part of it is a hook's name: `forward-in` is a chain's name and no pair of zones.
    var namesHook: Bool {
        parts.contains {
            ["input", "forward", "output", "prerouting", "postrouting"].contains($0.lowercased())
        }
    }

    /// The disposition that the word names, alone or as a part (`filter_IN_public_DROP`); the last
    /// one counts.
    var disposition: RulePrefix.Disposition? {
        if let letter = vyosDisposition { return letter }
        for part in parts.reversed() {
            switch part.uppercased() {
            case "ACCEPT", "ACCEPTED", "ALLOW", "ALLOWED", "PASS": return .accept
            case "AUDIT": return .audit
            case "DROP", "DROPPED", "BLOCK", "BLOCKED", "DENY", "DENIED", "LOGDROP": return .drop
            case "REJECT", "REJECTED", "LOGREJECT": return .reject
            case "LIMIT": return .limit
            default: continue
            }
        }
        return nil
    }

    /// `WAN_LOCAL-default-D`: rule set, rule number or `default`, and the disposition's letter.
    private var vyosDisposition: RulePrefix.Disposition? {
        guard parts.count > 2, let rule = parts.dropLast().last,
            rule == "default" || rule.allSatisfy(\.isNumber)
        else { return nil }
        switch parts.last {
        case "A": return .accept
        case "D": return .drop
        case "R": return .reject
        default: return nil
        }
    }

    /// The chain that the word is, or begins with: a built-in one, or one of the compound names
    /// that firewalld and VyOS end in a disposition.
    var chain: String? {
        if ["INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING"].contains(text) {
            return text
        }
        if vyosDisposition != nil {
            return String(text.split(separator: "-").dropLast(2).joined(separator: "-"))
        }
        if firewalldZone != nil {
            return text.split(separator: "_").dropLast().joined(separator: "_")
        }
        return nil
    }

    /// The zone of a chain of firewalld (`filter_IN_public_DROP`, `FWDO_dmz_REJECT`), and whether
    /// the packet was going there.
    var firewalldZone: (String, outgoing: Bool)? {
        var rest = text.split(separator: "_")[...]
        if rest.first == "filter" { rest.removeFirst() }
        guard rest.count > 2, disposition != nil, let direction = rest.first,
            ["IN", "FWD", "FWDI", "FWDO"].contains(direction)
        else { return nil }
        let zone = rest.dropFirst().dropLast().joined(separator: "_")
        return (zone, direction == "FWDO")
    }

    /// `net-fw` and `net2fw` are zone pairs of Shorewall.
    ///
    /// A zone's name has at most 5 letters by default, but users raise that: only the shape counts.
    var zones: (String, String)? {
        for separator: Character in ["-", "2"] {
            let names = text.split(separator: separator, omittingEmptySubsequences: false)
            if names.count == 2, names.allSatisfy(PrefixWord.isZone) {
                return (String(names[0]), String(names[1]))
            }
        }
        return nil
    }

    private static func isZone(_ name: Substring) -> Bool {
        name.contains(where: \.isLowercase)
            && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
            && name != "fail2ban" && name != "f2b"
    }
}
