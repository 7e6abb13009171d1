// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import GRDB
import Packets

/// What a report counts of a decision; a narrow row, since there may be a million of them.
package struct ReportedDecision: Sendable {
    package var run: Int64
    package var time: Timestamp
    package var action: String
    package var level: Int
    package var kind: String?
    /// Nil where there is no single source.
    package var source: Network?
    package var transport: String?
    package var tool: String?
    /// With commas.
    package var techniques: String?
    package var packets: Int
    package var targets: Int
    package var hosts: Int
    /// With commas.
    package var ports: String?
    package var prefix: String?
    package var interface: String?
    package var scan: Int64?
    /// The source turned out to be one of a set, whose scan goes on.
    package var isJoined: Bool
}

/// Who did a scan, and when.
package struct ReportedScan: Sendable {
    package var id: Int64
    /// Of a set its first member's.
    package var source: Network
    package var start: Timestamp
    package var last: Timestamp
    /// How many sources a set has; nil for a single source.
    package var members: Int?
}

extension JournalReader {
    /// Hands over the decisions of a period in the order of their time.
    ///
    /// Throws: ``JournalError``.
    package func report(
        from since: Timestamp, to until: Timestamp, _ body: (ReportedDecision) -> Void
    ) throws(JournalError) {
        try read { db in
            // Not over the index: whoever asks for a report asks for most of the table, whose rows
            // lie in the order in which they were committed.
            let range = try JournalReader.ids(from: since, to: until, in: db)
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT run, time, action, level, kind, network, width, transport, tool,
                      techniques, packets, targets, hosts, port_sample, prefix, interface, scan,
                      action = 'scan-ended' AND reason LIKE '% as one of a set of sources'
                    FROM decision WHERE id BETWEEN ? AND ? AND time >= ? AND time < ? ORDER BY id
                    """,
                arguments: [
                    range.lowerBound, range.upperBound, since.nanoseconds, until.nanoseconds,
                ])
            while let row = try cursor.next() {
                body(
                    ReportedDecision(
                        run: row[0], time: Timestamp(nanoseconds: row[1]), action: row[2],
                        level: row[3], kind: row[4],
                        source: Network(key: row[5], width: row[6]), transport: row[7],
                        tool: row[8], techniques: row[9], packets: row[10] ?? 0,
                        targets: row[11] ?? 0, hosts: row[12] ?? 0, ports: row[13],
                        prefix: row[14], interface: row[15], scan: row[16],
                        isJoined: row[17]))
            }
        }
    }

    /// The ids of the period's decisions, and of some others: the clock may have been set.
    private static func ids(
        from since: Timestamp, to until: Timestamp, in db: Database
    ) throws -> ClosedRange<Int64> {
        func bound(_ function: String) throws -> Int64? {
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT \(function)(id) FROM decision INDEXED BY decision_time
                    WHERE time >= ? AND time < ?
                    """, arguments: [since.nanoseconds, until.nanoseconds])
        }
        guard let first = try bound("min"), let last = try bound("max"), first <= last else {
            return 0...0
        }
        return first...last
    }

    /// Hands over the scans that were going on in a period.
    ///
    /// Throws: ``JournalError``.
    package func scansOfReport(
        from since: Timestamp, _ body: (ReportedScan) -> Void
    ) throws(JournalError) {
        try read { db in
            // A decision about the end of a scan comes a lifetime after its last packet.
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, network, width, start, last, CASE WHEN crowd THEN (
                        SELECT ifnull(json_extract(json, '$.picket.scan.members_total'), 1)
                        FROM document WHERE id = last_decision) END
                    FROM scan WHERE last >= ? OR ifnull(ended, 0) >= ?
                    """, arguments: [since.nanoseconds, since.nanoseconds])
            while let row = try cursor.next() {
                guard let source = Network(key: row[1], width: row[2]) else { continue }
                body(
                    ReportedScan(
                        id: row[0], source: source, start: Timestamp(nanoseconds: row[3]),
                        last: Timestamp(nanoseconds: row[4]), members: row[5]))
            }
        }
    }

    /// The machines of these runs.
    ///
    /// Throws: ``JournalError``.
    package func hosts(ofRuns runs: Set<Int64>) throws(JournalError) -> Set<String> {
        try read { db in
            Set(
                try Row.fetchAll(db, sql: "SELECT id, host FROM run")
                    .filter { runs.contains($0[0]) }.map { $0[1] })
        }
    }

    /// How often sources were blocked, unblocked, and refused to be, by the state's name.
    ///
    /// Throws: ``JournalError``.
    package func blocks(
        from since: Timestamp, to until: Timestamp
    ) throws(JournalError) -> [String: Int] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT state, count(*) FROM block WHERE time >= ? AND time < ? GROUP BY 1",
                arguments: [since.nanoseconds, until.nanoseconds])
            return Dictionary(rows.map { ($0[0] as String, $0[1] as Int) }) { first, _ in first }
        }
    }
}
