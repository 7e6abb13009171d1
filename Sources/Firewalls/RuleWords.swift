// SPDX-License-Identifier: GPL-3.0-or-later

/// The words of a rule as `iptables-save` writes it.
enum RuleWords {
    /// Splits at spaces; a quoted text is one word, without its quotes and backslashes, so that a
    /// prefix or a comment is never taken for a part of the rule.
    static func split(_ line: Substring) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        var isWord = false
        for byte in line.utf8 {
            if isEscaped {
                word.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\"), isQuoted {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
                isWord = true
            } else if byte == UInt8(ascii: " "), !isQuoted {
                if isWord { words.append(String(decoding: word, as: UTF8.self)) }
                word.removeAll(keepingCapacity: true)
                isWord = false
            } else {
                word.append(byte)
                isWord = true
            }
        }
        if isWord { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }

    /// `22,80:90` as ranges; what is no number is left out.
    static func ports(_ text: String) -> [ClosedRange<UInt16>] {
        text.split(separator: ",").compactMap { part in
            let ends = part.split(separator: ":", omittingEmptySubsequences: false)
            guard let first = ends.first, let last = ends.last, ends.count <= 2,
                let low = first.isEmpty ? 0 : UInt16(first),
                let high = last.isEmpty ? 65_535 : UInt16(last), low <= high
            else { return nil }
            return low...high
        }
    }

    /// The numbers of protocols that rules name; nil for what is not known here.
    ///
    /// Source: /etc/protocols, IANA's assigned internet protocol numbers.
    static func protocolNumber(_ name: String) -> UInt8? {
        if let number = UInt8(name) { return number }
        return [
            "icmp": 1, "igmp": 2, "ipencap": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41,
            "gre": 47, "esp": 50, "ah": 51, "icmpv6": 58, "ipv6-icmp": 58, "ospf": 89, "pim": 103,
            "vrrp": 112, "comp": 108, "ipcomp": 108, "sctp": 132, "udplite": 136,
        ][name.lowercased()]
    }

    /// Bits of the TCP header's flags.
    static func flags(_ names: some Sequence<some StringProtocol>) -> UInt8 {
        names.reduce(0) { bits, name in
            let values: [String: UInt8] = [
                "fin": 0x01, "syn": 0x02, "rst": 0x04, "psh": 0x08, "ack": 0x10, "urg": 0x20,
                "ecn": 0x40, "cwr": 0x80, "all": 0x3f,
            ]
            return bits | (values[name.lowercased()] ?? 0)
        }
    }

    /// The states of the connection tracker; nil for what says nothing of scans (SNAT, DNAT).
    static func states(_ names: some Sequence<some StringProtocol>) -> Set<Sample.State> {
        Set(
            names.compactMap { name in
                let states: [String: Sample.State] = [
                    "new": .new, "invalid": .invalid, "established": .established,
                    "related": .related, "untracked": .untracked,
                ]
                return states[name.lowercased()]
            })
    }
}
