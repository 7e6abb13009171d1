// SPDX-License-Identifier: GPL-3.0-or-later

/// In which words the rules are written.
enum RuleForm: String, CaseIterable, Sendable {
    case nftables, iptables
    case legacy = "iptables-legacy"

    /// The programs of both families that load and save rules.
    var programs: [String] {
        switch self {
        case .nftables: []
        case .iptables: ["iptables", "ip6tables"]
        case .legacy: ["iptables-legacy", "ip6tables-legacy"]
        }
    }
}

/// A trap of design.md, by the name that check has for it.
enum PlantedTrap: String, CaseIterable, Sendable {
    case limit = "rate-limit"
    case threshold, size
    case family = "missing-family"
    case kernelLog = "kernel-log"
    case behindAccept = "unreachable"
    case wrongGroup = "wrong-group"
}

extension PlantedTrap {
    /// A feeding rule of nftables with the trap in it.
    func planted(inNFT rule: String) -> String {
        switch self {
        case .limit: "limit rate 3/minute \(rule)"
        case .threshold: "\(rule) queue-threshold 10"
        case .size: "\(rule) snaplen 100"
        case .family: "meta nfproto ipv4 \(rule)"
        case .kernelLog: rule.replacingOccurrences(of: "group 5 ", with: "")
        case .behindAccept: rule
        case .wrongGroup: rule.replacingOccurrences(of: "group 5", with: "group 7")
        }
    }

    /// A line of iptables-save with the trap in it, where it is one that feeds.
    func planted(inSaved line: String, v6: Bool) -> String {
        // Whoever forgot IPv6 has none of it.
        if self == .family, v6, line.contains("PICKET") { return "" }
        guard line.hasPrefix("-A PICKET-INPUT"), line.contains("-j NFLOG") else { return line }
        let chain = line.split(separator: " ")[1]
        return switch self {
        case .limit:
            line.replacingOccurrences(of: "-j NFLOG", with: "-m limit --limit 3/min -j NFLOG")
        case .threshold: line + " --nflog-threshold 10"
        case .size: line + " --nflog-size 100"
        case .family: line
        case .kernelLog: "-A \(chain) -j LOG --log-prefix \"INPUT DROP \""
        case .behindAccept: "-A \(chain) -j ACCEPT\n\(line)"
        case .wrongGroup: line.replacingOccurrences(of: "group 5", with: "group 7")
        }
    }
}
