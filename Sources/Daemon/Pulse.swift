// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// Whether a thread still goes round: it is asked for a number, and says it when it comes by.
///
/// Thread: ``ask()`` and ``isAnswered`` the watchdog's, ``answer()`` the thread's that is asked.
final class Pulse: Sendable {
    private let asked = Atomic(0)
    private let answered = Atomic(0)

    /// Wake the thread afterwards, for it may sleep for ever.
    ///
    /// Relaxed: the numbers stand for themselves, nothing else is read by them.
    func ask() { asked.wrappingAdd(1, ordering: .relaxed) }

    func answer() { answered.store(asked.load(ordering: .relaxed), ordering: .relaxed) }

    /// Whether the thread has come by since it was asked last.
    var isAnswered: Bool {
        answered.load(ordering: .relaxed) == asked.load(ordering: .relaxed)
    }
}
