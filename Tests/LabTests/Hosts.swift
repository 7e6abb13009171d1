// SPDX-License-Identifier: GPL-3.0-or-later

/// The firewalls of the hosts that the rules are tried on.
enum Hosts {
    /// A host whose policy drops, as most are taught to write it.
    static func policyDrop(v6: Bool) -> String {
        """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A INPUT -m conntrack --ctstate INVALID -j DROP
        \(v6 ? "-A INPUT -p ipv6-icmp -j ACCEPT" : "-A INPUT -p icmp -j ACCEPT")
        -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
        -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT
        COMMIT

        """
    }

    /// A host that drops by rules in several chains, logs some, and whose policy accepts.
    static func ruleDrop(v6: Bool) -> String {
        """
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :guests-that-nobody-has-asked - [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        \(v6 ? "-A INPUT -p ipv6-icmp -j ACCEPT" : "-A INPUT -p icmp -j ACCEPT")
        -A INPUT -p tcp -m tcp --dport 445 -m comment --comment "no -j DROP in a text" -j DROP
        -A INPUT -m conntrack --ctstate INVALID -j guests-that-nobody-has-asked
        -A INPUT -p tcp -m multiport --dports 22,80 -j ACCEPT
        -A INPUT -p tcp -m tcp --dport 23 -j REJECT --reject-with tcp-reset
        -A INPUT -j LOG --log-prefix "dropped "
        -A INPUT -j NFLOG --nflog-group 6
        -A INPUT -j DROP
        -A guests-that-nobody-has-asked -j DROP
        COMMIT

        """
    }

    /// A chain that logs to group 5 and drops; what else INPUT drops is not logged.
    static var fedByHand: String {
        """
        *filter
        :INPUT DROP [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :by-hand - [0:0]
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A INPUT -p tcp -m comment --comment "to -j by-hand" -j by-hand
        -A by-hand -j NFLOG --nflog-group 5 --nflog-prefix "INPUT DROP "
        -A by-hand -j DROP
        COMMIT

        """
    }

    static var withSnippet: String {
        """
        table inet filter {
            include "\(Machine.rules("nftables/drops.nft"))"
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                ct state invalid jump picket_input
                ct state invalid drop
                meta l4proto ipv6-icmp accept
                jump picket_input
            }
        }

        """
    }

    /// A table of nftables that drops by a policy, by rules, by a verdict map, and by a chain of its
    /// own; that logs for people, and copies to another group.
    static var nftables: String {
        """
        table inet filter {
            set bad { type ipv4_addr; elements = { 203.0.113.9 }; }
            chain six {
                udp dport 53 reject
                drop
            }
            chain input {
                type filter hook input priority filter; policy drop;
                iif "lo" accept
                ct state vmap { established : accept, related : accept, invalid : drop }
                meta l4proto { icmp, ipv6-icmp } accept
                tcp dport 445 counter log prefix "smb " drop comment "no shares"
                ip saddr @bad drop
                tcp dport 23 reject with tcp reset
                tcp dport { 22, 80 } accept
                log group 6 prefix "for another "
                meta nfproto ipv6 jump six
            }
        }

        """
    }
}
