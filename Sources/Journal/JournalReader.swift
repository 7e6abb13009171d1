// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import Packets

/// The journal for those who ask: read-only, beside a daemon that writes, or without one.
///
/// Where things are: ``Schema`` has the tables; ``JournalledDecision``, ``JournalledScan``,
/// ``EvidenceFile``, ``BlockRow`` and ``HostFactsRow`` are their rows; ``DecisionFilter`` chooses
/// decisions; ``SourceRows`` finds the rows of a network in any table that has one. Who writes hands
/// decisions to ``JournalWriter/submit(_:)`` and all else, as an ``AuxiliaryRow``, to
/// ``JournalWriter/note(_:)``.
///
/// The questions are in extensions by topic; each is one or two statements over an index. A
/// question of another module's is written here too, as an extension that uses ``read(_:)``, so
/// that SQL stays in this module.
package struct JournalReader: Sendable {
    package let path: String
    private let queue: DatabaseQueue

    /// Throws: ``JournalError``.
    package init(path: String) throws(JournalError) {
        self.path = path
        queue = try JournalFile(path: path).openForReading()
    }

    /// A journal that is open already, for tests.
    init(queue: DatabaseQueue) {
        path = queue.path
        self.queue = queue
    }

    /// Asks within one snapshot: what the daemon writes meanwhile is not seen.
    ///
    /// Throws: ``JournalError``.
    func read<Value>(_ ask: (Database) throws -> Value) throws(JournalError) -> Value {
        do {
            return try queue.read(ask)
        } catch {
            throw JournalError(.read, path: path, error: error)
        }
    }

    /// As ``read(_:)``, for a closure that also does what may fail in other ways, such as writing
    /// what it finds.
    func walk(_ ask: (Database) throws -> Void) throws {
        do {
            try queue.read(ask)
        } catch let error as DatabaseError {
            throw JournalError(.read, path: path, error: error)
        }
    }
}
