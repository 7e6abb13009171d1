// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Synchronization

/// The origins of a live stream: the reader adds, the detector's thread reads.
///
/// Thread: any. The lock is held for one look-up or one copy; the reader takes it only for an
/// origin that it has not met before.
package final class OriginRegistry: Sendable {
    private let table = Mutex(OriginTable())

    package init() {}

    package func intern(_ origin: Origin) -> OriginID {
        table.withLock { $0.intern(origin) }
    }

    var snapshot: OriginTable { table.withLock { $0 } }
}
