// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Probing

/// `picket check --probe`: which scans come through a copy of the rules, one line each.
struct ProbeCheck {
    private let groups: [UInt16]

    init(_ settings: Settings) {
        // What was let in comes by the others.
        groups = settings.groups.filter { !$0.accepted }.map(\.group)
    }

    func results() -> [CheckResult] {
        let report: Probe.Report
        do { report = try Probe(groups: groups).run() } catch {
            let kind = StartError.Kind(rawValue: error.exitCode) ?? .system
            return [.failure("probe", "\(error)", mend: nil, kind)]
        }
        return ProbeCheck.results(report)
    }

    static func results(_ report: Probe.Report) -> [CheckResult] {
        var results = report.results.map { line(for: $0, report) }
        if report.bare > 0 {
            results.append(
                .failure(
                    "probe", "\(report.bare) messages came without a byte of their packet",
                    mend: "Take the size out of the rules that log", .configuration))
        }
        if report.knowsSources {
            results.append(
                .warning(
                    "probe",
                    "the rules name 198.51.100.0/24 or 2001:db8::/32, from where the probes come: "
                        + "they may have been treated unlike a stranger's",
                    mend: "Believe MISSING only for rules that do not name them"))
        }
        return results
    }

    private static func line(for result: ProbeResult, _ report: Probe.Report) -> CheckResult {
        let family = result.v6 ? "IPv6" : "IPv4"
        let name = "probe \(family) \(result.scan.rawValue)"
        let counts =
            "\(result.seen.count) of \(result.sent) packets"
            + (result.letIn.isEmpty ? "" : ", \(result.letIn.count) let in")
        let prefixes = result.prefixes.map { $0.isEmpty ? "none" : "\"\($0)\"" }
        let by = "prefix \(prefixes.joined(separator: ", "))"
        let lost = "\(result.lost) of \(result.sent) packets are dropped without a copy"
        let mend = "See the lines about the rules"
        var line: CheckResult
        switch result.verdict {
        case .arrived: line = .ok(name, "arrived, \(by) (\(counts))")
        case .arrivedInPart:
            line = .warning(name, "arrived, \(by) (\(counts)); \(lost)", mend: mend)
        case .letIn: line = .ok(name, "let in: the port is open, there is nothing to see")
        case .missing where result.letIn.count == result.sent:
            line = .failure(name, "MISSING: the rules let it in", mend: mend, .unavailable)
        case .missing:
            let words = report.tellsLetIn ? lost : "no copy came of \(result.lost) packets"
            let seen = result.seen.isEmpty ? "" : " (only \(counts) came)"
            line = .failure(name, "MISSING: \(words)\(seen)", mend: mend, .unavailable)
        }
        // Without an address of that family no stranger can reach the host by it.
        if line.state == .failure, report.invented.contains(result.v6) {
            line.finding += "; this host has no \(family) address on \(report.interface)"
            (line.state, line.exitCode) = (.warning, 0)
        }
        line.probe = CheckResult.ProbeCounts(
            scan: result.scan.rawValue, family: family, verdict: result.verdict.rawValue,
            sent: result.sent, seen: result.seen.count, letIn: result.letIn.count,
            lost: result.lost, prefixes: result.prefixes, groups: result.groups)
        return line
    }
}
