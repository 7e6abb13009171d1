// SPDX-License-Identifier: GPL-3.0-or-later

/// By what the first sources of a list are chosen; the raw value is the word of `picket top`.
package enum SourceOrder: String, CaseIterable, Codable, Sendable {
    /// The danger level, then the packets.
    case level
    case packets, targets, hosts
    /// The last counted packet.
    case seen
}

/// A look for the first sources of an order, over all records, in slices that the detector's thread
/// fits in between its events.
///
/// What comes and goes between two slices may be missed; what was found is looked at again at the
/// end. Sources on probation, of which one packet is known, are not looked at.
/// Bound: `limit` entries; a slice costs what its records cost, whatever they are.
package struct SourceSearch: Sendable {
    struct Entry: Comparable {
        let score: UInt64
        let number: UInt32

        static func < (a: Entry, b: Entry) -> Bool {
            a.score != b.score ? a.score < b.score : a.number > b.number
        }
    }

    package let order: SourceOrder
    package let limit: Int
    /// The next record to look at.
    var next = 0
    /// The best until now; the least of them comes first (a binary heap).
    private(set) var entries: [Entry] = []

    /// - Parameter limit: how many sources. Range: clamped to 1...500.
    package init(order: SourceOrder, limit: Int) {
        self.order = order
        self.limit = max(1, min(limit, SourceSearch.maximum))
        entries.reserveCapacity(self.limit)
    }

    package static let maximum = 500

    /// Whether a source with that score would be among the first.
    func wants(_ entry: Entry) -> Bool {
        guard entries.count >= limit, let least = entries.first else { return true }
        return least < entry
    }

    /// Precondition: it is wanted.
    mutating func take(_ entry: Entry) {
        if entries.count < limit {
            entries.append(entry)
            var place = entries.count - 1
            while place > 0, entries[place] < entries[(place - 1) / 2] {
                entries.swapAt(place, (place - 1) / 2)
                place = (place - 1) / 2
            }
            return
        }
        entries[0] = entry
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < entries.count && entries[child] < entries[least] {
                least = child
            }
            if least == place { return }
            entries.swapAt(place, least)
            place = least
        }
    }
}

/// A source as it stands now.
package struct RankedSource: Hashable, Sendable {
    package var summary: ScanSummary
    /// Whether it is a scan: its targets have reached the threshold.
    package var isScanning: Bool
}

extension Detector {
    /// Looks at so many more records; says whether there are others left.
    package func goOn(_ search: inout SourceSearch, records count: Int) -> Bool {
        let end = min(table.records.count, search.next.addingClamped(max(1, count)))
        var number = min(search.next, end)
        while number < end {
            let entry = SourceSearch.Entry(
                score: score(UInt32(number), search.order), number: UInt32(number))
            // Whether the record is one at all is asked last: that costs a look into the index.
            if entry.score > 0, search.wants(entry), table.isTaken(UInt32(number)) {
                search.take(entry)
            }
            number += 1
        }
        search.next = number
        return number < table.records.count
    }

    /// What was found, the first of the order first, with the numbers of this moment.
    package func found(_ search: SourceSearch) -> [RankedSource] {
        var entries: [SourceSearch.Entry] = []
        for entry in search.entries
        where Int(entry.number) < table.records.count && table.isTaken(entry.number) {
            let score = score(entry.number, search.order)
            if score > 0 { entries.append(SourceSearch.Entry(score: score, number: entry.number)) }
        }
        entries.sort { $1 < $0 }
        return entries.map { entry in
            RankedSource(
                summary: summary(of: entry.number),
                isScanning: table.records[Int(entry.number)].isScanning)
        }
    }

    /// How far up a record stands; 0 for one that is not shown.
    @inline(__always)
    private func score(_ number: UInt32, _ order: SourceOrder) -> UInt64 {
        let index = Int(number)
        guard !table.records[index].isAsleep else { return 0 }
        let packets = table.records[index].totalPackets
        guard packets > 0 else { return 0 }
        switch order {
        case .level:
            let scanning: UInt64 = table.records[index].isScanning ? 1 : 0
            let level = UInt64(table.records[index].level) << 1 | scanning
            return level << 48 | min(packets, 1 << 48 - 1)
        case .packets: return packets
        case .targets: return UInt64(targetCount(index))
        case .hosts: return UInt64(max(1, distinct(number).hosts.count))
        case .seen: return UInt64(max(1, table.records[index].lastCounted))
        }
    }

    private func targetCount(_ index: Int) -> Int {
        if table.records[index].traits.contains(.frozen) {
            return max(1, Int(table.records[index].frozen.targets))
        }
        let tally = table.records[index].tally
        guard tally != SourceRecord.noTally else {
            return max(1, Int(table.records[index].targetCount))
        }
        return max(1, Int(tallies[tally].targets.count))
    }
}

extension Int {
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
