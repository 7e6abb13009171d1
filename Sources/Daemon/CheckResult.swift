// SPDX-License-Identifier: GPL-3.0-or-later

/// One line of `picket check`.
package struct CheckResult: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        case ok, warning, failure
    }

    package var name: String
    package var state: State
    /// What was found.
    package var finding: String
    /// What to do about it; nil when nothing is wrong.
    package var mend: String?
    /// The exit code that this failure stands for; 0 for the others.
    package var exitCode: Int32
    /// Which trap of the rules it is; absent elsewhere.
    package var trap: String?
    /// The rules that it is about, as a person finds them; absent elsewhere.
    package var places: [String]?
    /// The scans that are missed by it; absent elsewhere.
    package var scans: [String]?
    /// What came of a probe; absent elsewhere.
    package var probe: ProbeCounts?

    /// The packets of one scan of `picket check --probe`.
    package struct ProbeCounts: Codable, Hashable, Sendable {
        package var scan: String
        package var family: String
        package var verdict: String
        package var sent: Int
        package var seen: Int
        package var letIn: Int
        package var lost: Int
        package var prefixes: [String]
        package var groups: [UInt16]
    }

    static func ok(_ name: String, _ finding: String) -> CheckResult {
        CheckResult(name: name, state: .ok, finding: finding, mend: nil, exitCode: 0)
    }

    static func warning(_ name: String, _ finding: String, mend: String) -> CheckResult {
        CheckResult(name: name, state: .warning, finding: finding, mend: mend, exitCode: 0)
    }

    static func failure(
        _ name: String, _ finding: String, mend: String?, _ kind: StartError.Kind
    ) -> CheckResult {
        CheckResult(
            name: name, state: .failure, finding: finding, mend: mend, exitCode: kind.rawValue)
    }

    package var text: String {
        let mark =
            switch state {
            case .ok: "ok      "
            case .warning: "warning "
            case .failure: "FAILURE "
            }
        return mark + name + ": " + finding + (mend.map { ". " + $0 } ?? "")
    }
}
