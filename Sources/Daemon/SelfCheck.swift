// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Control
import Detection
import Foundation
import HostFacts
import NFLog

/// `picket check`: what the daemon would meet on this host, one line each, with the mend.
package struct SelfCheck {
    private let configuration: ConfigurationSource

    package init(configuration: ConfigurationSource) { self.configuration = configuration }

    package func results() -> [CheckResult] {
        let settings: Settings
        do {
            settings = try configuration.load()
        } catch {
            let kind: StartError.Kind = error.exitCode == 77 ? .permission : .configuration
            return [.failure("settings", "\(error)", mend: nil, kind)]
        }
        var results: [CheckResult] = [.ok("settings", "understood")]
        results += [rights, libraries]
        results += settings.groups.map(state)
        results += feeds(of: settings)
        results.append(SelfCheck.host(settings))
        results.append(receiveBuffer(settings))
        if let log = settings.decisionLog { results.append(writable("log.decisions", log.path)) }
        if let journal = settings.journal { results.append(writable("journal", journal.path)) }
        if let log = settings.packetLog { results.append(writable("log.packets", log)) }
        if let evidence = settings.evidence {
            var result = writable("evidence", evidence.path)
            // Decisions do not depend on it.
            if result.state == .failure { (result.state, result.exitCode) = (.warning, 0) }
            results.append(result)
        }
        if let table = settings.tablePath { results.append(writable("state", table)) }
        if let facts = settings.factsPath {
            var result = writable("facts", facts)
            // Nothing but an exact replay depends on that file.
            if result.state == .failure { (result.state, result.exitCode) = (.warning, 0) }
            results.append(result)
        }
        return results
    }

    private var rights: CheckResult {
        if System.hasNetAdmin { return .ok("rights", "CAP_NET_ADMIN is there") }
        return .failure(
            "rights", "CAP_NET_ADMIN is missing",
            mend: "Run as root, or by contrib/systemd/picket.service", .permission)
    }

    private var libraries: CheckResult {
        do {
            try LibraryCheck.run()
            return .ok("libraries", "libnetfilter_log has what we call")
        } catch {
            return .failure("libraries", "\(error)", mend: nil, .unavailable)
        }
    }

    /// Whether we could subscribe to the group, found out by doing it for a moment.
    private func state(of group: GroupSettings) -> CheckResult {
        let name = "group \(group.group)"
        do {
            let socket = try NFLogSocket.open(group: group.group)
            return .ok(name, "free; the kernel copies \(socket.effective.copyRange ?? 0) bytes")
        } catch {
            if case .taken(let owner?) = error.cause, owner.command == "picket" {
                return .ok(name, "in use by \(owner)")
            }
            return .failure(
                name, "\(error)", mend: nil,
                StartError.Kind(rawValue: error.kind.rawValue) ?? .system)
        }
    }

    /// The facts that the daemon would go by now.
    private static func host(_ settings: Settings) -> CheckResult {
        do throws(HostError) {
            var source = try HostSource.open()
            try source.readAddresses()
            try source.readPorts()
            let facts = FactsInForce(
                facts: HostFacts(settings, host: source.reading),
                gateways: source.reading.gateways, since: System.now)
            return .ok("host", facts.status.text)
        } catch {
            return .failure("host", "\(error)", mend: nil, .system)
        }
    }

    /// Whether the firewall has rules that feed the groups, as far as its programs tell.
    private func feeds(of settings: Settings) -> [CheckResult] {
        guard System.hasNetAdmin else {
            return [.warning("rules", "not looked at without CAP_NET_ADMIN", mend: "Run as root")]
        }
        let listing = FirewallListing()
        let complaints = listing.complaints.map {
            CheckResult.warning(
                "rules", "not all could be listed: \($0)", mend: "Run that yourself")
        }
        guard listing.isTold else {
            guard complaints.isEmpty else { return complaints }
            return [
                .warning(
                    "rules", "neither nft nor iptables-save is here to list them",
                    mend: "Install nftables or iptables")
            ]
        }
        return complaints
            + settings.groups.flatMap { SelfCheck.feed(of: $0.group, rules: listing.rules) }
    }

    static func feed(of group: UInt16, rules: [FeedRule]) -> [CheckResult] {
        let name = "rules for group \(group)"
        let own = rules.filter { $0.group == group }
        guard !own.isEmpty else {
            return [
                .failure(
                    name, "the firewall sends nothing there",
                    mend: "Add rules that do; iptables/README.md of the source has them",
                    .unavailable)
            ]
        }
        var results: [CheckResult] = []
        let chains = Set(own.map(\.chain)).sorted().joined(separator: ", ")
        results.append(.ok(name, "in \(chains)"))
        for (family, label) in [(FeedRule.Family.v4, "IPv4"), (.v6, "IPv6")]
        where !own.contains(where: { $0.family == family || $0.family == .both }) {
            results.append(
                .warning(name, "none of them sees \(label)", mend: "Add them for \(label) too"))
        }
        for rule in Set(own) where !rule.hidden.isEmpty {
            results.append(
                .failure(
                    name, "\(rule.chain) has \(rule.hidden.joined(separator: " and "))",
                    mend: "Take it out: what it hides is not detected", .configuration))
        }
        return results
    }

    private func receiveBuffer(_ settings: Settings) -> CheckResult {
        let wanted = settings.nflog.receiveBufferBytes
        let limit = try? String(contentsOfFile: "/proc/sys/net/core/rmem_max", encoding: .utf8)
        let most = limit.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
        if System.hasNetAdmin { return .ok("buffer", "\(wanted) bytes, whatever rmem_max says") }
        if wanted <= most { return .ok("buffer", "\(wanted) bytes") }
        return .warning(
            "buffer", "at most \(most) bytes without CAP_NET_ADMIN",
            mend: "Run as root, or raise net.core.rmem_max")
    }

    private func writable(_ name: String, _ path: String) -> CheckResult {
        let files = FileManager.default
        var place = path
        while !files.fileExists(atPath: place), place != "/", !place.isEmpty {
            place = Folder.of(place)
        }
        if files.isWritableFile(atPath: place) { return .ok(name, path) }
        return .failure(
            name, "\(place) is not writable", mend: "Run as root, or choose another path",
            .permission)
    }
}
