// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls
import Packets
import Testing

@testable import Daemon

@Suite("The lines of check")
struct CheckTests {
    private func rules(_ input: [String]) -> RuleSet {
        let text = """
            *filter
            :INPUT DROP [0:0]
            :FORWARD ACCEPT [0:0]
            :OUTPUT ACCEPT [0:0]
            \(input.joined(separator: "\n"))
            COMMIT

            """
        return RuleSet(
            tables: SavedRules(text, program: "iptables", v6: false).tables
                + SavedRules(text, program: "ip6tables", v6: true).tables)
    }

    private let feed = "-A INPUT -j NFLOG --nflog-prefix \"INPUT DROP \" --nflog-group 5"

    @Test("A group that is fed says by which chains, for which families, under which prefix")
    func fed() {
        let results = RuleCheck.results(rules([feed]), FeedNeeds())
        #expect(results.map(\.state) == [.ok])
        #expect(
            results.first?.text
                == "ok      rules for group 5: in ip filter INPUT, ip6 filter INPUT; "
                + "IPv4 and IPv6; prefix \"INPUT DROP \"")
    }

    @Test("A group that nothing feeds is a failure with the mend, and exit code 69")
    func unfed() {
        let results = RuleCheck.results(rules([]), FeedNeeds())
        #expect(results.map(\.exitCode) == [69])
        #expect(results.first?.trap == "unfed")
        #expect(
            results.first?.text.hasPrefix(
                "FAILURE rules for group 5: the firewall sends nothing there. Add rules") == true)
    }

    @Test("A trap is a failure with its name, its places, and exit code 78")
    func trap() {
        let limited = feed.replacingOccurrences(
            of: "-j NFLOG", with: "-m limit --limit 3/min -j NFLOG")
        let results = RuleCheck.results(rules([limited]), FeedNeeds())
        #expect(results.map(\.state) == [.ok, .failure])
        #expect(results.last?.exitCode == 78)
        #expect(results.last?.trap == "rate-limit")
        #expect(results.last?.places?.count == 2)
    }

    @Test("Feeds that hide packets make decisions say so; a threshold does not")
    func feeds() {
        let limited = feed.replacingOccurrences(
            of: "-j NFLOG", with: "-m limit --limit 3/min -j NFLOG")
        #expect(FeedWatch.feeds(of: [5, 6], rules: rules([feed])) == [5: .complete])
        #expect(FeedWatch.feeds(of: [5], rules: rules([limited])) == [5: .limited])
        #expect(
            FeedWatch.feeds(of: [5], rules: rules([feed + " --nflog-threshold 2"]))
                == [5: .complete])
        #expect(
            FeedWatch.feeds(of: [5], rules: rules([feed + " --nflog-size 60"])) == [5: .limited])
    }

    @Test("A full connection table is a warning; other switches are told and are none")
    func kernel() {
        func results(_ numbers: [String: Int]) -> [CheckResult] {
            KernelCheck(interface: "eth0") { numbers[$0] }.results()
        }
        #expect(results([:]).map(\.state) == [.ok, .ok])
        let full = results([
            "netfilter/nf_conntrack_max": 1000, "netfilter/nf_conntrack_count": 950,
        ])
        #expect(full.map(\.state) == [.warning, .ok])
        let strict = results([
            "netfilter/nf_conntrack_max": 1000, "ipv4/conf/eth0/rp_filter": 1,
            "ipv4/conf/all/log_martians": 1, "netfilter/nf_conntrack_tcp_be_liberal": 1,
        ])
        #expect(strict.map(\.state) == [.ok, .ok])
        #expect(strict[0].finding.contains("be_liberal"))
        #expect(
            strict[1].finding.contains("strict on eth0")
                && strict[1].finding.contains("log_martians"))
    }

    @Test("A clock that nobody keeps, or far off, is a warning")
    func clock() {
        let now = Timestamp(nanoseconds: 1_790_000_000 * 1_000_000_000)
        #expect(ClockCheck(now: now, isSynchronised: true).result().state == .ok)
        #expect(ClockCheck(now: now, isSynchronised: false).result().state == .warning)
        let start = Timestamp(nanoseconds: 5_000_000_000)
        #expect(
            ClockCheck(now: start, isSynchronised: true).result().finding.hasPrefix("far off"))
    }

    @Test("A rotation that loses lines, or leaves the daemon at the old file, is found")
    func rotation() {
        let text = """
            # /var/log/picket/*.json {
            /var/log/other.log
            "/var/log/picket/*.json" {
                weekly
                %
            }
            /var/log/syslog {
                copytruncate
            }
            """
        func blocks(_ words: String) -> [LogRotation] {
            LogRotation.parse(text.replacingOccurrences(of: "%", with: words), file: "f")
        }
        let path = "/var/log/picket/decisions.json"
        let plain = blocks("rotate 4")
        #expect(plain.map { $0.covers(path) } == [true, false])
        #expect(
            plain.first
                == LogRotation(
                    file: "f", patterns: ["/var/log/other.log", "/var/log/picket/*.json"]))
        #expect(blocks("copytruncate").first?.copies == true)
        #expect(
            blocks("postrotate\nsystemctl kill --signal=USR1 picket\nendscript").first?.signals
                == true)
        #expect(plain.first?.covers("/var/log/picket/deeper/decisions.json") == false)
        #expect(plain.first?.covers("/var/log/picket/decisions.txt") == false)
    }

    @Test("A path whose folder cannot be made is not writable; a device has no room to tell")
    func disk() throws {
        #expect(DiskCheck.writable("log", "/proc/nothing/here").state == .failure)
        #expect(DiskCheck.writable("log", "/dev/null").text == "ok      log: /dev/null")
        let folder = try TemporaryFolder()
        #expect(DiskCheck.writable("log", "\(folder.path)/new/log").finding.contains("free"))
    }
}
