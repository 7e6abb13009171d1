// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Synchronization

/// This host and this program, as the formats name them: with the local time of each decision, and
/// what is known of the rules that feed the groups.
///
/// Thread: any.
final class HostObserver: Sendable {
    private let name = System.hostName
    private let feeds = Mutex<[UInt16: Observer.Feed]>([:])

    /// What is known from now on.
    func learn(_ known: [UInt16: Observer.Feed]) { feeds.withLock { $0 = known } }

    /// One line without a newline; nil when the format has no line for such a decision.
    func line(_ decision: Decision, as format: DecisionFormat) -> String? {
        format.line(decision, observer: observer(of: decision, as: format))
    }

    /// Appends that line; false, with nothing appended, when there is none.
    func write(_ decision: Decision, as format: DecisionFormat, to bytes: inout [UInt8]) -> Bool {
        format.write(decision, observer: observer(of: decision, as: format), to: &bytes)
    }

    private func observer(of decision: Decision, as format: DecisionFormat) -> Observer {
        Observer(
            name: name, version: Version.current,
            localTimeOffset: format.showsLocalTime
                ? .seconds(System.localOffset(at: decision.time)) : .zero,
            feeds: feeds.withLock { $0 })
    }
}
