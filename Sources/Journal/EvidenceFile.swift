// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import GRDB
import Packets

/// A file of packets kept of one scan, as the journal knows it.
package struct EvidenceFile: Hashable, Sendable {
    package var path: String
    /// Nil for the packets of a set.
    package var source: Network?
    /// ``Detection/ScanSummary/start`` of the scan.
    package var scanStart: Timestamp
    /// The first and the last packet in the file.
    package var first: Timestamp
    package var last: Timestamp
    package var packets: Int
    /// Packets of the scan that the bounds of `evidence.first` and `.last` left out.
    package var omitted: Int
    package var bytes: Int

    package init(
        path: String, source: Network?, scanStart: Timestamp, first: Timestamp, last: Timestamp,
        packets: Int, omitted: Int, bytes: Int
    ) {
        self.path = path
        self.source = source
        self.scanStart = scanStart
        self.first = first
        self.last = last
        self.packets = packets
        self.omitted = omitted
        self.bytes = bytes
    }
}

extension EvidenceFile: FetchableRecord {
    static let columns =
        "path, network, width, scan_start, first, last, packets, omitted, bytes"

    package init(row: Row) {
        path = row[0]
        source = Network(key: row[1], width: row[2])
        scanStart = Timestamp(nanoseconds: row[3])
        first = Timestamp(nanoseconds: row[4])
        last = Timestamp(nanoseconds: row[5])
        packets = row[6]
        omitted = row[7]
        bytes = row[8]
    }
}

/// What is written beside the decisions. It may be left out when the journal is behind, and is then
/// counted.
package enum AuxiliaryRow: Hashable, Sendable {
    /// A file of evidence as it is now; the one known under this path is replaced.
    case evidence(EvidenceFile)
    /// The file is no more.
    case evidenceRemoved(path: String)
    /// What the host says of itself from then on: a line of the facts file.
    case hostFacts(time: Timestamp, json: String)

    func record(in db: Database) throws {
        switch self {
        case .evidence(let file):
            let statement = try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO evidence (\(EvidenceFile.columns))
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            statement.setUncheckedArguments([
                file.path, file.source.map { AddressKey($0.address) },
                file.source.map { Int($0.prefixLength) }, file.scanStart.nanoseconds,
                file.first.nanoseconds, file.last.nanoseconds, file.packets, file.omitted,
                file.bytes,
            ])
            try statement.execute()
        case .evidenceRemoved(let path):
            try db.execute(sql: "DELETE FROM evidence WHERE path = ?", arguments: [path])
        case .hostFacts(let time, let json):
            let last = try String.fetchOne(
                db, sql: "SELECT json FROM host_facts ORDER BY id DESC LIMIT 1")
            // Each start of the daemon tells them; what has not changed is there already.
            if let last, HostFactsRow.facts(of: last) == HostFactsRow.facts(of: json) { return }
            try db.execute(
                sql: "INSERT INTO host_facts (time, json) VALUES (?, ?)",
                arguments: [time.nanoseconds, json])
        }
    }
}

/// What the host said of itself at one moment.
package struct HostFactsRow: Hashable, Sendable {
    package let time: Timestamp
    /// A line of the facts file.
    package let json: String

    /// A line without its time, which comes last.
    static func facts(of line: String) -> Substring {
        line.range(of: ",\"time\":", options: .backwards).map { line[..<$0.lowerBound] }
            ?? line[...]
    }
}
