// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import HostFacts
import Packets
import Synchronization

/// What others may know of the detector's thread, and ask of it.
///
/// Thread: any; the lock is held for a copy. After asking, wake the ring.
final class DetectorDesk: Sendable {
    enum Request: Sendable {
        /// Settings and facts from now on; `host` where the host says something new.
        case apply(DetectionSettings, HostFacts, host: HostReading? = nil)
        /// What is known of an address's source; answered on the detector's thread.
        case tell(Address, @Sendable (SourceState?) -> Void)
    }

    /// A moment's numbers.
    struct Numbers: Sendable {
        var counts = EventCounts()
        var rates = RateHistory()
        var sources = 0
        var openScans = 0
        var bytes = 0
        var martians: MartianLog?
        var traces: TraceLog?
        var loss = LossCounts()
        var facts: FactsInForce?
    }

    private struct State {
        var numbers = Numbers()
        var requests: [Request] = []
    }

    private let state = Mutex(State())
    private let complaints: Complaints
    private let stopping = Atomic(false)

    init(complaints: Complaints = Complaints()) { self.complaints = complaints }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// The detector ends when the ring is empty. Release: meets the acquire above, so that the
    /// detector then sees all that was published before.
    func stop() { stopping.store(true, ordering: .releasing) }

    func ask(_ request: Request) { state.withLock { $0.requests.append(request) } }

    func takeRequests() -> [Request] {
        state.withLock { state in
            guard !state.requests.isEmpty else { return [] }
            let requests = state.requests
            state.requests = []
            return requests
        }
    }

    func publish(_ numbers: Numbers) { state.withLock { $0.numbers = numbers } }

    var numbers: Numbers { state.withLock { $0.numbers } }

    /// The table could not be saved; the next save is tried as if nothing had been.
    func note(_ error: TableFileError) { complaints.tell("table", error) }
}
