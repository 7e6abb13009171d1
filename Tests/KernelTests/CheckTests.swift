// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

extension EndToEnd {
    /// `picket check` over real rule sets with one trap planted at a time.
    @Suite("check and its probe")
    struct Check {
        @Test("The good sets are silent, and all scans arrive", arguments: RuleForm.allCases)
        func good(_ form: RuleForm) async throws {
            try await CheckStage.run(form) { stage in
                let before = try await stage.everything()
                let answer = try await stage.check("--probe")
                #expect(answer.traps == [])
                #expect(answer.missing == [])
                #expect(answer.probed == 22)
                #expect(answer.code == 0)
                #expect(try await stage.everything() == before)
            }
        }

        @Test(
            "Each trap is found, and nothing else; the probe agrees",
            arguments: RuleForm.allCases, PlantedTrap.allCases)
        func trap(_ form: RuleForm, _ trap: PlantedTrap) async throws {
            try await CheckStage.run(form) { stage in
                try await stage.plant(trap, form)
                let answer = try await stage.check("--probe")
                #expect(Set(answer.traps) == [trap.rawValue])
                #expect(answer.code == (trap == .threshold ? 0 : 78))
                switch trap {
                case .threshold: #expect(answer.missing == [])
                // The headers of a probe fit into 100 bytes; what comes behind them does not.
                case .size: #expect(answer.missing == [])
                case .family: #expect(answer.missing.allSatisfy { $0.hasPrefix("IPv6") })
                default: break
                }
                if ![.threshold, .size].contains(trap) {
                    #expect(answer.missing.contains("IPv6 -sS"))
                    #expect(answer.missing.contains("IPv4 -sS") == (trap != .family))
                }
            }
        }

        @Test("A size of 0 leaves nothing of a packet, and the probe says so")
        func nothing() async throws {
            try await CheckStage.run(.nftables) { stage in
                try await stage.loadExample { $0 + " snaplen 0" }
                let answer = try await stage.check("--probe")
                #expect(Set(answer.traps) == ["size"])
                #expect(answer.missing.contains("IPv4 -sU"))
                #expect(answer.output.contains("came without a byte of their packet"))
            }
        }

        @Test("A group that another program has is a failure that names it")
        func taken() async throws {
            try await CheckStage.run(.nftables) { stage in
                let reader = try stage.start(["tcpdump", "-i", "nflog:5", "-w", "/dev/null"])
                try await wait("tcpdump listens") { reader.complaints.contains("listening on") }
                let answer = try await stage.check()
                reader.kill()
                #expect(answer.traps == [])
                #expect(answer.failures == ["group 5"])
                #expect(answer.output.contains("tcpdump"))
            }
        }

        @Test(
            "Rules of ufw's kind lose FIN, NULL, XMAS and Maimon, and port 445: so says the probe")
        func ufw() async throws {
            try await CheckStage.run(.iptables) { stage in
                for (program, name) in [("iptables", "ufw"), ("ip6tables", "ufw6")] {
                    let chain = "-A \(name)-after-logging-input"
                    let text = try CheckStage.listing("\(name).rules").replacingOccurrences(
                        of: "\(chain) -m", with: "\(chain) -j NFLOG --nflog-group 5\n\(chain) -m")
                    try await stage.load(text, "\(program)-restore")
                }
                let answer = try await stage.check("--probe")
                let lost = ["-sF", "-sM", "-sN", "-sX", "445/tcp"]
                #expect(
                    Set(answer.missing) == Set(lost.flatMap { ["IPv4 \($0)", "IPv6 \($0)"] }))
                #expect(Set(answer.scans) == Set(lost.flatMap { [$0, "IPv6 \($0)"] }))
            }
        }

