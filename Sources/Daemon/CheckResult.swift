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
