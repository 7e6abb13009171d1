// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import Packets

/// How much of the past is kept.
package struct Retention: Hashable, Sendable {
    /// Older decisions go; nil: none, whatever their age.
    package var keep: Duration?
    /// The database's size, beyond which the oldest decisions go. Unit: bytes.
    package var size: Int

    package init(keep: Duration?, size: Int) {
        self.keep = keep
        self.size = size
    }
}

/// Takes what is too old, or too much, out of the journal in small steps.
struct Trimming {
    private let retention: Retention
    /// Pages given back to the disk in one step: 1 MiB.
    private static let pages = 128

    init(_ retention: Retention) { self.retention = retention }

    /// One step; true while there is more to do.
    ///
    /// Bound: `rows` decisions with what belongs to them.
    mutating func step(_ db: Database, now: Timestamp, upTo rows: Int) throws -> Bool {
        let page = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        let all = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        var ids: [Int64] = []
        if (all - free) * page > retention.size {
            ids = try Int64.fetchAll(
                db.cachedStatement(sql: "SELECT id FROM decision ORDER BY id LIMIT ?"),
                arguments: [rows])
        }
        if ids.isEmpty, let cutoff = cutoff(now) {
            ids = try Int64.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT id FROM decision INDEXED BY decision_time WHERE time < ?
                        ORDER BY time LIMIT ?
                        """), arguments: [cutoff, rows])
            if ids.isEmpty, try removeBesides(db, before: cutoff, upTo: rows) { return true }
        }
        if !ids.isEmpty {
            try remove(ids, from: db)
            return true
        }
        // What is free is used again; it is given back when the file is too large, or half empty.
        if free > 0 && all * page > retention.size || free > max(all / 2, Trimming.pages) {
            try db.execute(sql: "PRAGMA incremental_vacuum(\(Trimming.pages))")
            return true
        }
        return false
    }

    private func cutoff(_ now: Timestamp) -> Int64? {
        guard let keep = retention.keep else { return nil }
        let age = Timestamp(
            seconds: keep.components.seconds,
            nanoseconds: keep.components.attoseconds / 1_000_000_000)
        return now.advanced(byNanoseconds: -age.nanoseconds).nanoseconds
    }

    private func remove(_ ids: [Int64], from db: Database) throws {
        let statements = try [
            // A scan goes with its last decision.
            """
            DELETE FROM scan WHERE id = (SELECT scan FROM decision WHERE id = ?1)
              AND last_decision <= ?1
            """,
            "DELETE FROM member WHERE decision = ?1",
            "DELETE FROM document WHERE id = ?1",
            "DELETE FROM decision WHERE id = ?1",
        ].map { try db.cachedStatement(sql: $0) }
        try db.inTransaction(.immediate) {
            for id in ids {
                for statement in statements {
                    statement.setUncheckedArguments([id])
                    try statement.execute()
                }
            }
            return .commit
        }
    }

    /// The rows that no decision takes along; true when some were removed.
    private func removeBesides(
        _ db: Database, before cutoff: Int64, upTo rows: Int
    ) throws -> Bool {
        var count = 0
        for sql in [
            "DELETE FROM loss WHERE id IN (SELECT id FROM loss WHERE time < ? LIMIT ?)",
            "DELETE FROM block WHERE id IN (SELECT id FROM block WHERE time < ? LIMIT ?)",
            // The latest of the facts holds until today.
            """
            DELETE FROM host_facts WHERE id IN (SELECT id FROM host_facts WHERE time < ?
              AND id < (SELECT max(id) FROM host_facts) LIMIT ?)
            """,
        ] {
            try db.execute(sql: sql, arguments: [cutoff, rows])
            count += db.changesCount
        }
        return count > 0
    }
}
