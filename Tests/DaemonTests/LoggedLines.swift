// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import Synchronization

/// Keeps what a logger is told.
final class LoggedLines: Sendable {
    private let all = Mutex<[String]>([])
    var lines: [String] { all.withLock { $0 } }

    var log: Logger {
        Logger(label: "test") { _ in Handler(told: self) }
    }

    private struct Handler: LogHandler {
        let told: LoggedLines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            told.all.withLock {
                $0.append(
                    "\(event.level): \(event.message)\(event.metadata.map { " \($0)" } ?? "")")
            }
        }
    }
}
