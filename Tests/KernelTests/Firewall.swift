// SPDX-License-Identifier: GPL-3.0-or-later

/// The target's rules: everything that nobody asked for is logged and dropped, ssh and http and
/// what belongs to a connection are let in.
///
/// Each logged packet counts once in the counter `logged`, so that a test knows how many messages
/// the daemon must have read.
struct Firewall {
    /// Whether the target answers to ping.
    var answersEcho = false
    /// NFLOG groups that get a copy of each dropped packet.
    var groups = [5]
    /// Rules that come before the last one, such as `tcp dport 8000-8019 accept`.
    var rules: [String] = []

    /// Shape: a file for `nft -f`.
    var text: String {
        """
        table inet edge {
            counter logged { }
            chain input {
                type filter hook input priority 0; policy drop;
                iif lo accept
                ct state invalid \(drop("INVALID DROP "))
                ct state established,related accept
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                tcp dport { 22, 80 } accept
                \(answersEcho ? "icmp type echo-request accept" : "")
                \(answersEcho ? "icmpv6 type echo-request accept" : "")
                \(rules.joined(separator: "\n        "))
                \(drop("INPUT DROP "))
            }
            chain forward {
                type filter hook forward priority 0; policy drop;
                \(drop("FORWARD DROP "))
            }
        }

        """
    }

    private func drop(_ prefix: String) -> String {
        let copies = groups.map { "log prefix \"\(prefix)\" group \($0)" }
        return "counter name logged \(copies.joined(separator: " ")) drop"
    }
}
