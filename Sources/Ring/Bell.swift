// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc
import Synchronization

/// What one thread sleeps on and another rings: an eventfd, written only when somebody sleeps.
///
/// Thread: one sleeper, any number of ringers.
/// Safety: the descriptor is open from `init` to `deinit`.
@safe
package final class Bell: Sendable {
    package let descriptor: CInt
    private let asleep = Atomic(false)

    package init() throws(RingError) {
        descriptor = picket_eventfd()
        guard descriptor >= 0 else {
            throw RingError(doing: "make a wake-up (eventfd)", errno: errno)
        }
    }

    deinit { close(descriptor) }

    /// Wakes the sleeper, or makes its next sleep end at once.
    package func ring() {
        var one: UInt64 = 1
        // A full counter (EAGAIN) means that it rings already.
        _ = unsafe write(descriptor, &one, 8)
    }

    package func ringIfAsleep() {
        if asleep.load(ordering: .sequentiallyConsistent),
            asleep.exchange(false, ordering: .sequentiallyConsistent)
        {
            ring()
        }
    }

    package func announceSleep() { asleep.store(true, ordering: .sequentiallyConsistent) }

    package func announceAwake() { asleep.store(false, ordering: .relaxed) }

    /// Sleeps until it rings or the time is over, and takes the ring away.
    package func sleep(nanoseconds: Int64?) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Rounded up to poll's milliseconds, so that a deadline is over when the sleeper wakes.
        let limit = nanoseconds.map { CInt(clamping: (max(0, $0) + 999_999) / 1_000_000) } ?? -1
        _ = unsafe poll(&entry, 1, limit)
        silence()
    }

    /// Takes a ring away without sleeping, for those who poll the descriptor themselves.
    package func silence() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
