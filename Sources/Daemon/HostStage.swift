// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import HostFacts
import Journal
import Ring

/// The road of the host's facts, beside that of the packets:
///
///     kernel -> rtnetlink, sock_diag -> host thread -> desk -> detector thread -> facts file
struct HostStage: Sendable {
    let desk: HostDesk
    let recorder: FactsRecorder?
    /// What the host said first. What comes in from then on is decided by it.
    let start: HostRecord
    private let watch: Handover<HostWatch>

    /// Asks the host; nothing runs yet.
    init(
        settings: Settings, detector: DetectorDesk, ring: EventRing, journal: JournalWriter?,
        complaints: Complaints
    ) throws {
        let time = System.now
        let watch = try HostWatch(complaints: complaints)
        start = HostRecord(time: time, reading: watch.reading)
        desk = try HostDesk(
            settings: settings, reading: watch.reading, detector: detector, ring: ring)
        recorder = settings.factsPath.map { path in
            FactsRecorder(path: path, complaints: complaints) { time, line in
                journal?.note(.hostFacts(time: time, json: line))
            }
        }
        self.watch = Handover(watch)
    }

    /// Starts the host's thread. What writes to the disk starts no thread before this: rights, which
    /// belong to threads, are dropped by now.
    func run() throws(RingError) -> NamedThread {
        recorder?.note(start.reading, from: start.time)
        return try NamedThread("host") { [watch, desk] in watch.take()?.run(for: desk) }
    }
}
