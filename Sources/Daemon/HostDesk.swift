// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Detection
import HostFacts
import Packets
import Ring
import Synchronization

/// Where the settings and what the host says come together: each change of either is asked of the
/// detector with the latest of the other.
///
/// Thread: any; the lock is held for a copy, and the detector is asked inside it, so that it hears
/// of changes in their order.
final class HostDesk: Sendable {
    private struct State {
        var settings: Settings
        var reading: HostReading
    }

    private let state: Mutex<State>
    private let detector: DetectorDesk
    private let ring: EventRing
    /// Rings when the host's ports are to be read again, and at the end.
    let bell: Bell
    private let stopping = Atomic(false)
    private let lastAsked = Atomic(Int64(0))

    /// How often sockets are looked at while there is traffic; the kernel tells nothing of them.
    private static let interval: Int64 = 10 * 1_000_000_000

    init(
        settings: Settings, reading: HostReading, detector: DetectorDesk, ring: EventRing
    ) throws(RingError) {
        state = Mutex(State(settings: settings, reading: reading))
        self.detector = detector
        self.ring = ring
        bell = try Bell()
    }

    /// The facts as they are now, for the start.
    func facts(since time: Timestamp) -> FactsInForce {
        state.withLock { state in
            FactsInForce(
                facts: HostFacts(state.settings, host: state.reading),
                gateways: state.reading.gateways, since: time)
        }
    }

    /// Other settings hold from now on.
    func apply(_ settings: Settings) {
        state.withLock { state in
            state.settings = settings
            detector.ask(
                .apply(settings.detection, HostFacts(settings, host: state.reading)))
        }
        ring.wake()
    }

    /// The host says something else from now on.
    func learn(_ reading: HostReading) {
        state.withLock { state in
            state.reading = reading
            detector.ask(
                .apply(
                    state.settings.detection, HostFacts(state.settings, host: reading),
                    host: reading))
        }
        ring.wake()
    }

    /// There is traffic: served ports may matter. Thread: the detector's.
    func noteTraffic(at now: Timestamp) {
        let before = lastAsked.load(ordering: .relaxed)
        // A clock that was set back does not silence it.
        if now.nanoseconds < before || now.nanoseconds &- before >= HostDesk.interval {
            lastAsked.store(now.nanoseconds, ordering: .relaxed)
            bell.ring()
        }
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// The host's thread ends. Release: meets the acquire above.
    func stop() {
        stopping.store(true, ordering: .releasing)
        bell.ring()
    }
}
