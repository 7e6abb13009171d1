// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// One host with a default route, and rules that feed group 5 without a fault.
struct CheckStage {
    private let stage: Stage
    private let settings: String

    static func run(_ form: RuleForm, _ play: (CheckStage) async throws -> Void) async throws {
        try await Stage.run { stage in
            try await stage.run(in: stage.target, "nft", "flush", "ruleset")
            for family in ["-4", "-6"] {
                try await stage.run(
                    in: stage.target, "ip", family, "route", "add", "default", "dev", "net0")
            }
            for name in ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"] {
                try await stage.run(in: stage.target, "sysctl", "-qw", "\(name)=0")
            }
            let settings = try stage.write(
                "log: {decisions: off}\ndetection: {table: off, facts: off}\n", to: "check.yaml")
            let own = CheckStage(stage: stage, settings: settings)
            switch form {
            case .nftables: try await own.loadExample { $0 }
            case .iptables, .legacy: try await own.install(form)
            }
            try await play(own)
        }
    }

    /// What `check --json` said.
    struct Answer {
        var code: Int32
        var output: String
        var traps: [String] = []
        var scans: [String] = []
        var failures: [String] = []
        var missing: [String] = []
        var probed = 0
    }

    /// - Parameter hidden: programs that the command does not find.
    /// - Parameter prefix: the beginning of the command.
    func check(
        _ words: String..., without hidden: [String] = [], prefix: [String] = []
    ) async throws -> Answer {
        let hide = hidden.map { "mount --bind /dev/null \($0) && " }.joined()
        let entry = hidden.isEmpty ? [] : ["unshare", "-m", "sh", "-c", "\(hide)exec \"$@\"", "sh"]
        let child = try stage.start(
            in: stage.target,
            entry + prefix + [DaemonUnderTest.program, "check", "--json", "--config", settings]
                + words)
        var answer = Answer(
            code: try await child.ended(within: .seconds(120)), output: child.output)
        for line in child.output.wholeLines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            guard let fields = object as? [String: Any] else { throw TestFailure("\(line)") }
            if let trap = fields["trap"] as? String { answer.traps.append(trap) }
            answer.scans += fields["scans"] as? [String] ?? []
            let name = fields["name"] as? String ?? ""
            if fields["state"] as? String == "failure" { answer.failures.append(name) }
            guard let probe = fields["probe"] as? [String: Any] else { continue }
            answer.probed += 1
            if probe["verdict"] as? String == "missing" {
                answer.missing.append("\(probe["family"] ?? "") \(probe["scan"] ?? "")")
            }
        }
        return answer
    }

    /// What check says to people.
    func text(_ words: String...) async throws -> String {
        let child = try stage.start(
            in: stage.target, [DaemonUnderTest.program, "check", "--config", settings] + words)
        _ = try await child.ended()
        return child.output
    }

    func run(_ words: String...) async throws {
        let child = try stage.start(in: stage.target, words)
        guard try await child.ended() == 0 else { throw TestFailure(child.complaints) }
    }

    func start(_ words: [String]) throws -> Child { try stage.start(in: stage.target, words) }

    /// All that a probe could have changed: rules, links, addresses, routes, names of namespaces.
    func everything() async throws -> String {
        var all = try await stage.run(in: stage.target, "nft", "--stateless", "list", "ruleset")
        for program in ["iptables-legacy-save", "ip6tables-legacy-save"] {
            all += try await stage.run(in: stage.target, program).split(separator: "\n")
                .filter { !$0.hasPrefix("#") }.map { $0.split(separator: "[")[0] }
                .joined(separator: "\n")
        }
        for words in ["-d link show", "address show", "route show", "-6 route show"] {
            let command = ["ip"] + words.split(separator: " ").map(String.init)
            let child = try stage.start(in: stage.target, command)
            _ = try await child.ended()
            all += child.output
        }
        return all
    }

    func load(_ text: String, _ program: String...) async throws {
        let path = try stage.write(text, to: "rules")
        let child = try stage.start(in: stage.target, program + [path])
        guard try await child.ended() == 0 else { throw TestFailure(child.complaints) }
    }

    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func listing(_ name: String) throws -> String {
        try String(
            contentsOf: repository.appending(path: "Tests/Listings/\(name)"), encoding: .utf8)
    }

    /// Loads nftables/example.nft and picket.nft, the rules that feed group 5 changed.
    ///
    /// - Parameter acceptsLast: lets in what nobody asked for, before the last of those rules.
    func loadExample(
        acceptsLast: Bool = false, _ change: (String) -> String
    ) async throws {
        let folder = Self.repository.appending(path: "iptables/nftables")
        for name in ["example.nft", "picket.nft"] {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            let feed = "log group 5 prefix \"INPUT DROP \""
            let last = "# Everything else: a copy, then the policy."
            let changed = text.replacingOccurrences(of: feed, with: change(feed))
                .replacingOccurrences(of: last, with: acceptsLast ? "accept" : last)
            try await load(changed, "nft", "-f")
        }
    }

    /// Loads a usual host's rules, and feeds them by iptables/iptables/install.
    private func install(_ form: RuleForm) async throws {
        let host = """
            *filter
            :INPUT DROP [0:0]
            :FORWARD DROP [0:0]
            :OUTPUT ACCEPT [0:0]
            -A INPUT -i lo -j ACCEPT
            -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            -A INPUT -m conntrack --ctstate INVALID -j DROP
            -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
            -A INPUT -p tcp -m tcp --dport 23 -j REJECT --reject-with tcp-reset
            COMMIT

            """
        let script = Self.repository.appending(path: "iptables/iptables/install").path
        for program in RuleForm.iptables.programs { try await load(host, "\(program)-restore") }
        try await stage.run(in: stage.target, script)
        guard form == .legacy else { return }
        // The script's rules go to the other kind of tables as they are.
        for (new, old) in zip(RuleForm.iptables.programs, RuleForm.legacy.programs) {
            let rules = try await stage.run(in: stage.target, "\(new)-save")
            try await load(rules, "\(old)-restore")
        }
        try await stage.run(in: stage.target, "nft", "flush", "ruleset")
    }

    func plant(_ trap: PlantedTrap, _ form: RuleForm) async throws {
        guard form != .nftables else {
            return try await loadExample(acceptsLast: trap == .behindAccept) {
                trap.planted(inNFT: $0)
            }
        }
        for program in form.programs {
            let rules = try await stage.run(in: stage.target, "\(program)-save")
            let changed = rules.split(separator: "\n").map {
                trap.planted(inSaved: String($0), v6: program.hasPrefix("ip6"))
            }
            try await load(changed.joined(separator: "\n") + "\n", "\(program)-restore")
        }
    }

    /// A blocklist of 10,000 addresses that is not fed, and 5,000 ports that are, each on its own.
    static var large: String {
        var lines = ["table inet large {", "chain blocklist {"]
        for number in 0..<10_000 {
            lines.append("ip saddr 10.\(number / 250).\(number % 250).1 drop")
        }
        lines += ["}", "chain ports {"]
        for number in 0..<5000 {
            let match = "ip saddr 10.100.\(number / 250).\(number % 250) tcp dport \(number + 1)"
            lines += ["\(match) log group 5", "\(match) drop"]
        }
        lines += [
            "}", "chain input {", "type filter hook input priority -10; policy accept;",
            "jump blocklist", "jump ports", "}", "}", "",
        ]
        return lines.joined(separator: "\n")
    }
}
