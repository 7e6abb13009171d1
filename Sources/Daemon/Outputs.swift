// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Decisions
import Journal
import Ring
import Synchronization

/// Where decisions go: the journal first, and once they are there the log file, standard output, and
/// whoever watches.
///
/// Thread: any; ``carryOut(_:)`` waits for nobody but a journal that is well and behind.
final class Outputs: Sendable {
    let journal: JournalWriter?
    private let stage: Stage
    private let actions = Mutex<[Decision.Action: Int]>([:])

    /// Those who see a decision.
    private struct Stage: Sendable {
        let outlets: [Outlet]
        let feed: DecisionFeed

        func show(_ decision: Decision) {
            feed.publish(decision)
            for outlet in outlets { outlet.carryOut(decision) }
        }
    }

    /// - Parameter journal: makes the journal's writer, given who sees what it has committed.
    init(
        outlets: [Outlet], feed: DecisionFeed,
        journal: (@escaping @Sendable (Decision) -> Void) -> JournalWriter? = { _ in nil }
    ) {
        let stage = Stage(outlets: outlets, feed: feed)
        self.stage = stage
        self.journal = journal { stage.show($0) }
    }

    /// Starts the journal's thread, with the rights of the thread that calls.
    func start() throws(RingError) {
        guard let journal else { return }
        _ = try NamedThread("journal") { journal.run() }
    }

    func carryOut(_ decision: Decision) {
        if let journal { journal.submit(decision) } else { stage.show(decision) }
        actions.withLock { $0[decision.action, default: 0] += 1 }
    }

    /// Decisions by action, since the start.
    var counts: [Decision.Action: Int] { actions.withLock { $0 } }

    /// Decisions that found an outlet's queue full.
    var drops: Int { stage.outlets.reduce(0) { $0 + $1.drops } }

    /// Does something when everything shown until now is written.
    func inOrder(_ work: @escaping @Sendable () -> Void) {
        if let outlet = stage.outlets.last { outlet.inOrder(work) } else { work() }
    }

    /// Waits until what is decided is journalled and written; a disk or a reader that has stalled is
    /// given up on.
    func drain() {
        journal?.stop(within: .seconds(2))
        for outlet in stage.outlets { outlet.drain(for: .seconds(2)) }
    }
}
