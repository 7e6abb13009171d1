// SPDX-License-Identifier: GPL-3.0-or-later

import Programs

/// What a host shows of the front ends of its firewall: the rules that are loaded, and files.
package struct HostTraces: Sendable {
    /// What `iptables-save` and `ip6tables-save` have written; nil where they are not there.
    package var save4: String?
    package var save6: String?
    /// What `iptables-legacy-save` has written where the other backend is the host's; nil when no
    /// legacy table is loaded.
    package var legacy: String?
    /// What `nft --handle --terse list ruleset` has written.
    package var nft: String?
    /// Files and folders that are there, of ``looked``.
    package var files: Set<String> = []
    /// Settings of a file that a person sees only by reading it, as `path: line`.
    package var ufwIsEnabled = false

    package static let looked = [
        "/etc/shorewall/shorewall.conf", "/etc/shorewall6/shorewall6.conf", "/etc/ufw/ufw.conf",
        "/etc/firewalld/firewalld.conf", "/run/firewalld", "/etc/nftables.conf",
        "/etc/iptables/rules.v4", "/etc/iptables/rules.v6", "/run/docker.sock",
    ]

    package init(
        save4: String? = nil, save6: String? = nil, legacy: String? = nil, nft: String? = nil,
        files: Set<String> = []
    ) {
        (self.save4, self.save6, self.legacy) = (save4, save6, legacy)
        (self.nft, self.files) = (nft, files)
    }

    /// Asks the host. Nothing is changed: the listing programs of iptables-nft make no table, and
    /// that of iptables-legacy is asked only where its tables are.
    package static func read(on host: Host) throws(PairingError) -> HostTraces {
        guard PairingSystem.isRoot else {
            throw PairingError(
                .permission,
                "cannot read the firewall's rules: this needs root. Run: sudo picket pair")
        }
        var traces = HostTraces()
        let isLegacy = try isIptablesLegacy(host)
        let hasLegacyTables =
            try host.files.text("/proc/net/ip_tables_names").map { !$0.isEmpty } ?? false
        if host.has("iptables-save"), !isLegacy || hasLegacyTables {
            traces.save4 = try host.run("iptables-save", []).text
        }
        if host.has("ip6tables-save"), host.files.exists("/proc/net/if_inet6") {
            traces.save6 = try host.run("ip6tables-save", []).text
        }
        if !isLegacy, hasLegacyTables, host.has("iptables-legacy-save") {
            traces.legacy = try host.run("iptables-legacy-save", []).text
        }
        if host.has("nft") {
            traces.nft = try host.run("nft", ["--handle", "--terse", "list", "ruleset"]).text
        }
        traces.files = Set(looked.filter { host.files.exists($0) })
        traces.ufwIsEnabled =
            try host.files.text("/etc/ufw/ufw.conf")?.split(separator: "\n")
            .contains { $0.lowercased() == "enabled=yes" } ?? false
        return traces
    }

    private static func isIptablesLegacy(_ host: Host) throws(PairingError) -> Bool {
        guard host.has("iptables-save") else { return false }
        return try host.run("iptables-save", ["--version"]).text.contains("legacy")
    }
}
