// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The line that fwlogwatch writes to syslog when a source reaches its alert threshold.
///
/// Source: fwlogwatch 1.4; `ALERT: 65 attempts from 192.0.2.7`.
struct FwlogwatchLine {
    let line: String

    /// Nil for everything but repeated attempts, which is all that fwlogwatch knows.
    init?(_ decision: Decision) {
        guard let attempts = decision.attempts, let source = decision.scan?.firstAddress else {
            return nil
        }
        line = "ALERT: \(attempts) attempts from \(source)"
    }
}
