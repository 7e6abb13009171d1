// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Firewalls

@Suite("Where strangers' packets come from")
struct UplinkTests {
    @Test("The interface is that of the default route")
    func uplink() {
        let routes = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
            eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0

            """
        #expect(Uplink.v4(routes) == "eth0")
        let zero = String(repeating: "0", count: 32)
        let v6 = """
            20010db8000a00000000000000000000 40 \(zero) 00 \(zero) 00000100 1 0 1 eth1
            \(zero) 00 \(zero) 00 \(zero) ffffffff 1 0 200200 lo
            \(zero) 00 \(zero) 00 \(zero) 00000400 1 0 3 eth2

            """
        #expect(Uplink.v6(v6) == "eth2")
        #expect(Uplink.first("Inter-| x\n lo: 1 2\n wan0: 3\n") == "wan0")
        #expect(Uplink.v4("") == nil && Uplink.v6("junk\n") == nil && Uplink.first("") == nil)
    }

    @Test("Docker's own rules drop in FORWARD, which matters on a router only")
    func docker() throws {
        let text = try Listing.text("docker.rules").replacingOccurrences(
            of: "-A FORWARD -j DOCKER-USER",
            with: "-A INPUT -j NFLOG --nflog-group 5\n-A INPUT -j DROP\n-A FORWARD -j DOCKER-USER")
        let host = Listing.traps(Listing.saved(text)) { $0.hasIPv6 = false }
        #expect(host.map(\.kind) == [.missingFamily])
        let router = Listing.traps(Listing.saved(text)) {
            $0.hasIPv6 = false
            $0.forwards4 = true
        }
        #expect(router.map(\.kind) == [.missingFamily, .unseenDrop])
        #expect(router.last?.finding.contains("ip filter FORWARD, policy drop") == true)
    }

    @Test("A rule set that keeps us for ever is given up, and told")
    func endless() {
        // Each chain calls the next twice: 2^24 ways through 24 chains.
        let chains = (0..<24).map { "C\($0)" }
        var rules = ["-A INPUT -j C0"]
        for number in 0..<23 {
            rules += Array(repeating: "-A C\(number) -j C\(number + 1)", count: 2)
        }
        rules += ["-A C23 -p tcp -j ACCEPT", "-A INPUT -j NFLOG --nflog-group 5"]
        let text = Listing.filter(
            rules.map { $0.replacingOccurrences(of: "tcp -j ACCEPT", with: "udp -j RETURN") },
            chains: chains)
        let found = Listing.traps(Listing.saved(text, text)) { $0.budget = 100_000 }
        #expect(found.map(\.kind).contains(.notLookedAt))
    }
}
