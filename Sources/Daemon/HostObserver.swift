// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets
import Synchronization

/// This host and this program, as the formats name them: with the local time of each decision, and
/// what is known of the rules that feed the groups.
///
/// Thread: any.
final class HostObserver: Sendable {
    private let name = System.hostName
    private let feeds = Mutex<[UInt16: Observer.Feed]>([:])
    private let documents = Mutex(LatestDocuments())

    /// What is known from now on.
    func learn(_ known: [UInt16: Observer.Feed]) { feeds.withLock { $0 = known } }

    /// One line without a newline; nil when the format has no line for such a decision.
    func line(_ decision: Decision, as format: DecisionFormat) -> String? {
        if format == .ecs, let known = documents.withLock({ $0.line(of: decision) }) {
            return known
        }
        let line = format.line(decision, observer: observer(of: decision, as: format))
        if format == .ecs, let line { documents.withLock { $0.keep(line, of: decision) } }
        return line
    }

    /// Appends that line; false, with nothing appended, when there is none.
    func write(_ decision: Decision, as format: DecisionFormat, to bytes: inout [UInt8]) -> Bool {
        guard format == .ecs else {
            return format.write(decision, observer: observer(of: decision, as: format), to: &bytes)
        }
        guard let line = line(decision, as: format) else { return false }
        bytes.append(contentsOf: line.utf8)
        return true
    }

    private func observer(of decision: Decision, as format: DecisionFormat) -> Observer {
        Observer(
            name: name, version: Version.current,
            localTimeOffset: format.showsLocalTime
                ? .seconds(System.localOffset(at: decision.time)) : .zero,
            feeds: feeds.withLock { $0 })
    }
}

/// The documents of the latest decisions: journal, log and watchers get the same one, made once,
/// whatever is learned of the rules meanwhile.
///
/// Bound: ``count`` documents.
private struct LatestDocuments {
    private var places: [(decision: UInt64, time: Timestamp, line: String)?] = Array(
        repeating: nil, count: count)
    private static let count = 1024

    private static func place(of decision: Decision) -> Int {
        Int(truncatingIfNeeded: decision.sequence % UInt64(count))
    }

    func line(of decision: Decision) -> String? {
        guard let known = places[LatestDocuments.place(of: decision)],
            known.decision == decision.sequence, known.time == decision.time
        else { return nil }
        return known.line
    }

    mutating func keep(_ line: String, of decision: Decision) {
        places[LatestDocuments.place(of: decision)] = (decision.sequence, decision.time, line)
    }
}
