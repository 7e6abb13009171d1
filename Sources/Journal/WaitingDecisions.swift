// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions

/// Decisions that are not in the journal yet, and how many of them were shown all the same.
///
/// The order in which decisions are shown is always the order in which they came.
struct WaitingDecisions: Sendable {
    private var queue = Backlog<Decision>()
    /// How many at the front of the queue have been shown.
    private var shown = 0

    /// Decisions that the journal will never have.
    private(set) var lost: UInt64 = 0

    var count: Int { queue.count }

    mutating func append(_ decision: Decision) { queue.append(decision) }

    func next(_ limit: Int) -> [Decision] { Array(queue.prefix(limit)) }

    /// The first ones are committed: they may be shown, and are done with.
    mutating func settle(_ count: Int, show: (Decision) -> Void) {
        showFirst(count, show)
        queue.removeFirst(count)
        shown = max(0, shown - count)
    }

    /// The journal does not come along: show them without it.
    mutating func showAll(_ show: (Decision) -> Void) { showFirst(queue.count, show) }

    /// Gives up the oldest beyond a bound; they have been shown.
    mutating func lose(beyond limit: Int, show: (Decision) -> Void) {
        let surplus = queue.count - limit
        guard surplus > 0 else { return }
        lost += UInt64(surplus)
        settle(surplus, show: show)
    }

    private mutating func showFirst(_ count: Int, _ show: (Decision) -> Void) {
        while shown < min(count, queue.count) {
            show(queue[shown])
            shown += 1
        }
    }
}
