// SPDX-License-Identifier: GPL-3.0-or-later

import Journal
import Packets

/// Decisions as a table for people, a row at a time.
package struct DecisionTable: Sendable {
    private let clock: LocalClock
    private let ink: Ink

    package init(clock: LocalClock, ink: Ink) {
        self.clock = clock
        self.ink = ink
    }

    package var heading: String {
        ink.heading("\(padded("TIME", 25))  \(padded("ACTION", 17))  LEVEL  WHAT")
    }

    package func row(_ decision: DecisionLine) -> String {
        let time = padded(clock.text(decision.time), 25)
        let action = padded(decision.action.printable, 17)
        let level = ink.level(decision.level, padded("\(decision.level)", 5))
        return "\(time)  \(action)  \(level)  \(decision.reason.printable)\(notes(of: decision))"
    }

    /// ` [outbound, prefix DROP, in eth0]`.
    private func notes(of decision: DecisionLine) -> String {
        var notes: [String] = []
        if let direction = decision.direction, direction != "inbound" { notes.append(direction) }
        if let prefix = decision.prefix { notes.append("prefix \(prefix)") }
        if let interface = decision.interface { notes.append("in \(interface)") }
        return notes.isEmpty ? "" : " [\(notes.joined(separator: ", ").printable)]"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        // Times, actions and levels are ASCII, and characters cost more to count than bytes.
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
