// SPDX-License-Identifier: GPL-3.0-or-later

/// A danger level's colour on a terminal, and whether there may be colours at all.
package enum LevelColour {
    /// The parameter of SGR; nil for levels that need no colour.
    ///
    /// Source: ECMA-48, 8.3.117. Only the eight colours that every terminal has.
    static func code(_ level: Int) -> String? {
        switch level {
        case 2: "33"
        case 3: "1;33"
        case 4: "31"
        case 5: "1;31"
        default: nil
        }
    }

    /// Whether to colour what goes to standard output.
    ///
    /// Source: no-color.org: a variable that is there and not empty forbids it, whatever it says.
    package static func isWanted(isTerminal: Bool, environment: [String: String]) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// A decision's line in the format `text` with its level coloured.
    ///
    /// The level stands at a fixed place, so that nothing that a firewall's prefix says can look
    /// like one.
    package static func line(_ text: String) -> String {
        let mark = " level "
        // Date, time, zone, and the action in its column: 57 bytes with the longest of each.
        var start = text.startIndex
        for _ in 0..<64 where start < text.endIndex {
            if text[start...].hasPrefix(mark) { break }
            start = text.index(after: start)
        }
        guard text[start...].hasPrefix(mark) else { return text }
        let number = text.index(start, offsetBy: mark.count)
        guard number < text.endIndex, let level = text[number].wholeNumberValue,
            let code = code(level)
        else { return text }
        let begin = text.index(after: start)
        let end = text.index(after: number)
        return text[..<begin] + "\u{1b}[\(code)m" + text[begin..<end] + "\u{1b}[0m" + text[end...]
    }
}
