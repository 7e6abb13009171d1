// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Firewalls

/// Over recordings of the rules that Debian 12's packages load.
@Suite("Front ends' own rules")
struct FrontEndTests {
    @Test("ufw writes to the kernel's log only, and the mend names its files")
    func ufw() throws {
        let rules = Listing.saved(try Listing.text("ufw.rules"), try Listing.text("ufw6.rules"))
        let found = Listing.traps(rules)
        #expect(found.map(\.kind) == [.kernelLog])
        #expect(found.first?.mend.contains("/etc/ufw") == true)
    }

    @Test("ufw with NFLOG in after.rules alone loses what is INVALID, and ports 139 and 445")
    func ufwAfter() throws {
        func fed(_ name: String, _ chain: String) throws -> String {
            try Listing.text(name).replacingOccurrences(
                of: "-A \(chain) -m limit",
                with: "-A \(chain) -j NFLOG --nflog-group 5\n-A \(chain) -m limit")
        }
        let rules = Listing.saved(
            try fed("ufw.rules", "ufw-after-logging-input"),
            try fed("ufw6.rules", "ufw6-after-logging-input"))
        let found = Listing.traps(rules)
        let scans = Set(found.filter(\.isFailure).flatMap(\.scans))
        #expect(
            scans == [
                "-sF", "-sN", "-sX", "-sM", "445/tcp", "IPv6 -sF", "IPv6 -sN", "IPv6 -sX",
                "IPv6 -sM", "IPv6 445/tcp",
            ])
        #expect(found.filter(\.isFailure).allSatisfy { $0.mend.contains("ufw") })
    }

    @Test("Shorewall's LOGLIMIT is found in all its rules, told once, with file and line")
    func shorewallLimit() throws {
        let rules = Listing.saved(try Listing.text("shorewall-limited.rules"))
        let found = Listing.traps(rules) {
            $0.hasIPv6 = false
            $0.frontEndFiles = FrontEnd.File.parse(
                "# LOGLIMIT=no\nLOG_LEVEL=\"NFLOG(5)\"\nLOGLIMIT=\"s:1/sec:10\"\n",
                path: "/etc/shorewall/shorewall.conf")
        }
        let limits = found.filter { $0.kind == .limit }
        #expect(limits.count == 1)
        #expect(limits.first?.places.count == 8)
        #expect(
            limits.first?.mend.contains(
                "/etc/shorewall/shorewall.conf, line 3, says LOGLIMIT=s:1/sec:10")
                == true)
    }

    @Test("Shorewall's default level writes to the kernel's log")
    func shorewallDefault() throws {
        let found = Listing.traps(Listing.saved(try Listing.text("shorewall.rules")))
        #expect(found.map(\.kind) == [.kernelLog])
        #expect(found.first?.mend.contains("NFLOG(5)") == true)
    }

    @Test("Shorewall with NFLOG(5) as its level sees all ten scans")
    func shorewallGood() throws {
        let found = Listing.traps(Listing.saved(try Listing.text("shorewall-nflog.rules")))
        // Pings and broadcasts are dropped on purpose in silence.
        #expect(found.map(\.kind) == [.missingFamily, .unseenDrop])
        #expect(found.last?.isFailure == false)
    }

    @Test("firewalld's rich rule has a limit; its own log goes to the kernel")
    func firewalld() throws {
        let text = try Listing.text("firewalld.json")
        let words = RuleTexts.read(try Listing.text("firewalld.txt"))
        let rules = RuleSet(tables: try #require(ListedRules(text, texts: words)).tables)
        let found = Listing.traps(rules)
        #expect(found.first?.kind == .limit)
        #expect(found.first?.mend.contains("rich rule") == true)
        #expect(found.first?.finding.contains("limit rate 3/minute log group 5") == true)
        let invalid = found.filter { $0.kind == .kernelLog && $0.scans.contains("-sF") }
        #expect(invalid.first?.mend.contains("firewalld") == true)
    }
}
