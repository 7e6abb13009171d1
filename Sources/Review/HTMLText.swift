// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Text on its way into a page.
enum HTMLText {
    /// The text as content or as the value of an attribute in double quotes: it can neither end
    /// what it stands in nor begin something.
    ///
    /// Looked at scalar by scalar: a sign with an accent over it is still that sign. What XML
    /// cannot hold becomes `?`.
    /// Source: XML 1.0, sections 2.2 and 2.4.
    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.printable.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where scalar.value & 0xfffe == 0xfffe: result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Text from outside between marks that keep its direction of writing to itself.
    static func foreign(_ text: String) -> String { "<bdi>\(escape(text))</bdi>" }

    /// A share of a whole in percent with one decimal, as a length.
    static func percent(_ part: Double) -> String {
        let tenths = Int((max(0, min(part, 1)) * 1000).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
}
