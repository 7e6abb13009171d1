// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import Packets

/// What a table for people shows of a decision: few columns, since tens of thousands are read for a
/// page.
package struct DecisionLine: Hashable, Sendable, FetchableRecord {
    package var time: Timestamp
    package var action: String
    package var level: Int
    package var reason: String
    package var direction: String?
    package var prefix: String?
    package var interface: String?

    static let columns =
        "d.time, d.action, d.level, d.reason, d.direction, d.prefix, d.interface"

    package init(row: Row) {
        time = Timestamp(nanoseconds: row[0])
        action = row[1]
        level = row[2]
        reason = row[3]
        direction = row[4]
        prefix = row[5]
        interface = row[6]
    }
}

extension JournalReader {
    /// Hands over a line for each decision in the order of their time.
    ///
    /// Throws: ``JournalError``, and what the closure throws.
    package func lines(
        of filter: DecisionFilter, _ body: (DecisionLine) throws -> Void
    ) throws {
        let query = filter.query(documents: false)
        try walk { db in
            let cursor = try DecisionLine.fetchCursor(
                db, sql: "SELECT \(DecisionLine.columns) \(query.text)",
                arguments: query.arguments)
            while let line = try cursor.next() { try body(line) }
        }
    }
}
