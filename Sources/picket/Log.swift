// SPDX-License-Identifier: GPL-3.0-or-later

import Daemon
import Logging

/// The words of the daemon about itself: a line each on standard error, which systemd's journal
/// and every terminal take as it is.
struct Log: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    static var standardError: Logger { Logger(label: "picket") { _ in Log() } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { $1 }
            .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        System.say("picket: \(event.level): \(event.message)\(values)")
    }
}
