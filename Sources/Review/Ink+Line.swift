// SPDX-License-Identifier: GPL-3.0-or-later

extension Ink {
    /// A decision's line in the format `text` with its level coloured.
    ///
    /// The level stands at a fixed place, so that nothing that a firewall's prefix says can look
    /// like one.
    package func line(_ text: String) -> String {
        let mark = " level "
        // Date, time, zone, and the action in its column: 57 bytes with the longest of each.
        var start = text.startIndex
        for _ in 0..<64 where start < text.endIndex {
            if text[start...].hasPrefix(mark) { break }
            start = text.index(after: start)
        }
        guard text[start...].hasPrefix(mark) else { return text }
        let number = text.index(start, offsetBy: mark.count)
        guard number < text.endIndex, let level = text[number].wholeNumberValue else { return text }
        let begin = text.index(after: start)
        let end = text.index(after: number)
        return text[..<begin] + self.level(level, String(text[begin..<end])) + text[end...]
    }
}
