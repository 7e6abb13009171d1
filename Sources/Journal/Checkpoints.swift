// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch
import GRDB
import Synchronization

/// Carries what is in the journal's log over into its database, a second after there was something,
/// and so brings it to the disk.
///
/// It waits for the disk in the place of the journal's thread, which may write meanwhile.
/// Thread: ``soon()`` and ``close()`` from one.
final class Checkpoints: Sendable {
    private let connection: DatabaseQueue
    private let queue = DatabaseQueue.checkpoints
    private let isPlanned = Mutex(false)

    init(path: String) throws {
        var configuration = Configuration()
        configuration.label = "picket.journal.checkpoint"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        }
        connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    func soon() {
        let isFirst = isPlanned.withLock { planned in
            defer { planned = true }
            return !planned
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            guard let self else { return }
            isPlanned.withLock { $0 = false }
            // What fails here (a full disk) fails for the writer as well, which tells it; the log
            // keeps what could not be carried over.
            _ = try? connection.writeWithoutTransaction { db in try db.checkpoint(.passive) }
        }
    }

    func close() { queue.sync { try? connection.close() } }
}

extension DatabaseQueue {
    fileprivate static var checkpoints: DispatchQueue {
        DispatchQueue(label: "picket.journal.checkpoints")
    }
}
