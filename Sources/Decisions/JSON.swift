// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

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
    case address(Address)
    /// Written as RFC 3339 in UTC with microseconds.
    case time(Timestamp)
    /// JSON already: what is always the same costs one copy.
    case verbatim(String)
    case array([JSON])
    case object([(String, JSON?)])

    /// One line, without spaces.
    var line: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text, or nil when it is empty and so has nothing to say.
    static func nonEmpty(_ text: String) -> JSON? { text.isEmpty ? nil : .string(text) }

    /// Appends the line.
    ///
    /// Keys are words of our own and are written as they are.
    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.write("null")
        case .bool(let value): bytes.write(value ? "true" : "false")
        case .integer(let value): bytes.write(value)
        case .unsigned(let value): bytes.write(value)
        case .number(let value):
            let rounded = (value * 10).rounded() / 10
            bytes.write(rounded.isFinite ? rounded.description : "null")
        case .string(let value): JSON.quote(value, to: &bytes)
        case .address(let value):
            bytes.append(UInt8(ascii: "\""))
            value.write(to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .time(let value):
            bytes.append(UInt8(ascii: "\""))
            value.writeRFC3339(to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .verbatim(let value): bytes.write(value)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            var first = true
            for value in values {
                if !first { bytes.append(UInt8(ascii: ",")) }
                first = false
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            var first = true
            for (key, value) in members {
                guard let value else { continue }
                if !first { bytes.append(UInt8(ascii: ",")) }
                first = false
                bytes.append(UInt8(ascii: "\""))
                bytes.write(key)
                bytes.append(UInt8(ascii: "\""))
                bytes.append(UInt8(ascii: ":"))
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func quote(_ value: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        bytes.write(value)
        // Nearly every text is plain, and stands there already.
        if !isPlain(bytes, from: start) {
            bytes.removeSubrange(start...)
            escape(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ bytes: [UInt8], from start: Int) -> Bool {
        var others: UInt8 = 0
        for index in start..<bytes.count {
            let byte = bytes[index]
            others |= byte &- 0x20 < 0x5f && byte != 0x22 && byte != 0x5c ? 0 : 1
        }
        return others == 0
    }

    private static func escape(_ value: String, to bytes: inout [UInt8]) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": bytes.write("\\\"")
            case "\\": bytes.write("\\\\")
            case "\n": bytes.write("\\n")
            case "\r": bytes.write("\\r")
            case "\t": bytes.write("\\t")
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                // Above 0x7e an escape is not demanded, but terminals obey those characters.
                let digits = String(scalar.value, radix: 16)
                bytes.write("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
            default: bytes.append(contentsOf: scalar.utf8)
            }
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
}
