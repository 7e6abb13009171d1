// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Synchronization

/// Where decisions go: the log file, standard output, and whoever watches.
///
/// Thread: any; ``carryOut(_:)`` never waits.
final class Outputs: Sendable {
    private let outlets: [Outlet]
    private let feed: DecisionFeed
    private let actions = Mutex<[Decision.Action: Int]>([:])

    init(outlets: [Outlet], feed: DecisionFeed) {
        self.outlets = outlets
        self.feed = feed
    }

    func carryOut(_ decision: Decision) {
        feed.publish(decision)
        for outlet in outlets { outlet.carryOut(decision) }
        actions.withLock { $0[decision.action, default: 0] += 1 }
    }

    /// Decisions by action, since the start.
    var counts: [Decision.Action: Int] { actions.withLock { $0 } }

    /// Decisions that found an outlet's queue full.
    var drops: Int { outlets.reduce(0) { $0 + $1.drops } }

    /// Does something when everything decided until now is written.
    func inOrder(_ work: @escaping @Sendable () -> Void) {
        if let outlet = outlets.last { outlet.inOrder(work) } else { work() }
    }

    /// Waits until what is decided is written; a reader who has stalled is given up on.
    func drain() {
        for outlet in outlets { outlet.drain(for: .seconds(2)) }
    }
}
