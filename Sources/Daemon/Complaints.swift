// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import Packets
import Synchronization

/// What goes wrong again and again while the daemon runs: told at most once a minute for each
/// thing, with how often it has happened.
///
/// Thread: any.
final class Complaints: Sendable {
    private struct Subject {
        var count = 0
        var told: Timestamp?
    }

    private let log: Logger
    private let subjects = Mutex<[String: Subject]>([:])

    private static let interval: Int64 = 60_000_000_000

    /// - Parameter log: where they are told; by default nowhere.
    init(log: Logger = Logger(label: "picket") { _ in SwiftLogNoOpLogHandler() }) {
        self.log = log
    }

    /// - Parameter subject: what is complained of; a handful of constants.
    func tell(_ subject: String, _ error: some Error, at now: Timestamp = System.now) {
        let count: Int? = subjects.withLock { subjects in
            subjects[subject, default: Subject()].count += 1
            let known = subjects[subject, default: Subject()]
            // A clock that was set back does not silence it.
            if let told = known.told, now >= told,
                now.nanoseconds(since: told) < Complaints.interval
            {
                return nil
            }
            subjects[subject]?.told = now
            return known.count
        }
        guard let count else { return }
        log.error("\(error)", metadata: count > 1 ? ["times": "\(count)"] : [:])
    }
}
