// SPDX-License-Identifier: GPL-3.0-or-later

import Yams

/// YAML taken apart, with its errors in our words.
///
/// Bound: the parser ends at 1,000 levels (libyaml's MAX_NESTING_LEVEL); anchors and aliases are
/// refused, and so many that they could blow up before that are refused unread.
enum YAMLText {
    /// Nil for a text without anything but comments.
    static func compose(_ text: String, path: String) throws(ConfigurationError) -> SettingNode? {
        var text = text
        text.makeContiguousUTF8()
        if let position = aliasFlood(in: text) {
            throw ConfigurationError(path: path, position: position, cause: noAliases)
        }
        do {
            // An anchor is remembered only as long as its parser lives.
            let parser = try Parser(yaml: text)
            let node = try parser.singleRoot()
            let result = try node.map { node throws(WrongValue) in try setting(node) }
            withExtendedLifetime(parser) {}
            return result
        } catch let error as YamlError {
            throw problem(error, text: text, path: path)
        } catch let error as WrongValue {
            throw ConfigurationError(path: path, position: error.position, cause: error.cause)
        } catch {
            throw ConfigurationError(path: path, cause: "\(error)")
        }
    }

    private static let noAliases = "anchors and aliases are not taken; write the value out"

    private static func setting(_ node: Node) throws(WrongValue) -> SettingNode {
        let position = node.mark.map { FilePosition(line: $0.line, column: $0.column) }
        guard node.anchor == nil else { throw WrongValue(at: position, noAliases) }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            let isNothing = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return SettingNode(
                position: position, content: isNothing ? .nothing : .word(scalar.string))
        case .sequence(let sequence):
            var entries: [SettingNode] = []
            for entry in sequence { entries.append(try setting(entry)) }
            return SettingNode(position: position, content: .list(entries))
        case .mapping(let mapping):
            var entries: [SettingNode.Entry] = []
            for (key, value) in mapping {
                let key = try setting(key)
                guard case .word(let name) = key.content else {
                    throw WrongValue(at: key.position, "a key must be a word")
                }
                entries.append(
                    .init(key: name, position: key.position, value: try setting(value)))
            }
            return SettingNode(position: position, content: .section(entries))
        case .alias:
            throw WrongValue(at: position, noAliases)
        }
    }

    private static func problem(
        _ error: YamlError, text: String, path: String
    ) -> ConfigurationError {
        func at(_ mark: Mark, _ cause: String) -> ConfigurationError {
            ConfigurationError(
                path: path, position: FilePosition(line: mark.line, column: mark.column),
                cause: cause)
        }
        switch error {
        case .scanner(_, let cause, let mark, _), .parser(_, let cause, let mark, _),
            .composer(_, let cause, let mark, _):
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
            let tab = line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
            return at(mark, tab ? "a tab in the indentation; use spaces" : "not YAML: \(cause)")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "\"\(SettingNode.shortened($0))\"" }.joined(separator: ", ")
            return at(context.mark, "\(names) more than once in the same section")
        case .reader(let cause, let offset, _, _):
            let index = offset.flatMap {
                text.index(text.startIndex, offsetBy: $0, limitedBy: text.endIndex)
            }
            let before = index.map { String(text[..<$0]) }
            return ConfigurationError(
                path: path, position: before.flatMap { position(after: $0) { _ in false } },
                cause: "not YAML: \(cause)")
        default:
            return ConfigurationError(path: path, cause: "not YAML: \(error)")
        }
    }

    /// The seventeenth thing that looks like an alias.
    ///
    /// Bound: sixteen can stand for a few hundred values at most, whatever they are nested into.
    private static func aliasFlood(in text: String) -> FilePosition? {
        var before: Unicode.Scalar = "\n"
        var isStar = false
        var count = 0
        return position(after: text, orNil: true) { scalar in
            defer { before = scalar }
            if isStar, scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                count += 1
            }
            isStar = scalar == "*" && " \t\n,[{:-?".unicodeScalars.contains(before)
            return count > 16
        }
    }

    /// The position of the first character that is looked for; else that after the text's end.
    static func position(
        after text: String, orNil: Bool = false, until isFound: (Unicode.Scalar) -> Bool
    ) -> FilePosition? {
        var found = FilePosition(line: 1, column: 1)
        for scalar in text.unicodeScalars {
            if isFound(scalar) { return found }
            if scalar == "\n" {
                found = FilePosition(line: found.line + 1, column: 1)
            } else {
                found.column += 1
            }
        }
        return orNil ? nil : found
    }
}
