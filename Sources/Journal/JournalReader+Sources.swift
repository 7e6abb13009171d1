// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import GRDB
import Packets

/// A scan from its first packet on, with the numbers of its latest decision.
package struct JournalledScan: Hashable, Sendable {
    package var id: Int64
    package var source: Network
    package var address: Address
    /// Whether several sources did it together; `source` is then the first of them.
    package var isCrowd: Bool
    package var start: Timestamp
    /// The latest counted packet.
    package var last: Timestamp
    /// Nil while it goes on, and when the daemon was ended before.
    package var ended: Timestamp?
    package var kind: String
    package var level: Int
    package var direction: String
    package var tool: String
    package var packets: Int
    package var targets: Int
    package var hosts: Int
    package var ports: Int
}

extension JournalledScan: FetchableRecord {
    static let columns = """
        id, network, width, address, crowd, start, last, ended, kind, level, direction, tool, \
        packets, targets, hosts, ports
        """

    package init(row: Row) {
        id = row[0]
        address = (row[3] as AddressKey?)?.address ?? .unspecified
        source = Network(key: row[1], width: row[2]) ?? Network(host: address)
        isCrowd = row[4]
        start = Timestamp(nanoseconds: row[5])
        last = Timestamp(nanoseconds: row[6])
        ended = (row[7] as Int64?).map { Timestamp(nanoseconds: $0) }
        kind = row[8]
        level = row[9]
        direction = row[10]
        tool = row[11]
        packets = row[12]
        targets = row[13]
        hosts = row[14]
        ports = row[15]
    }
}

/// What the journal knows of a source or a network, in numbers.
package struct SourceCounts: Hashable, Sendable {
    package var decisions = 0
    package var first: Timestamp?
    package var last: Timestamp?
    package var level = 0
    /// How many sources they are of; sets count as one.
    package var sources = 0
}

/// A block, or the refusal of one.
package struct BlockRow: Hashable, Sendable {
    package var time: Timestamp
    package var source: Network?
    package var state: String
    package var until: Timestamp?
    package var backend: String?
    package var reason: String
}

extension JournalReader {
    /// Throws: ``JournalError``.
    package func counts(of source: Network) throws(JournalError) -> SourceCounts {
        let ids = DecisionFilter.ids(of: source, since: nil, until: nil)
        return try read { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT count(*), min(d.time), max(d.time), max(d.level),
                          count(DISTINCT d.network)
                        FROM (\(ids.text)) s CROSS JOIN decision d ON d.id = s.id
                        """, arguments: ids.arguments)
            else { return SourceCounts() }
            return SourceCounts(
                decisions: row[0], first: (row[1] as Int64?).map { Timestamp(nanoseconds: $0) },
                last: (row[2] as Int64?).map { Timestamp(nanoseconds: $0) },
                level: row[3] ?? 0, sources: row[4])
        }
    }

    /// The latest scans of a source or of those in a network, oldest of them first.
    ///
    /// Throws: ``JournalError``.
    package func scans(
        of source: Network, limit: Int
    ) throws(JournalError) -> [JournalledScan] {
        let rows = SourceRows(
            source, in: "scan", index: "scan_network", where: "t.crowd = 0")
        return try read { db in
            try JournalledScan.fetchAll(
                db,
                sql: """
                    SELECT \(JournalledScan.columns) FROM scan WHERE id IN (\(rows.text))
                    ORDER BY start DESC LIMIT ?
                    """, arguments: rows.arguments + [limit]
            ).reversed()
        }
    }

    /// The kept packets of a source or of those in a network, latest last.
    ///
    /// Throws: ``JournalError``.
    package func evidence(
        of source: Network, limit: Int
    ) throws(JournalError) -> [EvidenceFile] {
        let rows = SourceRows(source, in: "evidence", index: "evidence_network")
        return try read { db in
            try EvidenceFile.fetchAll(
                db,
                sql: """
                    SELECT \(EvidenceFile.columns) FROM evidence WHERE id IN (\(rows.text))
                    ORDER BY last DESC LIMIT ?
                    """, arguments: rows.arguments + [limit]
            ).reversed()
        }
    }

    /// Blocks of a source, and refusals; latest last.
    ///
    /// Throws: ``JournalError``.
    package func blocks(of source: Network, limit: Int) throws(JournalError) -> [BlockRow] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT time, network, width, state, until, backend, reason FROM block
                    WHERE network BETWEEN ? AND ? ORDER BY time DESC, id DESC LIMIT ?
                    """,
                arguments: [AddressKey(source.address), AddressKey(source.lastAddress), limit]
            ).reversed().map { row in
                BlockRow(
                    time: Timestamp(nanoseconds: row[0]),
                    source: Network(key: row[1], width: row[2]),
                    state: row[3], until: (row[4] as Int64?).map { Timestamp(nanoseconds: $0) },
                    backend: row[5], reason: row[6])
            }
        }
    }
}
