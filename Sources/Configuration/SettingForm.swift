// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// How a value is written: what is expected, reading it, and writing it back.
struct SettingForm<Value>: Sendable {
    /// The expected shape with its range, to follow "expected".
    let shape: String
    let read: @Sendable (SettingNode) throws(WrongValue) -> Value
    let write: @Sendable (Value) -> String

    init(
        _ shape: String, read: @escaping @Sendable (SettingNode) throws(WrongValue) -> Value,
        write: @escaping @Sendable (Value) -> String
    ) {
        self.shape = shape
        self.read = read
        self.write = write
    }

    /// A form that is one word.
    init(
        _ shape: String, word: @escaping @Sendable (String) -> Value?,
        write: @escaping @Sendable (Value) -> String
    ) {
        self.init(shape) { node throws(WrongValue) in
            guard case .word(let text) = node.content, let value = word(text) else {
                throw WrongValue(node, "expected \(shape), found \(node.described)")
            }
            return value
        } write: {
            write($0)
        }
    }

    /// The same form where nothing, or one of the given words, stands for nil.
    func orNothing(_ meaning: String, words: Set<String> = []) -> SettingForm<Value?> {
        let form = self
        let plain = words.sorted().first ?? "null"
        return SettingForm<Value?>("\(shape); \(plain): \(meaning)") { node throws(WrongValue) in
            switch node.content {
            case .nothing: return nil
            case .word(let word) where words.contains(word): return nil
            default: return try form.read(node)
            }
        } write: { value in
            value.map { form.write($0) } ?? plain
        }
    }
}

extension SettingForm where Value == Int {
    static func count(_ range: ClosedRange<Int>, of unit: String? = nil) -> SettingForm<Int> {
        let noun = unit.map { "a number of \($0)" } ?? "a whole number"
        return SettingForm("\(noun), \(range.lowerBound) to \(range.upperBound)") { text in
            Quantity.number(text).flatMap { range.contains($0) ? $0 : nil }
        } write: {
            String($0)
        }
    }

    static func size(_ range: ClosedRange<Int>) -> SettingForm<Int> {
        let bounds = [range.lowerBound, range.upperBound].map { Quantity.text(size: $0) }
        return SettingForm("a size such as 64KiB or 1GiB, \(bounds[0]) to \(bounds[1])") { text in
            Quantity.size(text).flatMap { range.contains($0) ? $0 : nil }
        } write: {
            Quantity.text(size: $0)
        }
    }
}

extension SettingForm where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> SettingForm<Duration> {
        let bounds = [range.lowerBound, range.upperBound].map { Quantity.text($0) }
        let shape = "a duration such as 30s, 10m, 4h, 7d or 1w, \(bounds[0]) to \(bounds[1])"
        return SettingForm(shape) { text in
            Quantity.duration(text).flatMap { range.contains($0) ? $0 : nil }
        } write: {
            Quantity.text($0)
        }
    }

    /// As `duration`; `off` is a duration of nothing.
    static func durationOrOff(_ range: ClosedRange<Duration>) -> SettingForm<Duration> {
        let upper = Quantity.text(range.upperBound)
        return SettingForm("a duration such as 30s, 10m, 4h, 7d or 1w, up to \(upper), or off") {
            text in
            if text == "off" { return .zero }
            return Quantity.duration(text).flatMap { range.contains($0) ? $0 : nil }
        } write: {
            $0 == .zero ? "off" : Quantity.text($0)
        }
    }
}

extension SettingForm where Value == Bool {
    static var toggle: SettingForm<Bool> {
        SettingForm("true or false") { text in
            switch text.lowercased() {
            case "true", "yes", "on": true
            case "false", "no", "off": false
            default: nil
            }
        } write: {
            String($0)
        }
    }
}

extension SettingForm where Value == String {
    /// An absolute path. Range: up to 4,095 bytes, PATH_MAX without its end (limits.h).
    static func path(upTo bytes: Int = 4095) -> SettingForm<String> {
        SettingForm("an absolute path of at most \(bytes) bytes") { text in
            let fits = text.utf8.count <= bytes && text.hasPrefix("/") && text.utf8.count > 1
            return fits && !text.utf8.contains(0) && !text.hasSuffix("/") ? text : nil
        } write: {
            quoted($0)
        }
    }

    /// A short name without spaces. Range: up to the given number of bytes.
    static func name(_ noun: String, upTo bytes: Int) -> SettingForm<String> {
        SettingForm("\(noun) of at most \(bytes) bytes") { text in
            let fits = !text.isEmpty && text.utf8.count <= bytes
            return fits && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f } ? text : nil
        } write: {
            quoted($0)
        }
    }

    /// Text of any letters but control characters.
    static func text(upTo bytes: Int) -> SettingForm<String> {
        SettingForm("a text of at most \(bytes) bytes") { text in
            let fits = !text.isEmpty && text.utf8.count <= bytes
            return fits && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } ? text : nil
        } write: {
            quoted($0)
        }
    }

    /// The text as a YAML word where it is plain, else between double quotes.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        // A word that begins with a letter or slash and is not one of these is read as itself.
        let special: Set<String> = ["null", "off", "on", "yes", "no", "true", "false"]
        let startsWell = text.utf8.first.map { $0 >= 0x41 || $0 == UInt8(ascii: "/") } ?? false
        if plain && startsWell && !special.contains(text.lowercased()) { return text }
        let escaped = text.map { character in
            character == "\"" || character == "\\" ? "\\\(character)" : String(character)
        }
        return "\"" + escaped.joined() + "\""
    }
}
