// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch
import Synchronization

/// The one thread that runs the tasks of a command.
///
/// Once a task has run in the pool of Swift's runtime, libdispatch looks at that pool each second for
/// as long as the process lives: an idle daemon would never sleep (docs/decisions/tasks.md). What the
/// tasks do is little: signals, a reload, the control socket's beginning and end.
/// Thread: ``enqueue(_:)`` from any.
package final class TaskThread: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    /// Counts the jobs that wait.
    private let waiting = DispatchSemaphore(value: 0)

    /// Starts the thread, which lives as long as the process.
    package static func start() throws(RingError) -> TaskThread {
        let executor = TaskThread()
        _ = try NamedThread("tasks") { executor.run() }
        return executor
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        waiting.signal()
    }

    private func run() {
        while true {
            waiting.wait()
            let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            // Safe: the executor lives as long as the process, and each job runs once.
            if let job { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
