// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets

/// A decision as a line of syslog: `<28>Oct 25 13:16:38 picket[4711]: scan-escalated, level 3: …`.
///
/// Source: RFC 3164 as syslog(3) sends it, without a host, which the local daemon adds.
enum SyslogMessage {
    /// `daemon`.
    static let facility = 3

    static func bytes(of decision: Decision) -> [UInt8] {
        let priority = facility * 8 + severity(of: decision)
        let head =
            "<\(priority)>\(KernelLogHeader.date(System.now)) picket[\(System.processID)]: "
        return Array((head + text(of: decision)).utf8.prefix(limit))
    }

    /// What rsyslog and the kernel take at least. Unit: bytes.
    private static let limit = 2048

    static func text(of decision: Decision) -> String {
        var text = decision.action.rawValue
        if decision.action != .loss { text += ", level \(decision.level)" }
        text += ": " + decision.reason
        if !decision.origin.prefix.isEmpty, decision.action != .loss {
            text += " [prefix \(decision.origin.prefix)]"
        }
        return text.printable
    }

    /// Levels 1 and 2 are notices, 3 a warning, 4 an error, 5 critical; what is no scan informs, and a
    /// loss is a warning.
    static func severity(of decision: Decision) -> Int {
        if decision.action == .loss { return 4 }
        return switch decision.level {
        case 5...: 2
        case 4: 3
        case 3: 4
        case 1, 2: 5
        default: 6
        }
    }
}
