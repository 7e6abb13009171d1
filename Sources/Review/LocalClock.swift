// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets

/// Moments as people here read them, always with the zone.
package struct LocalClock: Sendable {
    private let offset: @Sendable (Timestamp) -> Int

    /// - Parameter offset: how many seconds local time is ahead of UTC at a moment.
    package init(offset: @escaping @Sendable (Timestamp) -> Int) { self.offset = offset }

    /// `2026-12-01 13:30:05+01:00`.
    package func text(_ time: Timestamp) -> String {
        let local = CivilTime(time, offset: .seconds(offset(time)))
        return "\(local.date) \(local.clock)\(local.zone)"
    }
}

/// Colours, where they are wanted.
package struct Ink: Sendable {
    private let isOn: Bool

    /// - Parameters:
    ///   - isTerminal: whether a terminal shows what is written.
    ///   - environment: NO_COLOR with any text in it, or TERM=dumb, switches colours off.
    package init(isTerminal: Bool, environment: [String: String]) {
        isOn =
            isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    package static let none = Ink(isTerminal: false, environment: [:])

    /// Red from level 4 on, yellow from 3.
    func level(_ level: Int, _ text: String) -> String {
        switch level {
        case 4...: paint("31;1", text)
        case 3: paint("33", text)
        default: text
        }
    }

    func heading(_ text: String) -> String { paint("1", text) }

    /// Source: ECMA-48, select graphic rendition.
    private func paint(_ code: String, _ text: String) -> String {
        isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
