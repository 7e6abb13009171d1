// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import GRDB
import Packets

/// The file of the journal and the ways to open it.
package struct JournalFile: Hashable, Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The files that SQLite keeps: the database, its log of what is not in it yet, and an index of
    /// that log.
    package var paths: [String] { [path, path + "-wal", path + "-shm"] }

    /// Makes the file, empty and with mode 0640, where there is none: SQLite would give it the mode
    /// that the process happens to have, and its other files get the same.
    ///
    /// Returns: false when it could not be made.
    @discardableResult package func make() -> Bool {
        let files = FileManager.default
        if files.fileExists(atPath: path) { return true }
        return files.createFile(
            atPath: path, contents: nil, attributes: [.posixPermissions: 0o640])
    }

    /// The size of the log beside the database.
    ///
    /// Unit: bytes.
    var logSize: Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    /// Opens it for writing, and brings its tables up to date.
    func openForWriting() throws -> DatabaseQueue {
        make()
        return try JournalFile.migrated(
            DatabaseQueue(path: path, configuration: JournalFile.writing))
    }

    /// A journal in memory, for tests.
    static func inMemory() throws -> DatabaseQueue {
        var configuration = writing
        configuration.journalMode = .default
        return try migrated(DatabaseQueue(configuration: configuration))
    }

    private static func migrated(_ queue: DatabaseQueue) throws -> DatabaseQueue {
        try queue.read { db in
            // A damaged file often shows here first: it is the one page that every opening reads.
            _ = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema")
            if try Schema.migrator.hasBeenSuperseded(db) {
                throw JournalError(.open, path: queue.path, .newer)
            }
        }
        try Schema.migrator.migrate(queue)
        return queue
    }

    private static var writing: Configuration {
        var configuration = Configuration()
        configuration.label = "picket.journal"
        configuration.busyMode = .timeout(1)
        configuration.journalMode = .wal
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            // In this order, and before the first table: documents of 1.5 KB fill pages of 8 KiB
            // better, and only a file that keeps count of its pages gives some back in small steps.
            try db.execute(sql: "PRAGMA page_size = 8192")
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            // A commit is in the kernel's hands when it returns, so that no kill loses it; it
            // reaches the disk with the next checkpoint. docs/decisions/journal.md.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            // By a thread of its own: ``Checkpoints``.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            // Some distributions overwrite what is deleted, which costs a page write for each row.
            try db.execute(sql: "PRAGMA secure_delete = OFF")
            try db.execute(sql: "PRAGMA cache_size = -16384")
        }
        return configuration
    }

    /// Opens it for reading alone, beside a daemon that writes, or without one.
    ///
    /// Throws: ``JournalError``.
    package func openForReading() throws(JournalError) -> DatabaseQueue {
        let files = FileManager.default
        guard files.fileExists(atPath: path) else {
            throw JournalError(.read, path: path, reachable ? .missing : .permission("no access"))
        }
        guard files.isReadableFile(atPath: path) else {
            throw JournalError(.read, path: path, .permission("permission denied"))
        }
        do {
            return try checked(DatabaseQueue(path: path, configuration: JournalFile.reading))
        } catch {
            let known = JournalError(.read, path: path, error: error)
            switch known.cause {
            // Without a daemon there is no log, and who may not write into the folder can make no
            // index of it. Then nobody changes the file, which is what SQLite must be told.
            case .permission, .other:
                guard !files.fileExists(atPath: path + "-wal"), let quiet = immutable else {
                    throw known
                }
                do {
                    return try checked(
                        DatabaseQueue(path: quiet, configuration: JournalFile.reading))
                } catch {
                    throw JournalError(.read, path: path, error: error)
                }
            default: throw known
            }
        }
    }

    private func checked(_ queue: DatabaseQueue) throws -> DatabaseQueue {
        try queue.read { db in
            if try Schema.migrator.hasBeenSuperseded(db) {
                throw JournalError(.read, path: path, .newer)
            }
            guard try Schema.migrator.hasCompletedMigrations(db) else {
                // Made by the daemon a moment ago, or by somebody else.
                throw try db.tableExists("grdb_migrations")
                    ? JournalError(.read, path: path, .other("its tables are of an older version"))
                    : JournalError(.read, path: path, .other("it has no tables of a journal yet"))
            }
        }
        return queue
    }

    /// Whether the folder that the file is in lets us look.
    private var reachable: Bool {
        let folder = (path as NSString).deletingLastPathComponent
        let files = FileManager.default
        return !files.fileExists(atPath: folder) || files.isExecutableFile(atPath: folder)
    }

    private var immutable: String? {
        let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%"))
        return path.addingPercentEncoding(withAllowedCharacters: allowed)
            .map { "file:\($0)?immutable=1" }
    }

    private static var reading: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "picket.journal.reading"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -32768")
            try db.execute(sql: "PRAGMA mmap_size = 0")
        }
        return configuration
    }

    /// Renames a damaged journal, so that a new one can begin; its name says when.
    ///
    /// Returns: the new name.
    func moveAside(at now: Timestamp) throws(JournalError) -> String {
        let stamp = JournalFile.stamp(now)
        var name = "\(path).corrupt-\(stamp)"
        var count = 1
        while FileManager.default.fileExists(atPath: name) {
            count += 1
            name = "\(path).corrupt-\(stamp)-\(count)"
        }
        do {
            try FileManager.default.moveItem(atPath: path, toPath: name)
            for suffix in ["-wal", "-shm"]
            where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.moveItem(atPath: path + suffix, toPath: name + suffix)
            }
        } catch {
            throw JournalError(.moveAside, path: path, .other(error.localizedDescription))
        }
        return name
    }

    /// `20261201T125500Z`.
    private static func stamp(_ time: Timestamp) -> String {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withYear, .withMonth, .withDay, .withTime, .withTimeZone]
        return formatter.string(
            from: Date(timeIntervalSince1970: Double(time.nanoseconds / 1_000_000_000)))
    }
}

extension JournalFile {
    /// Which file the name stands for; nil when there is none.
    var inode: UInt64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }
}
