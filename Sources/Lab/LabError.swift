// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the lab cannot go on: what it tried, and the cause. Its description is one or two sentences.
package enum LabError: Error, Equatable {
    case notRoot
    /// A program is missing; `package` is its name in Debian.
    case missing(program: String, package: String)
    /// A command that the lab ran failed; `said` is what it wrote to stderr.
    case failed(command: String, status: Int32, said: String)
    /// A call of the system failed. Shape of `cause`: the text of errno.
    case system(operation: String, object: String, cause: String)
    /// The daemon ended, or never answered on its control socket.
    case daemon(cause: String)
    /// The scan went out, and the daemon did not name it.
    case notNamed(cause: String)
    case interrupted(signal: Int32)
    case usage(String)

    /// Source: sysexits.h; 128 + signal is the shell's habit.
    package var exitCode: Int32 {
        switch self {
        case .notRoot: 77
        case .missing: 69
        case .failed, .system: 71
        case .daemon: 69
        case .notNamed: 1
        case .interrupted(let signal): 128 + signal
        case .usage: 64
        }
    }
}

extension LabError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notRoot:
            "cannot make network namespaces: this needs root. Run: sudo picket lab"
        case .missing(let program, let package):
            "cannot find the program \(program). Install the Debian package \(package): "
                + "sudo apt-get install \(package)"
        case .failed(let command, let status, let said):
            "cannot run '\(command)': exit code \(status)" + (said.isEmpty ? "" : ": \(said)")
        case .system(let operation, let object, let cause):
            "cannot \(operation) (\(object)): \(cause)"
        case .daemon(let cause): "cannot start the daemon in the lab: \(cause)"
        case .notNamed(let cause): "the lab's scan was not named: \(cause)"
        case .interrupted(let signal): "interrupted by signal \(signal); the lab is removed"
        case .usage(let text): text
        }
    }
}
