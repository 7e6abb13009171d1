// SPDX-License-Identifier: GPL-3.0-or-later

/// A file that gets another content.
package struct FileChange: Hashable, Sendable {
    package var path: String
    /// What is in it now; nil where it is not there.
    package var before: [UInt8]?
    /// What will be; nil when it goes.
    package var after: [UInt8]?
    /// What may be done with it now, and afterwards; nil where pairing has no need to say.
    package var modeBefore: UInt32?
    package var mode: UInt32?

    package init(
        path: String, before: [UInt8]?, after: [UInt8]?, modeBefore: UInt32? = nil,
        mode: UInt32? = nil
    ) {
        (self.path, self.before, self.after) = (path, before, after)
        (self.modeBefore, self.mode) = (modeBefore, mode)
    }

    package var isEmpty: Bool { before == after && (mode == nil || mode == modeBefore) }

    package init(path: String, before: String?, after: String?) {
        self.init(
            path: path, before: before.map { [UInt8]($0.utf8) },
            after: after.map { [UInt8]($0.utf8) })
    }

    package var diff: [String] {
        UnifiedDiff.lines(
            from: FileChange.lines(before), to: FileChange.lines(after),
            names: (
                before == nil ? "/dev/null" : path, after == nil ? "/dev/null" : "\(path) (paired)"
            ))
    }

    private static func lines(_ bytes: [UInt8]?) -> [String] {
        let text = String(decoding: bytes ?? [], as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

/// Rules of the kernel that one program of ours changes, all of them or none.
package struct RuleChange: Hashable, Sendable {
    /// Whose rules: `iptables`, `ip6tables`, `nft`.
    package var title: String
    /// The rules as their own program lists them, now and afterwards.
    package var before: [String]
    package var after: [String]
    /// What makes the change, and its arguments. Rules of several changes may be one program's
    /// work: it runs once.
    package var program: String
    package var arguments: [String]

    package init(
        title: String, before: [String], after: [String], program: String, arguments: [String]
    ) {
        (self.title, self.before, self.after) = (title, before, after)
        (self.program, self.arguments) = (program, arguments)
    }

    package var isEmpty: Bool { before == after }

    package var diff: [String] {
        UnifiedDiff.lines(
            from: before, to: after, names: ("\(title) (now)", "\(title) (paired)"))
    }
}

/// What pairing would change on a host: nothing of it is done yet.
package struct Plan: Hashable, Sendable {
    package var files: [FileChange] = []
    package var rules: [RuleChange] = []
    /// What the person should know: what is not fed, what a reboot does.
    package var notes: [String] = []

    package init(files: [FileChange] = [], rules: [RuleChange] = [], notes: [String] = []) {
        self.files = files.filter { !$0.isEmpty }
        self.rules = rules.filter { !$0.isEmpty }
        self.notes = notes
    }

    package var isEmpty: Bool { files.isEmpty && rules.isEmpty }

    package var diff: [String] { files.flatMap(\.diff) + rules.flatMap(\.diff) }

    package mutating func join(_ other: Plan) {
        files += other.files
        rules += other.rules
        notes += other.notes.filter { !notes.contains($0) }
    }
}
