// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB

/// Why the journal cannot be read or written.
package struct JournalError: Error, Hashable, Sendable {
    package enum Operation: String, Sendable {
        case open = "open the journal"
        case read = "read the journal"
        case write = "write to the journal"
        case moveAside = "move the damaged journal aside"
    }

    package enum Cause: Hashable, Sendable {
        /// There is no such file.
        case missing
        case permission(String)
        /// No database, or a damaged one.
        case corrupt(String)
        case full(String)
        /// Another program holds it.
        case busy
        /// Written by a later version.
        case newer
        case other(String)
    }

    package let operation: Operation
    package let path: String
    package let cause: Cause

    package init(_ operation: Operation, path: String, _ cause: Cause) {
        self.operation = operation
        self.path = path
        self.cause = cause
    }

    init(_ operation: Operation, path: String, error: any Error) {
        if let known = error as? JournalError {
            self = known
        } else {
            self.init(operation, path: path, Cause(error))
        }
    }

    /// Source: sysexits.h.
    package var exitCode: Int32 {
        switch cause {
        case .missing, .busy, .full: 69
        case .permission: 77
        case .corrupt, .newer: 65
        case .other: 71
        }
    }
}

extension JournalError.Cause {
    init(_ error: any Error) {
        guard let error = error as? DatabaseError else {
            self = .other("\(error)")
            return
        }
        let words = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        // The index of the log, which is mapped into memory, has an error of its own for this.
        if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
            self = .full("no space left on the disk")
            return
        }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(words)
        case .SQLITE_FULL: self = .full("no space left on the disk")
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH: self = .permission(words)
        default: self = .other(words)
        }
    }
}

extension JournalError: CustomStringConvertible {
    package var description: String {
        let (words, mend) =
            switch cause {
            case .missing:
                (
                    "no such file",
                    "The running daemon makes it; journal.path in the settings says where"
                )
            case .permission(let words):
                (words, "Run as root or as a member of the daemon's group")
            case .corrupt(let words):
                (words, "The daemon moves it aside when it starts, and begins a new one")
            case .full(let words): (words, "Make room, or lower journal.size in the settings")
            case .busy: ("another program holds it", "Try again when that has ended")
            case .newer:
                ("a later version of picket has written it", "Read it with that version")
            case .other(let words): (words, "Look at the disk and at journal.path in the settings")
            }
        return "cannot \(operation.rawValue) (\(path)): \(words). \(mend)."
    }
}
