// SPDX-License-Identifier: GPL-3.0-or-later

/// A JSON value that keeps its keys in the order in which they were written.
///
/// In an object a nil value leaves the key out; `.null` writes it.
/// Source: RFC 8259.
enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case unsigned(UInt64)
    /// Written with one decimal; null when it is not finite, since JSON has no such number.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(String, JSON?)])

    /// One line, without spaces.
    var line: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// The text, or nil when it is empty and so has nothing to say.
    static func nonEmpty(_ text: String) -> JSON? { text.isEmpty ? nil : .string(text) }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .unsigned(let value): text += String(value)
        case .number(let value):
            let rounded = (value * 10).rounded() / 10
            text += rounded.isFinite ? rounded.description : "null"
        case .string(let value): JSON.quote(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            var first = true
            for (key, value) in members {
                guard let value else { continue }
                if !first { text += "," }
                first = false
                JSON.quote(key, to: &text)
                text += ":"
                value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        defer { text += "\"" }
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) {
            text += value
            return
        }
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                // Above 0x7e an escape is not demanded, but terminals obey those characters.
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
}
