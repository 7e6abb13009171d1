// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import GRDB
import Packets
import Testing

@testable import Journal

@Suite("Writing the journal")
struct WriterTests {
    @Test("What is shown is in the journal, in the order in which it was decided")
    func committedBeforeShown() throws {
        let folder = try TemporaryFolder()
        let running = RunningWriter(path: folder.database)
        for sequence in 1...2000 { running.writer.submit(decision(UInt64(sequence))) }
        #expect(running.heard.wait { $0.shown.count >= 1 })
        let reader = try JournalReader(path: folder.database)
        // Taken before the question: whatever had been shown by then must be there.
        let shown = running.heard.shown
        let known = Set(try reader.decisions(of: DecisionFilter()).map { UInt64($0.sequence) })
        #expect(Set(shown).isSubset(of: known))
        running.stop()
        #expect(running.heard.shown == Array(1...2000))
        #expect(try reader.reach().decisions == 2000)
        #expect(running.heard.troubles.isEmpty)
    }

    @Test("The file is for its user and group alone, and gives pages back in steps")
    func file() throws {
        let folder = try TemporaryFolder()
        let running = RunningWriter(path: folder.database)
        running.writer.submit(decision())
        running.stop()
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.database)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o640)
        let queue = try JournalFile(path: folder.database).openForReading()
        let pragmas = try ["page_size", "auto_vacuum", "journal_mode"].map { name in
            try queue.read { db in try String.fetchOne(db, sql: "PRAGMA \(name)") }
        }
        #expect(pragmas == ["8192", "2", "wal"])
    }

    @Test("A damaged journal is moved aside, which is told, and a new one begins")
    func corrupt() throws {
        let folder = try TemporaryFolder()
        try Data(
            "not a database, but longer than the hundred bytes of a header: \(folder.path)"
                .utf8 + [UInt8](repeating: 7, count: 8192)
        ).write(to: URL(filePath: folder.database))
        let running = RunningWriter(path: folder.database)
        running.writer.submit(decision(7))
        running.stop()
        guard case .movedAside(let from, let name, _)? = running.heard.troubles.first else {
            Issue.record("not told: \(running.heard.troubles)")
            return
        }
        #expect(from == folder.database)
        #expect(name.hasPrefix(folder.database + ".corrupt-2026"))
        #expect(FileManager.default.fileExists(atPath: name))
        #expect(running.heard.shown == [7])
        let reader = try JournalReader(path: folder.database)
        #expect(try reader.decisions(of: DecisionFilter()).map(\.sequence) == [7])
    }

    @Test("Damage that shows only while it runs is handled the same, and nothing is lost")
    func corruptLater() throws {
        let folder = try TemporaryFolder()
        let running = RunningWriter(path: folder.database)
        running.writer.submit(decision(1))
        #expect(running.heard.wait { $0.shown == [1] })
        // A table that the schema promises and the file does not have any more is damage of another
        // kind; a page full of nonsense is what a bad disk makes.
        let other = try DatabaseQueue(path: folder.database)
        _ = try other.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
        try other.close()
        let handle = try FileHandle(forUpdating: URL(filePath: folder.database))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 8192)
        try handle.write(contentsOf: Data(repeating: 0xa5, count: Int(size) - 8192))
        try handle.close()
        // The writer's cache still has the pages; a new connection does not.
        running.stop()
        let again = RunningWriter(path: folder.database)
        again.writer.submit(decision(2))
        again.stop()
        #expect(again.heard.shown == [2])
        #expect(
            again.heard.troubles.contains {
                if case .movedAside = $0 { true } else { false }
            }, "\(again.heard.troubles)")
        let reader = try JournalReader(path: folder.database)
        #expect(try reader.decisions(of: DecisionFilter()).map(\.sequence) == [2])
    }

    @Test("Without a place to write, decisions are shown; they are written when there is one")
    func laterPlace() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/not/yet/picket.db"
        let running = RunningWriter(path: path)
        for sequence in 1...5 { running.writer.submit(decision(UInt64(sequence))) }
        #expect(running.heard.wait { $0.shown.count == 5 })
        #expect(running.heard.wait { !$0.troubles.isEmpty })
        guard case .failing(let error, _, lost: 0)? = running.heard.troubles.first else {
            Issue.record("not told: \(running.heard.troubles)")
            return
        }
        #expect("\(error)".hasPrefix("cannot open the journal (\(path))"))
        #expect(running.writer.numbers.failing != nil)
        try FileManager.default.createDirectory(
            atPath: folder.path + "/not/yet", withIntermediateDirectories: true)
        #expect(running.heard.wait { $0.troubles.last == .recovered(lost: 0) })
        running.stop()
        #expect(running.heard.shown == [1, 2, 3, 4, 5])
        let reader = try JournalReader(path: path)
        #expect(try reader.decisions(of: DecisionFilter()).map(\.sequence) == [1, 2, 3, 4, 5])
    }

    @Test("Beyond the bound a failing journal loses the oldest, counted; none is not shown")
    func overflow() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/not/yet/picket.db"
        let running = RunningWriter(limit: 10, path: path)
        #expect(running.heard.wait { !$0.troubles.isEmpty })
        for sequence in 1...25 { running.writer.submit(decision(UInt64(sequence))) }
        #expect(running.heard.shown == Array(1...25))
        #expect(running.writer.numbers.lost == 15)
        try FileManager.default.createDirectory(
            atPath: folder.path + "/not/yet", withIntermediateDirectories: true)
        #expect(running.heard.wait { $0.troubles.last == .recovered(lost: 15) })
        running.stop()
        let reader = try JournalReader(path: path)
        #expect(
            try reader.decisions(of: DecisionFilter()).map(\.sequence) == Array(16...25))
    }

    @Test("Whoever is faster than a journal that is well waits for it; nothing is lost")
    func backPressure() throws {
        let folder = try TemporaryFolder()
        let running = RunningWriter(limit: 8, path: folder.database)
        for sequence in 1...1000 { running.writer.submit(decision(UInt64(sequence))) }
        running.stop()
        #expect(running.heard.shown == Array(1...1000))
        #expect(running.writer.numbers.lost == 0)
        #expect(try JournalReader(path: folder.database).reach().decisions == 1000)
    }

    @Test("A journal that does not answer holds up nobody, and is written when it does")
    func stalled() throws {
        let folder = try TemporaryFolder()
        let running = RunningWriter(patience: .milliseconds(50), path: folder.database)
        running.writer.submit(decision(1))
        #expect(running.heard.wait { $0.shown == [1] })
        // Somebody holds the journal's lock: the writer waits for it, up to a second.
        let other = try DatabaseQueue(path: folder.database)
        try other.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            running.writer.submit(decision(2))
            running.writer.submit(decision(3))
            #expect(running.heard.wait { $0.shown == [1, 2, 3] })
            running.writer.submit(decision(4))
            #expect(running.heard.shown == [1, 2, 3, 4])
            try db.execute(sql: "COMMIT")
        }
        running.stop()
        #expect(running.heard.shown == [1, 2, 3, 4])
        #expect(
            running.heard.troubles.contains {
                if case .stalled = $0 { true } else { false }
            })
        let reader = try JournalReader(path: folder.database)
        #expect(try reader.decisions(of: DecisionFilter()).map(\.sequence) == [1, 2, 3, 4])
    }

    @Test("Evidence and host facts are kept, replaced and removed")
    func auxiliary() throws {
        let folder = try TemporaryFolder()
        let running = RunningWriter(path: folder.database)
        var file = EvidenceFile(
            path: "/var/lib/picket/evidence/1.pcap", source: Network("198.51.100.7"),
            scanStart: Timestamp(seconds: 10), first: Timestamp(seconds: 10),
            last: Timestamp(seconds: 20), packets: 5, omitted: 0, bytes: 500)
        running.writer.note(.evidence(file))
        file.packets = 9
        running.writer.note(.evidence(file))
        var gone = file
        gone.path = "/var/lib/picket/evidence/2.pcap"
        running.writer.note(.evidence(gone))
        running.writer.note(.evidenceRemoved(path: gone.path))
        for time in [Int64(5), 6] {
            running.writer.note(
                .hostFacts(
                    time: Timestamp(seconds: time), json: "{\"a\":1,\"time\":\"\(time)\"}"))
        }
        running.stop()
        let reader = try JournalReader(path: folder.database)
        #expect(try reader.evidence(of: Network("198.51.100.0/24")!, limit: 10) == [file])
        #expect(try reader.hostFacts(at: Timestamp(seconds: 9))?.time == Timestamp(seconds: 5))
        #expect(try reader.hostFacts(at: Timestamp(seconds: 4)) == nil)
    }
}
