// SPDX-License-Identifier: GPL-3.0-or-later

import NFLog

/// Why the probe could not be made.
package enum ProbeError: Error {
    case noRight
    case missing(program: String, package: String)
    /// The rule set does not go into the namespace; `what` names the part, `said` the program's words.
    case notCopied(what: String, said: String)
    case failed(command: String, said: String)
    case system(String, CInt)
    case subscription(NFLogError)

    /// Source: sysexits.h.
    package var exitCode: Int32 {
        switch self {
        case .noRight: 77
        case .missing, .notCopied: 69
        case .failed, .system: 71
        case .subscription(let error): error.kind.rawValue
        }
    }
}

extension ProbeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noRight: "cannot make a network namespace: Operation not permitted. Run as root"
        case .missing(let program, let package):
            "cannot find the program \(program). Install the Debian package \(package)"
        case .notCopied(let what, let said):
            "cannot load a copy of the rules (\(what)): \(said)"
        case .failed(let command, let said): "cannot run '\(command)': \(said)"
        case .system(let operation, let code):
            "cannot \(operation): \(ProbeSystem.message(of: code))"
        case .subscription(let error): "\(error)"
        }
    }
}
