// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import GRDB
import Packets

/// What waits for the journal's thread.
struct PendingDecision: Sendable {
    let decision: Decision
    let document: String
}

/// Writes a batch into the tables, inside the caller's transaction.
struct BatchRecording {
    let run: Int64
    /// What the table `loss` has last, and when; kept by the caller if the transaction succeeds.
    var loss = LossCounts()
    var lossTime: Timestamp?

    mutating func record(_ batch: [PendingDecision], in db: Database) throws {
        // Asked anew each time: two daemons may share a journal.
        var id = try Int64.fetchOne(db.cachedStatement(sql: BatchRecording.lastID)) ?? 0
        let decisions = try db.cachedStatement(sql: BatchRecording.insertDecision)
        let documents = try db.cachedStatement(
            sql: "INSERT INTO document (id, json) VALUES (?, ?)")
        for pending in batch {
            id += 1
            let decision = pending.decision
            let scan = try decision.scan.flatMap { scan in
                scan.isScan ? try record(scan, of: decision, id: id, in: db) : nil
            }
            decisions.setUncheckedArguments(arguments(decision, id: id, scan: scan))
            try decisions.execute()
            documents.setUncheckedArguments([id, pending.document])
            try documents.execute()
            try record(membersOf: decision, id: id, in: db)
            try recordLoss(of: decision, in: db)
        }
    }

    private func arguments(
        _ decision: Decision, id: Int64, scan: Int64?
    ) -> StatementArguments {
        let summary = decision.scan
        let single = summary?.singleSource
        let source = single == nil ? nil : summary?.source
        let sample = summary?.portSample.map { "\($0)" }.joined(separator: ",") ?? ""
        return [
            id, run, Int64(bitPattern: decision.sequence), decision.time.nanoseconds,
            decision.action.rawValue, decision.level,
            summary.flatMap { $0.isScan ? $0.kind.rawValue : nil },
            source.map { AddressKey($0.address) }, source.map { Int($0.prefixLength) },
            single.map { AddressKey($0) },
            summary?.singleDestination.map { AddressKey($0) }, summary?.direction.rawValue,
            summary?.transports.first?.ipProtocol.description, summary?.tool.tool.rawValue,
            summary.map { $0.techniques.map(\.description).joined(separator: ",") },
            summary.map { Int64(clamping: $0.packets) }, summary?.targets.count,
            summary?.hosts.count, summary?.ports.count,
            summary?.portRange.map { Int($0.lowerBound) },
            summary?.portRange.map { Int($0.upperBound) },
            sample.isEmpty ? nil : sample,
            decision.origin.prefix.isEmpty ? nil : decision.origin.prefix,
            decision.origin.interfaceIn.isEmpty ? nil : decision.origin.interfaceIn,
            decision.origin.group.map { Int($0) }, scan, decision.reason,
        ]
    }

    /// The scan as this decision tells it; one that is known gets the newer numbers.
    private func record(
        _ scan: ScanSummary, of decision: Decision, id: Int64, in db: Database
    ) throws -> Int64? {
        let statement = try db.cachedStatement(sql: BatchRecording.upsertScan)
        statement.setUncheckedArguments([
            AddressKey(scan.source.address), Int(scan.source.prefixLength),
            scan.start.nanoseconds, scan.end.nanoseconds, scan.crowd != nil,
            AddressKey(scan.firstAddress), scan.kind.rawValue, scan.level,
            scan.direction.rawValue, scan.tool.tool.rawValue, Int64(clamping: scan.packets),
            scan.targets.count, scan.hosts.count, scan.ports.count,
            decision.action == .scanEnded ? decision.time.nanoseconds : nil, id, id,
        ])
        return try Int64.fetchOne(statement)
    }

    private func record(membersOf decision: Decision, id: Int64, in db: Database) throws {
        guard let crowd = decision.scan?.crowd, !crowd.members.isEmpty else { return }
        let statement = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO member (source, decision) VALUES (?, ?)")
        for member in crowd.members {
            statement.setUncheckedArguments([AddressKey(member), id])
            try statement.execute()
        }
    }

    private mutating func recordLoss(of decision: Decision, in db: Database) throws {
        guard decision.loss != loss else { return }
        if decision.loss.gap == loss.gap, decision.loss.drop == loss.drop, let lossTime,
            decision.time.nanoseconds(since: lossTime).magnitude < 60_000_000_000
        {
            return
        }
        loss = decision.loss
        lossTime = decision.time
        let statement = try db.cachedStatement(
            sql: "INSERT INTO loss (run, time, gap, dropped, refused) VALUES (?, ?, ?, ?, ?)")
        statement.setUncheckedArguments([
            run, decision.time.nanoseconds, Int64(clamping: decision.loss.gap),
            Int64(clamping: decision.loss.drop), Int64(clamping: decision.loss.refused),
        ])
        try statement.execute()
    }

    private static let lastID = "SELECT max(id) FROM decision"

    private static let insertDecision = """
        INSERT INTO decision (id, run, sequence, time, action, level, kind, network, width, address,
          destination, direction, transport, tool, techniques, packets, targets, hosts, ports,
          port_min, port_max, port_sample, prefix, interface, nflog_group, scan, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static let upsertScan = """
        INSERT INTO scan (network, width, start, last, crowd, address, kind, level, direction, tool,
          packets, targets, hosts, ports, ended, first_decision, last_decision)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (network, width, start, crowd) DO UPDATE SET
          last = excluded.last, kind = excluded.kind, level = max(level, excluded.level),
          direction = excluded.direction, tool = excluded.tool, packets = excluded.packets,
          targets = excluded.targets, hosts = excluded.hosts, ports = excluded.ports,
          ended = excluded.ended, last_decision = excluded.last_decision
        RETURNING id
        """
}