        /// What a host may lack, by hiding it in a mount namespace of the command's own.
        @Test(
            "Without nft or without iptables, what is there is asked; without both it is said",
            arguments: [
                ["/usr/sbin/nft"], ["/usr/sbin/iptables-save"],
                ["/usr/sbin/nft", "/usr/sbin/iptables-save"],
            ])
        func missingProgram(_ hidden: [String]) async throws {
            try await CheckStage.run(.iptables) { stage in
                let answer = try await stage.check(without: hidden)
                #expect(answer.traps == [])
                #expect(answer.failures == [])
                let isBlind = hidden.count == 2
                #expect(answer.output.contains("neither nft nor iptables-save") == isBlind)
                #expect(answer.output.contains("in ip filter PICKET-FORWARD") != isBlind)
                let isPart = hidden == ["/usr/sbin/iptables-save"]
                #expect(answer.output.contains("iptables-save did not tell it") == isPart)
            }
        }

        @Test("Without rights the rules are not looked at, and the probe is refused with 77")
        func noRights() async throws {
            try await CheckStage.run(.nftables) { stage in
                let answer = try await stage.check(
                    "--probe",
                    prefix: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"])
                #expect(answer.code == 77)
                #expect(answer.failures.contains("probe") && answer.failures.contains("rights"))
                #expect(answer.output.contains("not looked at without CAP_NET_ADMIN"))
                #expect(answer.output.contains("Run as root"))
            }
        }

        @Test("Prefixes and comments of rules cannot steer a terminal")
        func hostile() async throws {
            try await CheckStage.run(.iptables) { stage in
                let escape = "\u{1b}[31m\u{202e}"
                let rules = """
                    *filter
                    :INPUT DROP [0:0]
                    -A INPUT -s 203.0.113.9 -m comment --comment "\(escape) -j NFLOG" -j DROP
                    -A INPUT -j NFLOG --nflog-group 5 --nflog-prefix "\(escape)"
                    COMMIT

                    """
                try await stage.load(rules, "iptables-restore")
                let text = try await stage.text("--probe")
                #expect(text.contains("?[31m"))
                #expect(!text.contains("\u{1b}") && !text.contains("\u{202e}"))
            }
        }

        @Test("A rule set that cannot be copied is refused with the reason")
        func notCopied() async throws {
            try await CheckStage.run(.iptables) { stage in
                try await stage.run(
                    "iptables", "-I", "INPUT", "-m", "recent", "--update", "-j", "DROP")
                try await stage.run(
                    "nft", "insert rule ip filter INPUT ip saddr { 192.0.2.7, 192.0.2.9 } drop")
                let answer = try await stage.check("--probe")
                #expect(answer.probed == 0)
                #expect(answer.failures == ["probe"])
                #expect(answer.output.contains("neither can save whole"))
                // The set's rule is told as it is, and not as iptables-save has it: -j DROP.
                #expect(answer.traps == ["unseen-drop"])
                #expect(answer.scans == [])
                #expect(answer.output.contains("ip saddr { 192.0.2.7, 192.0.2.9 } drop"))
            }
        }

        @Test("Rules of nft in a table of iptables-nft are understood and copied as they are")
        func mixed() async throws {
            try await CheckStage.run(.nftables) { stage in
                try await stage.run("nft", "flush", "ruleset")
                for (program, family) in [("iptables", "ip"), ("ip6tables", "ip6")] {
                    try await stage.run(
                        program, "-A", "INPUT", "-p", "tcp", "-j", "NFLOG", "--nflog-group", "5")
                    try await stage.run(program, "-A", "INPUT", "-p", "tcp", "-j", "DROP")
                    for end in ["log group 5", "drop"] {
                        try await stage.run(
                            "nft",
                            "add rule \(family) filter INPUT meta l4proto { udp, sctp, 99 } \(end)")
                    }
                }
                let answer = try await stage.check("--probe")
                #expect(answer.traps == [])
                #expect(answer.missing == [])
            }
        }

        @Test("20,000 rules are looked through in seconds")
        func large() async throws {
            try await CheckStage.run(.nftables) { stage in
                try await stage.load(CheckStage.large, "nft", "-f")
                let start = ContinuousClock.now
                let answer = try await stage.check()
                // Debug builds are some ten times slower than what people run.
                #expect(ContinuousClock.now - start < .seconds(60))
                #expect(Set(answer.traps) == ["unseen-drop"])
                #expect(
                    answer.output.contains("10000 rules") || answer.output.contains("and 9999 more")
                )
            }
        }
    }
}
