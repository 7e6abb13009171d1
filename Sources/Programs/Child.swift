// SPDX-License-Identifier: GPL-3.0-or-later

/// A program that we have started and that we will hear the end of; it leaves no zombie.
///
/// It has a process group of its own, so that Ctrl-C is for us alone, who then end it. When nobody
/// holds this value any more, it is killed.
package final class Child {
    /// Where a stream of the program goes.
    package enum Stream: Equatable, Sendable {
        /// Where ours goes.
        case inherited
        case discarded
        case descriptor(Int32)
    }

    let path: String
    /// The number of the process.
    package let id: Int32
    /// Known once we were told; from then on the number may be another process's.
    private var known: End?

    init(
        _ path: String, _ arguments: [String], output: Stream, errors: Stream
    ) throws(ProgramError) {
        let (id, cause) = Calls.spawn(path, arguments, output: output, errors: errors)
        guard cause == 0 else { throw .notStarted(path: path, cause: cause) }
        self.path = path
        self.id = id
    }

    deinit { kill() }

    package var isRunning: Bool { end == nil }

    /// How it ended; nil while it runs.
    package var end: End? {
        if known == nil { known = Calls.end(of: id, waiting: false) }
        return known
    }

    /// Waits for its end, as long as that takes.
    @discardableResult
    package func wait() -> End {
        // Without an answer to a wait that waits, there is no such child: its end is lost.
        let end = known ?? Calls.end(of: id, waiting: true) ?? .exit(code: 255)
        known = end
        return end
    }

    /// Waits for its end at most until then; nil when it still runs.
    package func wait(until deadline: ContinuousClock.Instant) -> End? {
        while isRunning, ContinuousClock.now < deadline { Calls.pause(milliseconds: 1) }
        return end
    }

    /// Asks it to end (SIGTERM), with what it has started in its group, and makes it when it has not
    /// after the time.
    package func end(within limit: Duration) {
        guard isRunning else { return }
        Calls.signal(id, hard: false)
        if wait(until: .now + limit) == nil { kill() }
    }

    /// Ends it, with what it has started in its group, whatever they do.
    package func kill() {
        guard isRunning else { return }
        Calls.signal(id, hard: true)
        wait()
    }
}
