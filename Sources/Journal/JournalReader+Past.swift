// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import GRDB
import Packets

extension JournalReader {
    /// How far back the journal reaches.
    package struct Reach: Hashable, Sendable {
        /// The time of the earliest decision that is kept; nil when there is none.
        package var first: Timestamp?
        package var last: Timestamp?
        /// Since when a daemon has written here; nil when none has.
        package var begun: Timestamp?
        package var decisions: Int
    }

    /// Throws: ``JournalError``.
    package func reach() throws(JournalError) -> Reach {
        try read { db in
            func moment(_ sql: String) throws -> Timestamp? {
                try Int64.fetchOne(db, sql: sql).map { Timestamp(nanoseconds: $0) }
            }
            return Reach(
                first: try moment("SELECT min(time) FROM decision"),
                last: try moment("SELECT max(time) FROM decision"),
                begun: try moment("SELECT min(started) FROM run"),
                // Ids have no holes but at the beginning, where the oldest were trimmed.
                decisions: try Int.fetchOne(
                    db,
                    // One of each, or the whole table is read.
                    sql: """
                        SELECT (SELECT max(id) FROM decision) - (SELECT min(id) FROM decision) + 1
                        """) ?? 0)
        }
    }

    /// What was lost between two moments, as far as decisions told it.
    ///
    /// Counters begin anew with each run of the daemon, so the runs are summed.
    /// Throws: ``JournalError``.
    package func losses(
        from since: Timestamp, to until: Timestamp
    ) throws(JournalError) -> LossCounts {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT run, max(gap), max(dropped), max(refused) FROM loss INDEXED BY loss_time
                    WHERE time BETWEEN ? AND ? GROUP BY run
                    """, arguments: [since.nanoseconds, until.nanoseconds])
            var sum = LossCounts()
            for row in rows {
                // What the run had lost already when the time began.
                let before = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT gap, dropped, refused FROM loss INDEXED BY loss_run
                        WHERE run = ? AND time < ? ORDER BY time DESC LIMIT 1
                        """, arguments: [row[0] as Int64, since.nanoseconds])
                func lost(_ index: Int) -> UInt64 {
                    let now: Int64 = row[index + 1] ?? 0
                    let then: Int64 = before?[index] ?? 0
                    return UInt64(clamping: now.subtractingSaturating(then))
                }
                sum.gap += lost(0)
                sum.drop += lost(1)
                sum.refused += lost(2)
            }
            return sum
        }
    }

    /// What the host said of itself at that moment; nil when the journal does not know.
    ///
    /// Throws: ``JournalError``.
    package func hostFacts(at time: Timestamp) throws(JournalError) -> HostFactsRow? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT time, json FROM host_facts WHERE time <= ?
                    ORDER BY time DESC, id DESC LIMIT 1
                    """, arguments: [time.nanoseconds]
            ).map { HostFactsRow(time: Timestamp(nanoseconds: $0[0]), json: $0[1]) }
        }
    }
}
