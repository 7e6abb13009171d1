// SPDX-License-Identifier: GPL-3.0-or-later

/// The target's firewall: it refuses what nobody asked for, and gives a copy to NFLOG group 5.
///
/// The texts are here and not in a file, because the lab runs from the binary alone. There is no
/// limit, size or threshold before NFLOG: the scan would be seen in part.
package enum LabRules: String, CaseIterable, Sendable {
    case nftables
    case iptables

    /// Shape: a script of nft(8).
    package static let nft = """
        table inet picket_lab {
            chain input {
                type filter hook input priority filter; policy drop;
                iif "lo" accept
                ct state established,related accept
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                log group 5 prefix "INPUT DROP "
            }
        }

        """

    /// Shape: a file of iptables-restore(8), the same for both families but for `extra`.
    package static func restore(v6: Bool) -> String {
        let discovery = """
            -A INPUT -p ipv6-icmp --icmpv6-type neighbour-solicitation -j ACCEPT
            -A INPUT -p ipv6-icmp --icmpv6-type neighbour-advertisement -j ACCEPT

            """
        return """
            *filter
            :INPUT DROP [0:0]
            -A INPUT -i lo -j ACCEPT
            -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
            \(v6 ? discovery : "")-A INPUT -j NFLOG --nflog-group 5 --nflog-prefix "INPUT DROP "
            COMMIT

            """
    }

    /// The front end that is installed: nft first.
    package static func available() throws(LabError) -> LabRules {
        if Tool.find("nft") != nil { return .nftables }
        if Tool.find("iptables-restore") != nil { return .iptables }
        throw .missing(program: "nft", package: "nftables")
    }

    /// Loads the rules in the lab's target namespace; the folder holds the files for it.
    package func load(in network: LabNetwork, folder: LabFolder) throws(LabError) {
        switch self {
        case .nftables:
            let file = try folder.write(LabRules.nft, to: "rules.nft")
            try network.run(in: network.target, ["nft", "-f", file])
        case .iptables:
            for (program, v6) in [("iptables-restore", false), ("ip6tables-restore", true)] {
                let file = try folder.write(LabRules.restore(v6: v6), to: "\(program).rules")
                try network.run(in: network.target, [program, file])
            }
        }
    }
}
