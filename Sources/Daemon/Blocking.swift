// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch
import Ring
import Synchronization

/// Runs asynchronous work from a command's thread and waits for it.
///
/// Commands are not asynchronous themselves, because rights are dropped for the calling thread
/// and those that it starts: that must come before the first task has started any other.
package func blocking(_ work: @escaping @Sendable () async throws -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    let failure = Failure()
    Task(executorPreference: try TaskThread.start()) {
        do { try await work() } catch { failure.error.withLock { $0 = error } }
        done.signal()
    }
    done.wait()
    if let error = failure.error.withLock({ $0 }) { throw error }
}

private final class Failure: Sendable {
    let error = Mutex<(any Error)?>(nil)
}
