// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import GRDB
import Packets

/// Who writes: one start of the daemon.
package struct RunIdentity: Hashable, Sendable {
    package var host: String
    package var version: String
    package var process: Int32

    package init(host: String, version: String, process: Int32) {
        self.host = host
        self.version = version
        self.process = process
    }
}

/// The journal as its thread has it: opened when it is needed, opened anew after a failure.
///
/// Thread: the journal's alone.
struct JournalSession {
    /// Nil for a journal in memory.
    private let file: JournalFile?
    private let identity: RunIdentity
    private let clock: @Sendable () -> Timestamp
    private var retention: Trimming
    private var queue: DatabaseQueue?
    private var checkpoints: Checkpoints?
    private var recording: BatchRecording?
    private var inode: UInt64?

    /// Beyond this size of its log the journal's thread does a checkpoint itself: the other thread's
    /// never come to the end of a log that grows meanwhile. Unit: bytes.
    private static let logLimit = 64 << 20

    init(
        file: JournalFile?, retention: Retention, identity: RunIdentity,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.file = file
        self.identity = identity
        self.clock = clock
        self.retention = Trimming(retention)
    }

    /// A journal that is open already, for tests.
    init(
        queue: DatabaseQueue, retention: Retention, identity: RunIdentity,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.init(file: nil, retention: retention, identity: identity, clock: clock)
        self.queue = queue
    }

    /// Opens the journal where it is not open; a damaged one is moved aside, which is to be told.
    mutating func open() throws(JournalError) -> JournalWriter.Trouble? {
        guard recording == nil else { return nil }
        return try mended { session throws(JournalError) in try session.openNow() }
    }

    /// Commits a batch.
    mutating func write(
        _ batch: [PendingDecision], _ rows: [AuxiliaryRow]
    ) throws(JournalError) -> JournalWriter.Trouble? {
        try mended { session throws(JournalError) in
            try session.openNow()
            try session.commit(batch, rows)
        }
    }

    private mutating func commit(
        _ batch: [PendingDecision], _ rows: [AuxiliaryRow]
    ) throws(JournalError) {
        guard let queue, var recording else { return }
        do {
            try queue.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    try recording.record(batch, in: db)
                    for row in rows { try row.record(in: db) }
                    return .commit
                }
            }
        } catch {
            throw JournalError(.write, path: path, error: error)
        }
        self.recording = recording
        checkpoints?.soon()
    }

    /// Does the work; where the journal turns out to be damaged, once more with a new one.
    private mutating func mended(
        _ work: (inout JournalSession) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalWriter.Trouble? {
        do throws(JournalError) {
            try work(&self)
            return nil
        } catch {
            guard case .corrupt(let words) = error.cause, let file else {
                // A journal that cannot be opened, or whose file is gone, is opened anew.
                if case .full = error.cause {} else { close() }
                throw error
            }
            close()
            let name = try file.moveAside(at: clock())
            try work(&self)
            return .movedAside(from: file.path, to: name, cause: words)
        }
    }

    private mutating func openNow() throws(JournalError) {
        guard recording == nil else { return }
        do {
            let queue = try self.queue ?? file?.openForWriting() ?? JournalFile.inMemory()
            self.queue = queue
            let started = clock().nanoseconds
            let run = try queue.write { db in
                try db.execute(
                    sql: "INSERT INTO run (started, host, version, pid) VALUES (?, ?, ?, ?)",
                    arguments: [
                        started, identity.host, identity.version, Int(identity.process),
                    ])
                return db.lastInsertedRowID
            }
            recording = BatchRecording(run: run)
            inode = file?.inode
            if let file { checkpoints = try Checkpoints(path: file.path) }
        } catch {
            throw JournalError(.open, path: path, error: error)
        }
    }

    /// After a batch: keeps the log and the journal within their bounds, a step at a time.
    mutating func tidy(after count: Int) throws(JournalError) {
        if let file, file.logSize > JournalSession.logLimit {
            do throws(JournalError) {
                _ = try doing { db in _ = try db.checkpoint(.passive) }
            } catch {
                // The other thread is at it; one of the next batches finds it done.
                guard error.cause == .busy else { throw error }
            }
        }
        _ = try trim(upTo: max(64, 2 * count))
    }

    /// With time to spare: one step; true while there is more to do.
    mutating func tidy() throws(JournalError) -> Bool {
        if let file, recording != nil, inode != file.inode {
            // Somebody took the file away: nobody would find what goes into it.
            close()
            _ = try open()
        }
        return try trim(upTo: 128)
    }

    private mutating func trim(upTo rows: Int) throws(JournalError) -> Bool {
        var retention = retention
        let now = clock()
        let more = try doing { db in try retention.step(db, now: now, upTo: rows) }
        self.retention = retention
        return more ?? false
    }

    private mutating func doing<Value>(
        _ work: (Database) throws -> Value
    ) throws(JournalError) -> Value? {
        do {
            return try queue?.writeWithoutTransaction(work)
        } catch {
            throw JournalError(.write, path: path, error: error)
        }
    }

    mutating func close() {
        checkpoints?.close()
        checkpoints = nil
        recording = nil
        if file != nil {
            try? queue?.close()
            queue = nil
        }
    }

    private var path: String { file?.path ?? "memory" }
}
