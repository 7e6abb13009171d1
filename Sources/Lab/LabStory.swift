// SPDX-License-Identifier: GPL-3.0-or-later

/// What the lab says to the person who runs it.
enum LabStory {
    static let scanWords = ["-sS", "-n", "-Pn", "-T4", "--max-retries", "0", "-p", "1-100"]

    static func setUp(_ network: LabNetwork, _ rules: LabRules) -> String {
        """
        The lab: two network namespaces with a cable between them, and no way out.
          target   \(network.target)   \(LabNetwork.target4)  \(LabNetwork.target6)
                   \(rules.rawValue) drops what nobody asked for, with a copy to NFLOG group 5
          scanner  \(network.scanner)  \(LabNetwork.scanner4)  \(LabNetwork.scanner6)
        """
    }

    static func meaning(of reason: String?) -> String {
        """

        The daemon named the scan\(reason.map { ": \($0)" } ?? "").
        One source asked one host for many ports that it does not offer. An ordinary client does
        not do that: somebody was looking for an open door. The firewall had dropped each packet
        already; Picket saw the copies, knew them for one scan, and blocked nobody.
        """
    }

    static func wrong(_ seen: [LabDecision]) -> String {
        guard !seen.isEmpty else { return "the daemon wrote no decision" }
        let list = seen.map { decision in
            "\(decision.event.action) \(decision.picket?.scan?.kind ?? "-") "
                + "by \(decision.source?.ip ?? "-")"
        }
        return "expected a vertical scan by \(LabNetwork.scanner4), got "
            + list.joined(separator: ", ")
    }

    static func toTry(
        _ network: LabNetwork, _ rules: LabRules, _ folder: LabFolder, executable: String
    ) -> String {
        let scanner = "ip netns exec \(network.scanner)"
        let scans =
            Tool.find("nmap") != nil
            ? [
                "nmap -sX -n -Pn -p 200-250 \(LabNetwork.target4)",
                "nmap -6 -sS -n -Pn -p 1-50 \(LabNetwork.target6)",
            ]
            : [
                "\(executable) lab-send --from \(LabNetwork.scanner6) --to \(LabNetwork.target6)"
            ]
        let list = rules == .nftables ? "nft list ruleset" : "iptables-save"
        return """

            The lab stays until Ctrl-C. In another terminal, as root, try:
            \(scans.map { "  \(scanner) \($0)" }.joined(separator: "\n"))
              \(scanner) ping -c 3 \(LabNetwork.target4)
              \(executable) watch --config \(folder.settings)
              ip netns exec \(network.target) \(list)
              tail -f \(folder.decisions)
            """
    }

    static let goingLive = """

        To go live, let your firewall feed Picket: sudo picket pair shows the change, sudo picket pair
        --apply makes it, --undo takes it back. Then: sudo picket check; sudo picket run
        """
}
