// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Foundation
import HostFacts
import Packets

/// What a host said of itself over time, for a replay: the lines of a facts file.
package struct FactsHistory: Sendable {
    /// Ascending by time; of equal times the later line is later. At least one.
    private let records: [HostRecord]
    private var current = 0

    /// Nil without records.
    init?(_ records: [HostRecord]) {
        guard !records.isEmpty else { return nil }
        self.records = records.enumerated().sorted { a, b in
            (a.element.time, a.offset) < (b.element.time, b.offset)
        }.map(\.element)
    }

    /// Bound: a facts file is at most this long.
    static let maximumBytes = 64 << 20

    /// Throws: ``StartError`` with line and column of what is wrong.
    package static func read(path: String) throws(StartError) -> FactsHistory {
        let data: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            data = try file.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            let code = (error as? CocoaError)?.code
            let (kind, cause): (StartError.Kind, String) =
                switch code {
                case .fileNoSuchFile, .fileReadNoSuchFile: (.unavailable, "no such file")
                case .fileReadNoPermission: (.permission, "permission denied")
                default: (.badInput, error.localizedDescription)
                }
            throw StartError(kind, "cannot read the host's facts (\(path)): \(cause)")
        }
        func wrong(_ cause: String) -> StartError {
            StartError(.badInput, "cannot use the host's facts (\(path)): \(cause)")
        }
        guard data.count <= maximumBytes else { throw wrong("longer than \(maximumBytes) bytes") }
        guard let text = String(validating: data, as: UTF8.self) else { throw wrong("not UTF-8") }
        let records: [HostRecord]
        do throws(ConfigurationError) {
            records = try HostRecord.records(in: text, path: path)
        } catch {
            throw wrong(error.problems.first.map { "\($0)" } ?? "\(error)")
        }
        guard let history = FactsHistory(records) else { throw wrong("there is no line in it") }
        return history
    }

    /// What held at the beginning, and before it as far as anybody knows.
    var first: HostReading { records[0].reading }

    /// What holds from this moment on; nil when it is what held at the moment asked for last.
    mutating func change(at moment: Timestamp) -> HostReading? {
        let isLate = current + 1 < records.count && moment >= records[current + 1].time
        let isEarly = current > 0 && moment < records[current].time
        guard isLate || isEarly else { return nil }
        // The last record that is not after the moment; the first stands for all before it.
        var range = 0..<records.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                records[middle].time <= moment
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        current = max(0, range.lowerBound - 1)
        return records[current].reading
    }
}
