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
    /// How many sources they are of, sets left out.
    package var sources = 0
    /// Decisions about sets with a member there.
    package var inSets = 0

    fileprivate mutating func add(_ row: Row) {
        decisions += row[0] as Int
        if let time = row[1] as Int64? {
            first = min(first ?? Timestamp(nanoseconds: time), Timestamp(nanoseconds: time))
        }
        if let time = row[2] as Int64? {
            last = max(last ?? Timestamp(nanoseconds: time), Timestamp(nanoseconds: time))
        }
    }
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
        let inside = [AddressKey(source.address), AddressKey(source.lastAddress)]
        let wider = SourceRows(source, in: "decision", index: "decision_network")
        return try read { db in
            var counts = SourceCounts()
            // From the index alone, so that a network with a million decisions is counted too.
            if let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT count(*), min(time), max(time), count(DISTINCT network)
                    FROM decision INDEXED BY decision_network WHERE network BETWEEN ? AND ?
                    """, arguments: StatementArguments(inside))
            {
                counts.add(row)
                counts.sources = row[3]
            }
            if let outside = wider.outside,
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT count(*), min(d.time), max(d.time), count(DISTINCT d.network)
                        FROM (\(outside.text)) s CROSS JOIN decision d ON d.id = s.id
                        """, arguments: outside.arguments)
            {
                counts.add(row)
                counts.sources += row[3]
            }
            if let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT count(DISTINCT d.id), min(d.time), max(d.time)
                    FROM member m CROSS JOIN decision d ON d.id = m.decision
                    WHERE m.source BETWEEN ? AND ?
                    """, arguments: StatementArguments(inside))
            {
                counts.add(row)
                counts.inSets = row[0]
            }
            return counts
        }
    }

    /// The worst scans in a network, and of the equally bad the latest; worst first.
    ///
    /// Throws: ``JournalError``.
    package func worstScans(
        in network: Network, of count: Int, limit: Int
    ) throws(JournalError) -> [JournalledScan] {
        let inside: StatementArguments = [
            AddressKey(network.address), AddressKey(network.lastAddress),
        ]
        // Where the network has a great part of all scans, the worst of all are soon among them;
        // where it has few, those are soon read.
        let index = count > 5000 ? "scan_level" : "scan_network"
        return try read { db in
            try JournalledScan.fetchAll(
                db,
                sql: """
                    SELECT \(JournalledScan.columns) FROM scan INDEXED BY \(index)
                    WHERE level > 0 AND network BETWEEN ? AND ? AND crowd = 0
                    ORDER BY level DESC, id DESC LIMIT ?
                    """, arguments: inside + [limit])
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
