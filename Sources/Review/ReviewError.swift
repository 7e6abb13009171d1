// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Why a review cannot be given.
package struct ReviewError: Error, Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        case missing
        case permission
        case system(String)
        /// A line of a decision log that is none; its number, and what is wrong.
        case line(Int, String)
    }

    package enum Operation: String, Sendable {
        case read = "read the decisions"
        case write = "write the report"
    }

    package var operation: Operation
    package var path: String
    package var cause: Cause

    package init(_ operation: Operation, path: String, _ cause: Cause) {
        self.operation = operation
        self.path = path
        self.cause = cause
    }

    /// Source: sysexits.h.
    package var exitCode: Int32 {
        switch cause {
        case .missing: 69
        case .permission: 77
        case .system: 71
        case .line: 65
        }
    }
}

extension ReviewError: CustomStringConvertible {
    package var description: String {
        let place = path == "-" ? "standard input" : path.printable
        let words =
            switch cause {
            case .missing: "no such file"
            case .permission: "permission denied"
            case .system(let words): words
            case .line(let number, let words): "line \(number): \(words)"
            }
        return "cannot \(operation.rawValue) (\(place)): \(words)"
    }
}
