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
    /// Whether scans are sent against a copy of the rules as well.
    private let probes: Bool

    package init(configuration: ConfigurationSource, probes: Bool = false) {
        self.configuration = configuration
        self.probes = probes
    }

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
        let host = HostReading.now()
        results += RuleCheck(settings, host: try? host.get()).results()
        results.append(SelfCheck.host(settings, host))
        results += KernelCheck().results()
        results += BufferCheck(settings).results()
        results.append(ClockCheck().result())
        results += DiskCheck(settings).results()
        if probes { results += ProbeCheck(settings).results() }
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
    private static func host(
        _ settings: Settings, _ host: Result<HostReading, HostError>
    ) -> CheckResult {
        switch host {
        case .success(let reading):
            let facts = FactsInForce(
                facts: HostFacts(settings, host: reading), gateways: reading.gateways,
                since: System.now)
            return .ok("host", facts.status.text)
        case .failure(let error): return .failure("host", "\(error)", mend: nil, .system)
        }
    }
}

extension HostReading {
    /// What the host says of itself now.
    static func now() -> Result<HostReading, HostError> {
        do throws(HostError) {
            var source = try HostSource.open()
            try source.readAddresses()
            try source.readPorts()
            return .success(source.reading)
        } catch {
            return .failure(error)
        }
    }
}
