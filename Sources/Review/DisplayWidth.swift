// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension String {
    /// How many columns of a terminal the text takes.
    ///
    /// Source: wcwidth(3) as the common terminals have it; the wide blocks are those of
    /// EastAsianWidth.txt with W or F, and the pictures that are shown as wide as they.
    var displayWidth: Int {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return utf8.count }
        return unicodeScalars.reduce(0) { $0 + $1.displayWidth }
    }

    /// The text cut to so many columns, with an ellipsis where something is missing.
    func cut(to width: Int) -> String {
        guard displayWidth > width else { return self }
        if width < 1 { return "" }
        var result = String.UnicodeScalarView()
        var room = width - 1
        for scalar in unicodeScalars {
            room -= scalar.displayWidth
            if room < 0 { break }
            result.append(scalar)
        }
        return String(result) + "…"
    }

    /// The text with spaces behind it, or cut, so that it takes so many columns.
    func left(_ width: Int) -> String {
        let text = cut(to: width)
        return text + String(repeating: " ", count: max(0, width - text.displayWidth))
    }

    /// The same with the spaces before it.
    func right(_ width: Int) -> String {
        let text = cut(to: width)
        return String(repeating: " ", count: max(0, width - text.displayWidth)) + text
    }
}

extension Unicode.Scalar {
    fileprivate var displayWidth: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
            0xa000...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
            0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f,
            0x1f900...0x1f9ff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }
}
