// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import ServiceLifecycle

/// Tells the service manager that the daemon is alive, as long as the threads that matter go round.
///
/// A thread that hangs does not answer, nothing is told, and the manager starts the daemon anew.
/// Bound: the manager's limit from the last answer on; each third of it, one wake of each thread.
/// Source: sd_watchdog_enabled(3); WATCHDOG=1 in sd_notify(3).
struct Watchdog: Service {
    /// A thread that is watched.
    struct Ward: Sendable {
        let name: String
        let pulse: Pulse
        /// Ends the thread's sleep, so that it comes by.
        let wake: @Sendable () -> Void
    }

    private let wards: [Ward]
    private let manager: ServiceManager
    private let log: Logger

    init(wards: [Ward], manager: ServiceManager, log: Logger) {
        self.wards = wards
        self.manager = manager
        self.log = log
    }

    /// Looks three times within the manager's limit, so that one late look does no harm.
    func run() async throws {
        guard let limit = manager.watchdogLimit else {
            try? await gracefulShutdown()
            return
        }
        ask()
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: limit / 3)) != nil {
                look()
            }
        }
    }

    /// Tells the manager that all is well when everybody has answered, and asks again.
    func look() {
        let silent = wards.filter { !$0.pulse.isAnswered }.map(\.name)
        if silent.isEmpty {
            manager.alive()
        } else {
            let names = silent.joined(separator: " and ")
            log.error("no answer from the thread \(names): the service manager is told nothing")
        }
        ask()
    }

    func ask() {
        for ward in wards {
            ward.pulse.ask()
            ward.wake()
        }
    }
}
