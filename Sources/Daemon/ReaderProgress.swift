// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import NFLog
import Packets
import Synchronization

/// What others may know of the reader, and ask of it.
///
/// Thread: any; the locks are held for a copy of some numbers.
final class ReaderProgress: Sendable {
    /// One group's numbers.
    struct Group: Sendable {
        var group: GroupSettings
        var counters: NFLogCounters
        var effective: NFLogReadBack
    }

    /// Groups to leave and to join, as a reload wants them.
    struct Change: Sendable {
        /// What every group means from now on.
        var groups: [GroupSettings]
        var leave: Set<UInt16>
        var join: Handover<[GroupReader]>
    }

    private struct State {
        var groups: [Group] = []
        var refused = RefusalCounts()
        /// Of groups that a reload has left.
        var retiredGap: UInt64 = 0
        var retiredRefused = RefusalCounts()
        /// In the order of the reloads; a second one may come before the first is taken.
        var changes: [Change] = []
    }

    /// That the reader goes round.
    let pulse = Pulse()
    private let state = Mutex(State())
    private let stopping = Atomic(false)
    private let complaints: Complaints

    init(complaints: Complaints = Complaints()) { self.complaints = complaints }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// The reader ends when it looks next; ring its bell. Release: meets the acquire above.
    func stop() { stopping.store(true, ordering: .releasing) }

    func update(_ readers: [GroupReader]) {
        state.withLock { state in
            if state.groups.count != readers.count {
                state.groups = readers.map {
                    Group(group: $0.group, counters: $0.counters, effective: $0.effective)
                }
            }
            state.refused = state.retiredRefused
            for index in readers.indices {
                state.groups[index].group = readers[index].group
                state.groups[index].counters = readers[index].counters
                state.groups[index].effective = readers[index].effective
                state.refused.add(readers[index].refused)
            }
        }
    }

    /// Keeps the losses of groups that are left, so that the totals never fall.
    func retire(_ readers: [GroupReader]) {
        state.withLock { state in
            for reader in readers {
                state.retiredGap &+= reader.counters.gap
                state.retiredRefused.add(reader.refused)
            }
        }
    }

    /// A socket failed; the reader goes on with what works.
    func note(_ error: NFLogError) { complaints.tell("reader", error) }

    func ask(for change: Change) { state.withLock { $0.changes.append(change) } }

    func takeChanges() -> [Change] {
        state.withLock { state in
            let changes = state.changes
            state.changes = []
            return changes
        }
    }

    var groups: [Group] { state.withLock { $0.groups } }
    var refused: RefusalCounts { state.withLock { $0.refused } }

    /// Events lost in the kernel, over all groups.
    var gap: UInt64 {
        state.withLock { state in
            state.groups.reduce(state.retiredGap) { $0 &+ $1.counters.gap }
        }
    }
}
