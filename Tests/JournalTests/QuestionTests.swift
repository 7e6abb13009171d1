// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets
import Testing

@testable import Journal

@Suite("Questions to the journal")
struct QuestionTests {
    private func sequences(
        _ journal: JournalReader, _ ask: (inout DecisionFilter) -> Void
    ) throws -> [Int64] {
        var filter = DecisionFilter()
        ask(&filter)
        return try journal.decisions(of: filter).map(\.sequence)
    }

    @Test("A document comes back byte for byte, and the columns say the same")
    func whole() throws {
        let first = decision(1, prefix: "Shorewall:net2fw:DROP: \"ü\u{1b}")
        let journal = try journal([first])
        var documents: [String] = []
        try journal.documents(of: DecisionFilter()) { documents.append($0) }
        #expect(documents == [document(first)])
        let row = try #require(try journal.decisions(of: DecisionFilter()).first)
        #expect(row.time == first.time)
        #expect(row.action == "scan-detected")
        #expect(row.source == Network("198.51.100.7"))
        #expect(row.address == Address("198.51.100.7"))
        #expect(row.destination == Address("192.0.2.10"))
        #expect(row.portRange == 21...25)
        #expect(row.portSample == [21, 22, 23, 24, 25])
        #expect(row.prefix == first.origin.prefix)
        #expect(row.group == 5)
        #expect(row.reason == first.reason)
    }

    @Test("Decisions come in the order of their time, then of their commit")
    func order() throws {
        let journal = try journal([
            decision(1, at: 30), decision(2, at: 10), decision(3, at: 20), decision(4, at: 10),
        ])
        #expect(try sequences(journal) { _ in } == [2, 4, 3, 1])
    }

    @Test("From a moment on, and before a moment")
    func times() throws {
        let journal = try journal((1...5).map { decision(UInt64($0), at: Int64($0) * 10) })
        #expect(try sequences(journal) { $0.since = Timestamp(seconds: 20) } == [2, 3, 4, 5])
        #expect(try sequences(journal) { $0.until = Timestamp(seconds: 20) } == [1])
    }

    @Test("A limit takes the latest, and they still come in order")
    func limit() throws {
        let journal = try journal((1...5).map { decision(UInt64($0), at: Int64($0) * 10) })
        #expect(try sequences(journal) { $0.limit = 2 } == [4, 5])
        #expect(
            try sequences(journal) {
                $0.source = Network("198.51.100.0/24")
                $0.limit = 2
            } == [4, 5])
    }

    @Test("A level is the least; kinds and actions are any of those named")
    func properties() throws {
        let journal = try journal([
            decision(1, level: 1, kind: .vertical), decision(2, level: 3, kind: .horizontal),
            decision(3, .scanEnded, level: 5, kind: .block),
        ])
        #expect(try sequences(journal) { $0.level = 3 } == [2, 3])
        #expect(try sequences(journal) { $0.kinds = ["vertical", "block"] } == [1, 3])
        #expect(try sequences(journal) { $0.actions = ["scan-ended"] } == [3])
    }

    @Test(
        "A network finds the sources in it and no neighbour",
        arguments: [
            ("203.0.113.0/24", [1, 2, 3]), ("203.0.113.128/25", [3]), ("203.0.113.0", [1]),
            ("0.0.0.0/0", [1, 2, 3, 4]), ("2001:db8::/32", [5, 6]), ("2001:db8:1::/48", [6]),
            ("2001:db8:1::/64", [6]), ("2001:db8:1::99", [6]), ("2001:db8:2::/48", []),
            ("::/0", [5, 6]),
        ])
    func networks(network: String, expected: [Int64]) throws {
        let sources = [
            "203.0.113.0", "203.0.113.127", "203.0.113.255", "203.0.114.0", "2001:db8::7",
            "2001:db8:1::5",
        ]
        let journal = try journal(
            sources.enumerated().map { decision(UInt64($0 + 1), at: Int64($0), of: $1) })
        let found = try sequences(journal) { $0.source = Network(network) }
        #expect(found == expected)
    }

    @Test("A member of a set finds the set's decisions")
    func members() throws {
        let journal = try journal([
            decision(1, kind: .distributed, members: ["203.0.113.4", "203.0.113.9"]),
            decision(2),
        ])
        #expect(try sequences(journal) { $0.source = Network("203.0.113.9") } == [1])
        #expect(try sequences(journal) { $0.source = Network("203.0.113.10") } == [])
    }

    @Test("A scan has one row, with the numbers of its latest decision")
    func scans() throws {
        let journal = try journal([
            decision(1, at: 10, level: 1, packets: 5, start: 5),
            decision(2, at: 20, .scanEscalated, level: 2, packets: 50, start: 5),
            decision(3, at: 30, .scanEnded, level: 2, packets: 60, start: 5),
            decision(4, at: 90, level: 1, start: 88),
        ])
        let scans = try journal.scans(of: Network(host: Address("198.51.100.7")!), limit: 10)
        #expect(scans.map(\.packets) == [60, 5])
        #expect(scans.map(\.level) == [2, 1])
        #expect(scans.map(\.ended) == [Timestamp(seconds: 30), nil])
    }

    @Test("Losses between two moments do not count what was lost before")
    func losses() throws {
        let journal = try journal([
            decision(1, at: 10, loss: LossCounts(gap: 5)),
            decision(2, at: 20, loss: LossCounts(gap: 7, drop: 2)),
            decision(3, at: 30, loss: LossCounts(gap: 100, drop: 2)),
        ])
        let lost = try journal.losses(from: Timestamp(seconds: 15), to: Timestamp(seconds: 25))
        #expect(lost == LossCounts(gap: 2, drop: 2))
    }

    @Test("Every question is answered by an index, never by reading all decisions")
    func plans() throws {
        let journal = try journal([decision()])
        var source = DecisionFilter()
        source.source = Network("203.0.113.0/24")
        source.level = 2
        var v6 = DecisionFilter()
        v6.source = Network("2001:db8::/48")
        v6.since = Timestamp(seconds: 5)
        var time = DecisionFilter()
        time.since = Timestamp(seconds: 5)
        time.kinds = ["vertical"]
        var limited = time
        limited.limit = 10
        for filter in [source, v6, time, limited] {
            let plan = try journal.plan(of: filter, documents: true)
            for table in ["d", "t", "x", "decision", "document", "member"] {
                #expect(!plan.contains { $0.hasPrefix("SCAN \(table)") && !$0.contains("INDEX") })
            }
            let index = filter.source == nil ? "decision_time (time>?)" : "decision_network ("
            #expect(plan.contains { $0.contains(index) }, "\(plan)")
        }
        // By time no sorting: the first row comes at once.
        let plan = try journal.plan(of: time, documents: true)
        #expect(!plan.contains { $0.contains("B-TREE") }, "\(plan)")
    }
}
