// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A place in the settings file.
///
/// Unit: lines and characters, both counted from 1.
package struct FilePosition: Hashable, Comparable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (a: FilePosition, b: FilePosition) -> Bool {
        (a.line, a.column) < (b.line, b.column)
    }
}

/// A piece of the settings as it was written, before anybody asked what it means.
struct SettingNode {
    enum Content {
        /// Nothing after the colon, `~` or `null`.
        case nothing
        case word(String)
        case list([SettingNode])
        case section([Entry])
    }

    struct Entry {
        let key: String
        let position: FilePosition?
        let value: SettingNode
    }

    let position: FilePosition?
    let content: Content

    /// What it is, for a sentence that says what it is not.
    var described: String {
        switch content {
        case .nothing: "nothing"
        case .word(let word): "\"\(SettingNode.shortened(word))\""
        case .list: "a list"
        case .section: "a section"
        }
    }

    /// The same, as if it stood nowhere: for what came from a command line.
    var withoutPosition: SettingNode {
        switch content {
        case .nothing, .word: SettingNode(position: nil, content: content)
        case .list(let nodes):
            SettingNode(position: nil, content: .list(nodes.map(\.withoutPosition)))
        case .section(let entries):
            SettingNode(
                position: nil,
                content: .section(
                    entries.map {
                        Entry(key: $0.key, position: nil, value: $0.value.withoutPosition)
                    }))
        }
    }

    /// Text from a file, cut and cleaned so that it may stand in an error's line.
    static func shortened(_ text: String) -> String {
        let cut = String(String.UnicodeScalarView(text.unicodeScalars.prefix(60)))
        return cut.printable + (text.unicodeScalars.count > 60 ? "…" : "")
    }
}

/// A value that cannot be what its key asks for.
struct WrongValue: Error {
    let position: FilePosition?
    let cause: String

    init(_ node: SettingNode, _ cause: String) {
        self.position = node.position
        self.cause = cause
    }

    init(at position: FilePosition?, _ cause: String) {
        self.position = position
        self.cause = cause
    }
}
