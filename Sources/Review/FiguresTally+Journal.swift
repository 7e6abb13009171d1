// SPDX-License-Identifier: GPL-3.0-or-later

import Journal
import Packets

extension FiguresTally {
    /// Counts a period of the journal.
    ///
    /// Throws: ``JournalError``.
    package init(
        of journal: JournalReader, from start: Timestamp, to end: Timestamp
    ) throws(JournalError) {
        self.init(start: start, end: end)
        var known = Known()
        self.known = known
        var runs: Set<Int64> = []
        var lists = WordLists()
        try journal.report(from: start, to: end) { decision in
            runs.insert(decision.run)
            note(lists.record(decision))
        }
        try journal.scansOfReport(from: start) { scan in learn(scan, until: end) }
        known.loss = try journal.losses(from: start, to: end.advanced(byNanoseconds: -1))
        known.observers = try journal.hosts(ofRuns: runs)
        known.blocks = try journal.blocks(from: start, to: end)
        self.known = known
    }

    /// Adds what decisions do not say: when a scan began, and who did it, where they are several.
    private mutating func learn(_ scan: ReportedScan, until end: Timestamp) {
        guard let place = index[.numbered(scan.id)] else { return }
        episodes[place].source = scan.source
        episodes[place].first = scan.start
        episodes[place].last = min(scan.last, end)
        if let members = scan.members { episodes[place].members = UInt32(clamping: members) }
    }
}

/// Lists of words and ports as the journal writes them, each taken apart once.
///
/// Bound: 4,096 of each, then they are forgotten.
private struct WordLists {
    private var techniques: [String: [String]] = [:]
    private var ports: [String: [UInt16]] = [:]

    mutating func record(_ decision: ReportedDecision) -> DecisionRecord {
        var record = DecisionRecord(time: decision.time, action: decision.action)
        record.level = decision.level
        record.kind = decision.kind
        record.source = decision.source
        record.transport = decision.transport
        record.tool = decision.tool
        record.packets = UInt64(clamping: decision.packets)
        record.targets = decision.targets
        record.hosts = decision.hosts
        // Counts are exact up to 256, and the journal does not say it again.
        record.isExact = false
        record.prefix = decision.prefix ?? ""
        record.interface = decision.interface ?? ""
        record.scan = decision.scan
        record.ending = decision.isJoined ? "joined" : nil
        if let text = decision.techniques {
            if let known = techniques[text] {
                record.techniques = known
            } else {
                if techniques.count >= 4096 { techniques = [:] }
                record.techniques = text.split(separator: ",").map(String.init)
                techniques[text] = record.techniques
            }
        }
        if let text = decision.ports {
            if let known = ports[text] {
                record.ports = known
            } else {
                if ports.count >= 4096 { ports = [:] }
                record.ports = text.split(separator: ",").compactMap { UInt16($0) }
                ports[text] = record.ports
            }
        }
        return record
    }
}
