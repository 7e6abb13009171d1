// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a program could not be run to its end.
package enum ProgramError: Error, Equatable {
    /// `cause` is errno of the call that failed.
    case notStarted(path: String, cause: Int32)
    case tookTooLong(path: String)
    case wroteTooMuch(path: String, most: Int)
}

extension ProgramError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notStarted(let path, let cause):
            "cannot start \(path): \(Calls.message(of: cause))"
        case .tookTooLong(let path): "\(path) did not end in time and was killed"
        case .wroteTooMuch(let path, let most):
            "\(path) wrote more than \(most) bytes and was killed"
        }
    }
}

/// How a program ended.
package enum End: Equatable, Sendable {
    case exit(code: Int32)
    case signal(Int32)

    package var isGood: Bool { self == .exit(code: 0) }
    /// The exit code; 128 + signal is the shell's habit.
    package var code: Int32 {
        switch self {
        case .exit(let code): code
        case .signal(let number): 128 + number
        }
    }
}
