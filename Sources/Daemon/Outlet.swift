// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Dispatch
import Logging
import Synchronization

/// One place where decisions go that can stall: a terminal, a pipe, a disk.
///
/// Each has a queue of its own, so that a reader who stops reading delays nobody else; what finds
/// the queue full is counted.
/// Bound: `limit` decisions wait at most.
/// Thread: ``carryOut(_:)`` from any, never waits.
final class Outlet: Sendable {
    private let queue: DispatchQueue
    private let limit: Int
    private let waiting = Atomic(0)
    private let dropped = Atomic(0)
    private let write: @Sendable (Decision) -> Void

    init(_ name: String, limit: Int = 16384, write: @escaping @Sendable (Decision) -> Void) {
        queue = DispatchQueue(label: "picket.\(name)")
        self.limit = limit
        self.write = write
    }

    func carryOut(_ decision: Decision) {
        guard waiting.load(ordering: .relaxed) < limit else {
            dropped.wrappingAdd(1, ordering: .relaxed)
            return
        }
        waiting.wrappingAdd(1, ordering: .relaxed)
        queue.async { [self] in
            write(decision)
            waiting.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    /// Does something between two decisions, such as opening the file anew.
    func inOrder(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    /// Waits until everything is written, at most for the time given.
    func drain(for limit: Duration) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .milliseconds(Int(limit / .milliseconds(1))))
    }

    /// Decisions that found the queue full, since the start.
    var drops: Int { dropped.load(ordering: .relaxed) }
}

extension Outlet {
    /// Decisions for whoever started us; when nobody reads any more, that is told once.
    static func standardOutput(
        format: DecisionFormat, observer: HostObserver, log: Logger
    ) -> Outlet {
        let failed = Mutex(false)
        return Outlet("output") { decision in
            var output = StandardOutput()
            do {
                try output.line { observer.write(decision, as: format, to: &$0) }
            } catch {
                let first = failed.withLock { failed in
                    defer { failed = true }
                    return !failed
                }
                if first { log.warning("\(error)") }
            }
        }
    }
}
