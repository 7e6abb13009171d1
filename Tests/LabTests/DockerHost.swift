// SPDX-License-Identifier: GPL-3.0-or-later

@testable import Lab

/// A target that has a container behind its bridge docker0, with the rules that Docker makes for
/// it. Docker itself does not run.
///
/// Source of the rules: docs.docker.com, "Packet filtering and firewalls", and what the generated
/// pages of Docker's own tests list (integration/network/bridge, iptablesdoc and nftablesdoc).
struct DockerHost {
    enum Layout: String, CaseIterable, Sendable {
        /// Before version 28: isolation by chains, all else by the policy of FORWARD.
        case isolation
        /// From 28 on, with iptables: each bridge's DROP, and raw's for each container.
        case forward
        /// From 29 on, with --firewall-backend=nftables.
        case nftables

        var prefixes: [String] {
            switch self {
            case .isolation: ["FORWARD DROP ", "DOCKER-USER DROP "]
            case .forward: ["DOCKER DROP ", "PREROUTING DROP "]
            case .nftables: ["filter-forward-in__docker0 DROP ", "raw-PREROUTING DROP "]
            }
        }
    }

    static let container4 = "203.0.113.2"
    static let container6 = "2001:db8:c::2"

    private let wire: Wire
    private let container: String
    private let ip: Tool

    init(on wire: Wire, _ layout: Layout) throws {
        self.wire = wire
        container = "\(wire.network.target)-box"
        ip = try Tool("ip", package: "iproute2")
        do {
            try makeContainer()
            try load(layout)
        } catch {
            remove()
            throw error
        }
    }

    func remove() { _ = try? ip.run(["netns", "delete", container]) }

    private func makeContainer() throws {
        let target = wire.network.target
        try ip.run(["netns", "add", container])
        try ip.run([
            "link", "add", "box0", "netns", target, "type", "veth", "peer", "name", "eth0", "netns",
            container,
        ])
        try wire.target("ip", "link", "add", "docker0", "type", "bridge")
        try wire.target("ip", "link", "set", "box0", "master", "docker0")
        for link in ["docker0", "box0"] { try wire.target("ip", "link", "set", link, "up") }
        try wire.target("ip", "address", "add", "203.0.113.1/24", "dev", "docker0")
        try wire.target("ip", "address", "add", "2001:db8:c::1/64", "dev", "docker0", "nodad")
        try wire.target(
            "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        for address in ["\(DockerHost.container4)/24", "\(DockerHost.container6)/64"] {
            try ip.run(
                ["-n", container, "address", "add", address, "dev", "eth0"]
                    + (address.contains(":") ? ["nodad"] : []))
        }
        try ip.run(["-n", container, "link", "set", "eth0", "up"])
        try ip.run(["-n", container, "route", "add", "default", "via", "203.0.113.1"])
        try ip.run(["-n", container, "-6", "route", "add", "default", "via", "2001:db8:c::1"])
        try wire.scanner([
            "ip", "route", "add", "203.0.113.0/24", "via", LabNetwork.target4, "dev", "lab0",
            "onlink",
        ])
        try wire.scanner([
            "ip", "-6", "route", "add", "2001:db8:c::/64", "via", LabNetwork.target6, "dev", "lab0",
        ])
    }

    private func load(_ layout: Layout) throws {
        switch layout {
        case .isolation: try wire.loadBoth(DockerHost.isolation)
        case .forward: try wire.loadBoth(DockerHost.forward)
        case .nftables: try wire.load(DockerHost.nftables, with: ["nft", "-f"])
        }
    }

    /// With a rule that a user has put into DOCKER-USER, the place for such rules.
    private static func isolation(v6: Bool) -> String {
        """
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        :DOCKER - [0:0]
        :DOCKER-ISOLATION-STAGE-1 - [0:0]
        :DOCKER-ISOLATION-STAGE-2 - [0:0]
        :DOCKER-USER - [0:0]
        -A FORWARD -j DOCKER-USER
        -A FORWARD -j DOCKER-ISOLATION-STAGE-1
        -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -o docker0 -j DOCKER
        -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
        -A FORWARD -i docker0 -o docker0 -j ACCEPT
        -A DOCKER -d \(v6 ? container6 : container4) ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
        -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
        -A DOCKER-ISOLATION-STAGE-1 -j RETURN
        -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
        -A DOCKER-ISOLATION-STAGE-2 -j RETURN
        -A DOCKER-USER -i lab0 -p tcp -m tcp --dport 445 -j DROP
        -A DOCKER-USER -j RETURN
        COMMIT

        """
    }

    /// UDP goes to the bridge's DROP, since raw's is for TCP here: both are to be seen.
    private static func forward(v6: Bool) -> String {
        """
        *raw
        :PREROUTING ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        -A PREROUTING -d \(v6 ? container6 : container4) ! -i docker0 -p tcp -j DROP
        COMMIT
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :DOCKER - [0:0]
        :DOCKER-BRIDGE - [0:0]
        :DOCKER-CT - [0:0]
        :DOCKER-FORWARD - [0:0]
        :DOCKER-INTERNAL - [0:0]
        :DOCKER-USER - [0:0]
        -A FORWARD -j DOCKER-USER
        -A FORWARD -j DOCKER-FORWARD
        -A DOCKER ! -i docker0 -o docker0 -j DROP
        -A DOCKER-BRIDGE -o docker0 -j DOCKER
        -A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A DOCKER-FORWARD -j DOCKER-CT
        -A DOCKER-FORWARD -j DOCKER-INTERNAL
        -A DOCKER-FORWARD -j DOCKER-BRIDGE
        -A DOCKER-FORWARD -i docker0 -j ACCEPT
        COMMIT

        """
    }

    private static var nftables: String {
        ["ip", "ip6"].map { family in
            """
            table \(family) docker-bridges {
                map filter-forward-in-jumps {
                    type ifname : verdict
                    elements = { "docker0" : jump filter-forward-in__docker0 }
                }
                map filter-forward-out-jumps {
                    type ifname : verdict
                    elements = { "docker0" : jump filter-forward-out__docker0 }
                }
                chain filter-FORWARD {
                    type filter hook forward priority filter; policy accept;
                    oifname vmap @filter-forward-in-jumps
                    iifname vmap @filter-forward-out-jumps
                }
                chain raw-PREROUTING {
                    type filter hook prerouting priority raw; policy accept;
                    \(family) daddr \(family == "ip" ? container4 : container6) iifname != "docker0" tcp dport 445 counter drop comment "DROP DIRECT ACCESS"
                }
                chain filter-forward-in__docker0 {
                    ct state established,related counter accept
                    iifname "docker0" counter accept comment "ICC"
                    counter drop comment "UNPUBLISHED PORT DROP"
                }
                chain filter-forward-out__docker0 {
                    ct state established,related counter accept
                    counter accept comment "OUTGOING"
                }
            }

            """
        }.joined()
    }
}
