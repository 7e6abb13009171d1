// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Decisions
import Detection
import Foundation
import Logging
import Packets
import Synchronization
import Testing

@testable import Daemon

@Suite("Decisions in the system's log")
struct SystemLogTests {
    private static let decision = Decision(
        sequence: 17, time: Timestamp(seconds: 1_287_984_998, nanoseconds: 341_511_000),
        action: .scanEscalated, level: 3,
        reason: "198.51.100.7 probed 204 TCP ports",
        scan: ScanSummary(
            source: Network(host: Address(v4: 0xc633_6407)),
            firstAddress: Address(v4: 0xc633_6407), kind: .vertical, techniques: [.syn],
            packets: 204, targets: DistinctCount(204), hosts: DistinctCount(1), level: 3,
            start: Timestamp(seconds: 1_287_984_990), end: Timestamp(seconds: 1_287_984_998),
            likelihood: 9),
        origin: Origin(group: 5, prefix: "net-fw\nPICKET_LEVEL=0", interfaceIn: "eth0"))

    private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("An entry of the journal has a field for each number, and nothing can add one")
    func entry() throws {
        let text = String(decoding: JournalEntry.bytes(of: Self.decision), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.contains("PRIORITY=4"))
        #expect(lines.contains("SYSLOG_IDENTIFIER=picket"))
        #expect(lines.contains("PICKET_ACTION=scan-escalated"))
        #expect(lines.contains("PICKET_SOURCE=198.51.100.7"))
        #expect(lines.contains("PICKET_TECHNIQUE=SYN"))
        #expect(lines.contains("PICKET_PREFIX=net-fw?PICKET_LEVEL=0"))
        #expect(lines.filter { $0.hasPrefix("PICKET_LEVEL=") } == ["PICKET_LEVEL=3"])
        #expect(lines.first?.hasPrefix("MESSAGE=scan-escalated, level 3: 198.51.100.7") == true)
    }

    @Test("A value with a line break is written with its length")
    func binary() {
        var fields = JournalEntry.Fields()
        fields.add("MESSAGE", "a\nb")
        #expect(
            fields.bytes
                == Array("MESSAGE\n".utf8) + [3, 0, 0, 0, 0, 0, 0, 0] + Array("a\nb\n".utf8))
    }

    @Test("A line of syslog says who, how bad and why, in one line")
    func syslog() {
        let text = String(decoding: SyslogMessage.bytes(of: Self.decision), as: UTF8.self)
        #expect(text.hasPrefix("<28>"))
        #expect(
            text.contains(" picket[\(System.processID)]: scan-escalated, level 3: 198.51.100.7"))
        #expect(!text.contains("\n"))
    }

    @Test(
        "Danger levels become severities",
        arguments: [(0, 6), (1, 5), (2, 5), (3, 4), (4, 3), (5, 2)])
    func severities(level: Int, severity: Int) {
        var decision = Self.decision
        decision.level = level
        #expect(SyslogMessage.severity(of: decision) == severity)
    }

    @Test("What is automatic is the journal where it reads our output, and nothing elsewhere")
    func automatic() throws {
        func places(_ choice: SystemLogChoice, _ stream: String?, hasJournal: Bool = true)
            -> (places: [SystemLog.Place], replacesOutput: Bool)?
        {
            SystemLog.places(
                choice, environment: stream.map { ["JOURNAL_STREAM": $0] } ?? [:], output: "8:15",
                hasJournal: hasJournal)
        }
        #expect(places(.auto, nil) == nil)
        #expect(places(.auto, "8:16") == nil)
        #expect(places(.auto, "8:15", hasJournal: false) == nil)
        let own = try #require(places(.auto, "8:15"))
        #expect(own.places == [.journal, .syslog])
        #expect(own.replacesOutput)
        #expect(try #require(places(.journald, nil)).replacesOutput == false)
        #expect(try #require(places(.syslog, "8:15")).places == [.syslog])
        #expect(places(.off, "8:15") == nil)
    }

    @Test("The journal gets it; without one syslog does, without that standard error")
    func fallback() throws {
        let folder = try TemporaryFolder()
        let paths: [SystemLog.Place: String] = [
            .journal: folder.path + "/journal", .syslog: folder.path + "/log",
        ]
        let said = Mutex<[String]>([])
        let system = SystemLog([.journal, .syslog], paths: paths, log: log) { line in
            said.withLock { $0.append(line) }
        }
        system.write(Self.decision)
        #expect(said.withLock { $0.count } == 1)
        let syslog = try DatagramReader(folder.path + "/log")
        system.write(Self.decision)
        #expect(syslog.read()?.contains("picket[") == true)
        var journal: DatagramReader? = try DatagramReader(folder.path + "/journal")
        system.write(Self.decision)
        #expect(journal?.read()?.contains("PICKET_SEQUENCE=17") == true)
        // The journal is started anew: another socket by the same name.
        journal = nil
        system.write(Self.decision)
        #expect(syslog.read()?.contains("picket[") == true)
        journal = try DatagramReader(folder.path + "/journal")
        system.write(Self.decision)
        #expect(journal?.read()?.contains("PICKET_SEQUENCE=17") == true)
        #expect(said.withLock { $0.count } == 1)
    }

    @Test("An entry that is too large for a datagram goes as memory")
    func large() throws {
        let folder = try TemporaryFolder()
        let journal = try DatagramReader(folder.path + "/journal")
        let system = SystemLog(
            [.journal], paths: [.journal: folder.path + "/journal"], log: log)
        var decision = Self.decision
        decision.reason = String(repeating: "x", count: 4 << 20)
        system.write(decision)
        #expect(journal.readMemory()?.hasPrefix("MESSAGE=scan-escalated, level 3: xxxx") == true)
    }
}
