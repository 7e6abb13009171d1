// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import GRDB
import Packets
import Testing

@testable import Journal

@Suite("How much of the past is kept")
struct RetentionTests {
    private func filled(
        _ decisions: [Decision], _ retention: Retention, now: Int64
    ) throws -> (DatabaseQueue, JournalSession) {
        let queue = try JournalFile.inMemory()
        var session = JournalSession(
            queue: queue, retention: retention, identity: identity,
            clock: { Timestamp(seconds: now) })
        _ = try session.write(
            decisions.map { PendingDecision(decision: $0, document: document($0)) }, [])
        return (queue, session)
    }

    private func count(_ table: String, in queue: DatabaseQueue) throws -> Int {
        try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    @Test("What is older than journal.keep goes with all that belongs to it, in steps")
    func age() throws {
        let decisions = (1...600).map { (number: Int) -> Decision in
            let members = number % 3 == 0 ? ["203.0.113.9"] : []
            return decision(
                UInt64(number), at: Int64(number), of: "198.51.100.\(number % 250)",
                start: Int64(number), members: members)
        }
        var (queue, session) = try filled(
            decisions, Retention(keep: .seconds(100), size: .max), now: 601)
        let more = try session.tidy()
        #expect(more)
        #expect(try count("decision", in: queue) == 600 - 128)
        while try session.tidy() {}
        // 501 is 100 s old and stays.
        for table in ["decision", "document", "scan"] {
            #expect(try count(table, in: queue) == 100, "\(table)")
        }
        #expect(try count("member", in: queue) == 34)
    }

    @Test("A scan stays while a decision of it does")
    func scanStays() throws {
        var (queue, session) = try filled(
            [decision(1, at: 10, start: 5), decision(2, at: 200, .scanEscalated, start: 5)],
            Retention(keep: .seconds(100), size: .max), now: 250)
        while try session.tidy() {}
        #expect(try count("decision", in: queue) == 1)
        #expect(try count("scan", in: queue) == 1)
    }

    @Test("Beyond journal.size the oldest go, and the file shrinks")
    func size() throws {
        let size = 1 << 20
        var (queue, session) = try filled(
            (1...2000).map { decision(UInt64($0), at: Int64($0)) },
            Retention(keep: nil, size: size), now: 3000)
        func bytes() throws -> Int {
            try queue.read { db in
                try (Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0)
                    * (Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
            }
        }
        #expect(try bytes() > size)
        while try session.tidy() {}
        #expect(try bytes() <= size)
        let reader = JournalReader(queue: queue)
        let kept = try reader.decisions(of: DecisionFilter()).map(\.sequence)
        #expect(kept.last == 2000)
        #expect(kept.count > 100)
        #expect(kept == Array((kept.first ?? 0)...2000))
    }
}
