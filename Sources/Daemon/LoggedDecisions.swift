// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Control
import Decisions
import Logging
import Synchronization

/// The decision log as the running daemon has it: a format, and a file that may be opened anew.
///
/// Thread: any; the lock is held while a line is written, and only the log's own outlet writes.
final class LoggedDecisions: Sendable {
    private let file: Mutex<DecisionLog>
    private let choice: DecisionLogSettings
    private let observer: HostObserver

    init(
        _ choice: DecisionLogSettings, observer: HostObserver, log: Logger
    ) throws(DecisionLogError) {
        self.choice = choice
        self.observer = observer
        file = Mutex(
            try DecisionLog.open(path: choice.path) { trouble in
                switch trouble {
                case .losing(let cause, let total):
                    log.error(
                        "cannot write to \(choice.path): \(cause). Decisions lost there: \(total)")
                case .recovered(let lost):
                    log.notice("writing to \(choice.path) again after \(lost) lost decisions")
                }
            })
    }

    /// The queue that keeps a slow disk from delaying anybody else.
    func outlet() -> Outlet {
        Outlet("log") { [self] decision in
            if let line = observer.line(decision, as: choice.format) {
                file.withLock { $0.append(line) }
            }
        }
    }

    /// After logrotate(8) has renamed the file.
    func reopen() throws(DecisionLogError) {
        try file.withLock { file throws(DecisionLogError) in try file.reopen() }
    }

    var state: StatusReport.Log {
        file.withLock { file in
            var state = StatusReport.Log(path: choice.path, format: choice.format.rawValue)
            state.lines = file.lines
            state.lost = file.lost
            state.failing = file.failing
            return state
        }
    }
}
