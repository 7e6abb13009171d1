// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A length of time as a person says it: `250 ms`, `4.2 s`, `19 s`, `2 min 5 s`, `3 h`, `2 d 4 h`.
///
/// Two units at most, the last one rounded; beyond that nobody compares two scans.
package struct ReadableDuration: CustomStringConvertible {
    package let description: String

    /// Unit: nanoseconds. Range: negative values count as zero.
    package init(nanoseconds: Int64) {
        let milliseconds = max(0, nanoseconds).addingSaturating(500_000) / 1_000_000
        if nanoseconds < 1_000_000 {
            description = "less than 1 ms"
            return
        }
        if milliseconds < 1000 {
            description = "\(milliseconds) ms"
            return
        }
        let tenths = (milliseconds + 50) / 100
        if tenths < 100 {
            description = tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
            return
        }
        let seconds = (milliseconds + 500) / 1000
        let minutes = (seconds + 30) / 60
        let hours = (minutes + 30) / 60
        description =
            if seconds < 60 {
                "\(seconds) s"
            } else if seconds < 3600 {
                ReadableDuration.pair(seconds / 60, "min", seconds % 60, "s")
            } else if minutes < 24 * 60 {
                ReadableDuration.pair(minutes / 60, "h", minutes % 60, "min")
            } else {
                ReadableDuration.pair(hours / 24, "d", hours % 24, "h")
            }
    }

    /// The same after *within*: exactly one hour is `an hour`.
    static func window(nanoseconds: Int64) -> String {
        switch nanoseconds {
        case 60_000_000_000: "a minute"
        case 3_600_000_000_000: "an hour"
        case 86_400_000_000_000: "a day"
        default: ReadableDuration(nanoseconds: nanoseconds).description
        }
    }

    private static func pair(_ large: Int64, _ unit: String, _ rest: Int64, _ part: String)
        -> String
    {
        rest == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(rest) \(part)"
    }
}

extension Duration {
    /// Unit: nanoseconds; saturates.
    var wholeNanoseconds: Int64 {
        Timestamp(
            seconds: components.seconds, nanoseconds: components.attoseconds / 1_000_000_000
        ).nanoseconds
    }
}
