// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Firewalls

@Suite("Traps in the rules of iptables")
struct SavedTrapTests {
    private let state = Listing.state
    private let feed = Listing.feed

    /// The same rules in both families.
    private func traps(
        _ rules: [String], policy: String = "DROP", chains: [String] = [],
        _ change: (inout FeedNeeds) -> Void = { _ in }
    ) -> [RuleTrap] {
        let text = Listing.filter(rules, policy: policy, chains: chains)
        return Listing.traps(Listing.saved(text, text), change)
    }

    @Test("A copy before the policy that drops is all it takes")
    func good() {
        #expect(traps([state, feed]) == [])
        #expect(traps([state, "-A INPUT -p tcp --dport 22 -j ACCEPT", feed]) == [])
    }

    @Test("A copy of what is INVALID and one of what is not are together a copy of all")
    func complement() {
        #expect(
            traps([
                "-A INPUT ! -i lo -m conntrack --ctstate INVALID -j NFLOG --nflog-group 5",
                state,
                "-A INPUT -m conntrack --ctstate INVALID -j DROP",
                "-A INPUT -m conntrack ! --ctstate INVALID -j NFLOG --nflog-group 5",
            ]) == [])
    }

    @Test(
        "A rate limit before the copy is found, in the rule or in the one that jumps to it",
        arguments: [
            ["-A INPUT -m limit --limit 3/min -j NFLOG --nflog-group 5"],
            [
                "-A INPUT -m hashlimit --hashlimit-upto 3/min --hashlimit-name x -j NFLOG --nflog-group 5"
            ],
            [
                "-A INPUT -m limit --limit 3/min -j LOGS",
                "-A LOGS -j NFLOG --nflog-group 5",
            ],
        ])
    func limit(rules: [String]) {
        let found = traps([state] + rules, chains: ["LOGS"])
        #expect(found.map(\.kind) == [.limit])
        #expect(found.allSatisfy { $0.isFailure })
        #expect(found.first?.places.count == 2)
        #expect(found.first?.finding.contains("INPUT, rule 2") == true)
    }

    @Test("A limit on what is let in, or above which is dropped, hides nothing")
    func harmlessLimit() {
        #expect(
            traps([
                state, "-A INPUT -p icmp -m limit --limit 1/sec -j ACCEPT",
                "-A INPUT -m hashlimit --hashlimit-above 5/sec --hashlimit-name x -j NFLOG --nflog-group 5",
                "-A INPUT -m hashlimit --hashlimit-above 5/sec --hashlimit-name x -j DROP",
                feed,
            ]) == [])
    }

    @Test("A size below the copy range hides bytes, a size of 0 all of them; a larger one nothing")
    func size() {
        for (size, kinds) in [(0, [RuleTrap.Kind.size]), (64, [.size]), (192, []), (500, [])] {
            let found = traps([state, "\(feed) --nflog-size \(size)"])
            #expect(found.map(\.kind) == kinds, "size \(size)")
            #expect(found.allSatisfy { $0.isFailure })
        }
    }

    @Test("A threshold below ours costs time, and is a warning")
    func threshold() {
        let found = traps([state, "\(feed) --nflog-threshold 10"])
        #expect(found.map(\.kind) == [.threshold])
        #expect(found.allSatisfy { !$0.isFailure })
        #expect(traps([state, "\(feed) --nflog-threshold 512"]) == [])
    }

    @Test("Rules for one family only miss the other")
    func family() {
        let text = Listing.filter([state, feed])
        let bare = Listing.filter([state])
        for rules in [Listing.saved(text), Listing.saved(text, bare)] {
            let found = Listing.traps(rules)
            #expect(found.map(\.kind) == [.missingFamily])
            #expect(found.first?.finding.contains("IPv6") == true)
            #expect(found.first?.isFailure == true)
        }
        #expect(Listing.traps(Listing.saved(bare, text)).first?.finding.contains("IPv4") == true)
        let without = Listing.traps(Listing.saved(text)) { $0.hasIPv6 = false }
        #expect(without.map(\.isFailure) == [false])
    }

    @Test("LOG where NFLOG should be is named, with what it does not show")
    func kernelLog() {
        let found = traps([
            state, "-A INPUT -p udp -j NFLOG --nflog-group 5",
            "-A INPUT -p udp -j DROP", "-A INPUT -j LOG --log-prefix \"dropped \"",
        ])
        #expect(found.map(\.kind) == [.kernelLog, .kernelLog])
        #expect(found.first?.finding.contains("rule 4 (-A INPUT -j LOG") == true)
        #expect(found.first?.scans.contains("-sS") == true)
        #expect(found.first?.scans.contains("-sU") == false)
    }

    @Test("A rule behind the one that accepts or returns its packets sees none of them")
    func behindAccept() {
        let accepted = traps([state, "-A INPUT -j ACCEPT", feed])
        #expect(accepted.map(\.kind) == [.unreachable, .unreachable])
        #expect(accepted.first?.finding.contains("rule 2 (-A INPUT -j ACCEPT) accepts") == true)
        #expect(accepted.first?.isFailure == true)
        let returned = traps(
            [state, "-A INPUT -j LOGS", "-A LOGS -j RETURN", "-A LOGS -j NFLOG --nflog-group 5"],
            chains: ["LOGS"])
        #expect(returned.map(\.kind) == [.unreachable, .unreachable])
        #expect(returned.first?.finding.contains("-A LOGS -j RETURN") == true)
    }

    @Test("A rule behind the drop that it should see is one finding, not two")
    func behindDrop() {
        let found = traps([state, "-A INPUT -j DROP", feed])
        #expect(found.map(\.kind) == [.unreachable, .unreachable])
        #expect(found.first?.finding.contains("drops them before") == true)
        #expect(found.first?.scans.count == 11)
    }

    @Test("Rules for another group are named with the group")
    func wrongGroup() {
        let other = "-A INPUT -j NFLOG --nflog-group 7"
        let all = traps([state, other])
        #expect(all.map(\.kind) == [.wrongGroup])
        #expect(all.first?.finding.contains("to group 7") == true)
        #expect(traps([state, other, feed]) == [])
        let part = traps([
            state, "-A INPUT -p udp -j NFLOG --nflog-group 5", "-A INPUT -p udp -j DROP", other,
        ])
        #expect(part.map(\.kind) == [.wrongGroup, .wrongGroup])
    }

    @Test("A drop without a copy is named; it is a failure when a scan ends in it")
    func unseen() {
        let special = traps([state, "-A INPUT -s 203.0.113.9 -j DROP", feed])
        #expect(special.map(\.kind) == [.unseenDrop])
        #expect(special.first?.isFailure == false)
        #expect(special.first?.finding.contains("rule 2 (-A INPUT -s 203.0.113.9") == true)
        let invalid = traps([state, "-A INPUT -m conntrack --ctstate INVALID -j DROP", feed])
        #expect(invalid.map(\.kind) == [.unseenDrop, .unseenDrop])
        #expect(invalid.first?.scans == ["-sF", "-sN", "-sX", "-sM"])
        #expect(invalid.first?.isFailure == true)
    }

    @Test("A copy with the drop's own match stands for it")
    func paired() {
        #expect(
            traps([
                state, "-A INPUT -m set --match-set bad src -j NFLOG --nflog-group 5",
                "-A INPUT -m set --match-set bad src -j DROP",
                "-A INPUT -p tcp --dport 445 -j NFLOG --nflog-group 5",
                "-A INPUT -p tcp --dport 445 -j REJECT --reject-with tcp-reset", feed,
            ]) == [])
    }

    @Test("What a forward chain drops matters on a router only")
    func forward() {
        let text = Listing.filter([state, feed]).replacingOccurrences(
            of: ":FORWARD ACCEPT", with: ":FORWARD DROP")
        let rules = Listing.saved(text, text)
        #expect(Listing.traps(rules) == [])
        let router = Listing.traps(rules) { ($0.forwards4, $0.forwards6) = (true, true) }
        #expect(router.map(\.kind) == [.unseenDrop, .unseenDrop])
        #expect(router.allSatisfy { !$0.isFailure })
    }

    @Test("A firewall that lets everything in shows no scan")
    func open() {
        let found = traps(
            [
                state, "-A INPUT -p tcp --dport 445 -j NFLOG --nflog-group 5",
                "-A INPUT -p tcp --dport 445 -j DROP",
            ], policy: "ACCEPT")
        #expect(found.map(\.kind) == [.letIn, .letIn])
        #expect(found.map(\.scans.count) == [10, 10])
    }

    @Test("Rules in a chain that nobody calls feed nothing")
    func uncalled() {
        let found = traps([state, "-A LOGS -j NFLOG --nflog-group 5"], chains: ["LOGS"])
        #expect(found.map(\.kind) == [.unfed])
    }

    @Test("Text of a rule cannot steer a terminal, and is cut")
    func hostile() {
        let long = String(repeating: "x", count: 500)
        let found = traps([
            state,
            "-A INPUT -s 203.0.113.9 -m comment --comment \"\u{1b}[2J -j NFLOG --nflog-group 5 \(long)\" -j DROP",
            feed,
        ])
        #expect(found.map(\.kind) == [.unseenDrop])
        let words = found.map { $0.finding + $0.places.joined() }.joined()
        #expect(!words.contains("\u{1b}"))
        #expect(words.count < 600)
    }

    @Test("Every truncation of a real rule set is read without a trap")
    func truncations() throws {
        let text = try Listing.text("ufw.rules")
        for count in stride(from: 0, to: text.count, by: 97) {
            _ = Listing.traps(Listing.saved(String(text.prefix(count))))
        }
    }
}
