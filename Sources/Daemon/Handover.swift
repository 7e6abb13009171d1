// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// Carries one value from the thread that made it to the thread that will own it.
///
/// Thread: `take` succeeds once, on whichever thread calls it first.
final class Handover<Value>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: sending Value) { self.value = Mutex(value) }

    func take() -> sending Value? {
        value.withLock { slot in
            let taken = slot
            slot = nil
            return taken
        }
    }
}
