// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import NIOCore
import Synchronization

/// The decisions on their way from the decider to whoever watches.
///
/// Bound: 4,096 decisions wait for the server's thread; what does not fit is counted, and each
/// watcher is told. While nobody watches, nothing is kept.
package final class DecisionFeed: Sendable {
    static let capacity = 4096

    private struct Inbox {
        var decisions = CircularBuffer<Decision>()
        var missed: UInt64 = 0
        var watchers = 0
        /// Whether the server's thread has been told and has not been here yet.
        var isWaking = false
        var wake: (@Sendable () -> Void)?
    }

    private let inbox = Mutex(Inbox())
    let line: @Sendable (Decision, DecisionFormat) -> String?

    /// The closure writes a decision in a format; nil when the format has no line for it.
    package init(line: @escaping @Sendable (Decision, DecisionFormat) -> String?) {
        self.line = line
    }

    /// How many connections watch.
    package var watchers: Int { inbox.withLock { $0.watchers } }

    /// Hands a decision to all who watch.
    ///
    /// Thread: any. Never waits for a watcher: it puts the decision into a list and wakes the
    /// server's thread.
    package func publish(_ decision: Decision) {
        let wake = inbox.withLock { inbox -> (@Sendable () -> Void)? in
            guard inbox.watchers > 0 else { return nil }
            if inbox.decisions.count < DecisionFeed.capacity {
                inbox.decisions.append(decision)
            } else {
                inbox.missed += 1
            }
            guard !inbox.isWaking else { return nil }
            inbox.isWaking = true
            return inbox.wake
        }
        wake?()
    }

    /// Who is to be woken when there is something to take; nil when the server ends.
    func attach(wake: (@Sendable () -> Void)?) {
        inbox.withLock { inbox in
            inbox.wake = wake
            inbox.isWaking = false
            inbox.watchers = 0
            inbox.decisions.removeAll()
        }
    }

    func setWatchers(_ count: Int) {
        inbox.withLock { inbox in
            inbox.watchers = count
            if count == 0 {
                inbox.decisions.removeAll()
                inbox.missed = 0
            }
        }
    }

    /// The oldest decisions, how many were missed after them, and whether there are more.
    func take(upTo limit: Int) -> (decisions: [Decision], missed: UInt64, more: Bool) {
        inbox.withLock { inbox in
            let count = min(limit, inbox.decisions.count)
            let taken = Array(inbox.decisions.prefix(count))
            inbox.decisions.removeFirst(count)
            let more = !inbox.decisions.isEmpty
            inbox.isWaking = more
            defer { if !more { inbox.missed = 0 } }
            return (taken, more ? 0 : inbox.missed, more)
        }
    }
}
