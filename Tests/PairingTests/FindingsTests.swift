// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Pairing

/// Listings as the front ends leave them, cut to what they are known by.
enum Recorded {
    static let empty = """
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        COMMIT
        """

    static let plain = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        -A INPUT -i lo -j ACCEPT
        COMMIT
        """

    /// Accepts by a policy, and has a comment that only speaks of dropping.
    static let talk = """
        *filter
        :INPUT ACCEPT [0:0]
        -A INPUT -m comment --comment "no -j REJECT, no -j DROP here" -j ACCEPT
        COMMIT
        """

    static let ufw = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        :ufw-before-input - [0:0]
        :ufw-after-logging-input - [0:0]
        -A INPUT -j ufw-before-input
        -A ufw-before-input -m conntrack --ctstate INVALID -j DROP
        COMMIT
        """

    static let shorewall = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT DROP [0:0]
        :net-fw - [0:0]
        :shorewall - [0:0]
        -A INPUT -i eth0 -j net-fw
        -A net-fw -j DROP
        COMMIT
        """

    static let docker = """
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        :DOCKER - [0:0]
        :DOCKER-USER - [0:0]
        -A FORWARD -j DOCKER-USER
        -A DOCKER ! -i docker0 -o docker0 -j DROP
        COMMIT
        *raw
        :PREROUTING ACCEPT [0:0]
        -A PREROUTING -d 192.0.2.2/32 ! -i docker0 -j DROP
        COMMIT
        """

    static let nft = """
        table inet filter { # handle 3
        \tchain input { # handle 1
        \t\ttype filter hook input priority filter; policy drop;
        \t\tiif "lo" accept # handle 2
        \t}
        }
        """

    static let firewalld = """
        table inet firewalld { # handle 4
        \tchain filter_INPUT { # handle 1
        \t\ttype filter hook input priority filter + 10; policy accept;
        \t\tct state invalid drop # handle 9
        \t}
        }
        """

    /// What iptables-nft shows to nft.
    static let shown = """
        table ip filter { # handle 1
        \tchain INPUT { # handle 1
        \t\ttype filter hook input priority filter; policy drop;
        \t}
        }
        """

    static let bystander = """
        table inet f2b-table { # handle 2
        \tchain f2b-chain { # handle 1
        \t\ttype filter hook input priority filter - 1; policy accept;
        \t\ttcp dport 22 ip saddr @addr-set-sshd reject # handle 3
        \t}
        }
        """

    static let dockerNft = """
        table ip docker-bridges { # handle 5
        \tchain filter-forward-in__docker0 { # handle 2
        \t\tcounter packets 0 bytes 0 drop comment "UNPUBLISHED PORT DROP" # handle 10
        \t}
        }
        """

    static let ours = """
        table inet picket_feed { # handle 6
        \tchain martian { # handle 2
        \t\tlog prefix "would drop reject" group 5 # handle 10
        \t}
        }
        """
}

@Suite("Who is in charge of a host's firewall")
struct FindingsTests {
    @Test(
        "One front end is known by its rules",
        arguments: [
            (
                HostTraces(save4: Recorded.plain), FrontEndName.iptables,
                "policy DROP of filter INPUT"
            ),
            (HostTraces(save4: Recorded.empty, save6: Recorded.plain), .iptables, "ip6tables has"),
            (HostTraces(save4: Recorded.ufw), .ufw, "chains ufw-"),
            (HostTraces(save4: Recorded.shorewall), .shorewall, "chain shorewall"),
            (
                HostTraces(save4: Recorded.empty, nft: Recorded.firewalld), .firewalld,
                "inet firewalld"
            ),
            (HostTraces(nft: Recorded.nft), .nftables, "a policy drop in table inet filter"),
            (HostTraces(save4: Recorded.plain, nft: Recorded.shown), .iptables, "policy DROP"),
            (HostTraces(save4: Recorded.docker), .docker, "chains DOCKER"),
            (HostTraces(nft: Recorded.dockerNft + Recorded.ours), .docker, "ip docker-bridges"),
        ])
    func one(traces: HostTraces, name: FrontEndName, reason: String) throws {
        let findings = traces.findings
        #expect(findings.charge == .one(name, beside: []))
        let sighting = try #require(findings.sightings.first { $0.name == name })
        #expect(sighting.isInForce)
        #expect(sighting.reasons.contains { $0.contains(reason) }, "\(sighting.reasons)")
    }

    @Test(
        "Docker beside another is paired with it, whichever way it makes its rules",
        arguments: [
            (HostTraces(save4: Recorded.docker, nft: Recorded.nft), FrontEndName.nftables),
            (HostTraces(save4: Recorded.plain, nft: Recorded.dockerNft), .iptables),
            (HostTraces(save4: Recorded.docker, nft: Recorded.firewalld), .firewalld),
        ])
    func beside(traces: HostTraces, main: FrontEndName) {
        #expect(traces.findings.charge == .one(main, beside: [.docker]))
    }

    @Test("Files without rules are an installed front end, and not one in charge")
    func installed() {
        let traces = HostTraces(
            save4: Recorded.plain, files: ["/etc/ufw/ufw.conf", "/etc/nftables.conf"])
        let findings = traces.findings
        #expect(findings.charge == .one(.iptables, beside: []))
        #expect(findings.sightings.filter { !$0.isInForce }.map(\.name) == [.ufw, .nftables])
    }

    @Test("Without a rule that refuses packets nobody is in charge")
    func nobody() {
        for traces in [
            HostTraces(), HostTraces(save4: Recorded.empty), HostTraces(save4: Recorded.talk),
            HostTraces(nft: Recorded.ours), HostTraces(nft: Recorded.bystander),
        ] {
            #expect(traces.findings.charge == .none, "\(traces)")
        }
        #expect(
            HostTraces(nft: Recorded.bystander).findings.notes.contains { $0.contains("fail2ban") })
    }

    @Test("Two front ends, or two backends of iptables, are unclear, with the reason")
    func unclear() {
        let cases: [(HostTraces, String)] = [
            (
                HostTraces(save4: Recorded.plain, nft: Recorded.nft),
                "2 front ends drop packets here"
            ),
            (HostTraces(save4: Recorded.ufw, nft: Recorded.firewalld), "ufw ("),
            (HostTraces(save4: Recorded.ufw, save6: Recorded.shorewall), "Shorewall ("),
            (HostTraces(save4: Recorded.plain, legacy: Recorded.plain), "iptables-legacy and by"),
            (
                HostTraces(save4: Recorded.empty, legacy: Recorded.plain),
                "update-alternatives --set"
            ),
        ]
        for (traces, words) in cases {
            guard case .unclear(let reason) = traces.findings.charge else {
                Issue.record("not unclear: \(traces)")
                continue
            }
            #expect(reason.contains(words), "\(reason)")
        }
    }

    @Test("A named front end wins over doubt; one that is not known is refused")
    func named() throws {
        let all = FrontEnds.all(traces: HostTraces(nft: Recorded.nft), persist: false)
        let findings = HostTraces(save4: Recorded.plain, nft: Recorded.nft).findings
        let chosen = try PairRequest(frontEnd: .nftables).chosen(of: all, findings: findings)
        #expect(chosen.map(\.name) == [.nftables])
        #expect(throws: PairingError.self) {
            try PairRequest().chosen(of: all, findings: findings)
        }
        #expect(throws: PairingError.self) {
            try PairRequest(frontEnd: .ufw).chosen(of: [], findings: findings)
        }
    }
}
