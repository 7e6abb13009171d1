// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import Packets

extension JournalReader {
    /// Hands over the documents in the order of their time, each exactly as it was logged.
    ///
    /// Throws: ``JournalError``, and what the closure throws.
    package func documents(
        of filter: DecisionFilter, _ body: (String) throws -> Void
    ) throws {
        let query = filter.query(documents: true)
        try walk { db in
            let cursor = try String.fetchCursor(
                db, sql: "SELECT x.json \(query.text)", arguments: query.arguments)
            while let document = try cursor.next() { try body(document) }
        }
    }

    /// Hands over the decisions in the order of their time, without their documents.
    ///
    /// Throws: ``JournalError``, and what the closure throws.
    package func decisions(
        of filter: DecisionFilter, _ body: (JournalledDecision) throws -> Void
    ) throws {
        let query = filter.query(documents: false)
        try walk { db in
            let cursor = try JournalledDecision.fetchCursor(
                db, sql: "SELECT \(JournalledDecision.columns) \(query.text)",
                arguments: query.arguments)
            while let decision = try cursor.next() { try body(decision) }
        }
    }

    /// All of them at once; only where a limit or a narrow question bounds them.
    ///
    /// Throws: ``JournalError``.
    package func decisions(of filter: DecisionFilter) throws(JournalError) -> [JournalledDecision] {
        let query = filter.query(documents: false)
        return try read { db in
            try JournalledDecision.fetchAll(
                db, sql: "SELECT \(JournalledDecision.columns) \(query.text)",
                arguments: query.arguments)
        }
    }

    /// The document of one decision; nil when it is not there any more.
    ///
    /// Throws: ``JournalError``.
    package func document(of decision: Int64) throws(JournalError) -> String? {
        try read { db in
            try String.fetchOne(
                db, sql: "SELECT json FROM document WHERE id = ?", arguments: [decision])
        }
    }

    /// How SQLite would answer: one line for each step.
    ///
    /// Throws: ``JournalError``.
    func plan(of filter: DecisionFilter, documents: Bool) throws(JournalError) -> [String] {
        let query = filter.query(documents: documents)
        return try read { db in
            try Row.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN SELECT d.id \(query.text)", arguments: query.arguments
            ).map { $0["detail"] }
        }
    }
}
