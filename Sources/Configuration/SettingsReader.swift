// SPDX-License-Identifier: GPL-3.0-or-later

/// Goes through what was written, key by key, and keeps every problem that it meets.
struct SettingsReader {
    private(set) var settings: Settings
    private(set) var problems: [ConfigurationError.Problem] = []

    init(_ settings: Settings) {
        self.settings = settings
    }

    mutating func readRoot(_ root: SettingNode) {
        switch root.content {
        case .nothing: return
        case .section(let entries):
            for entry in entries { read(entry, name: entry.key) }
        case .word, .list:
            report(nil, root.position, "expected sections such as nflog, found \(root.described)")
        }
    }

    private mutating func read(_ entry: SettingNode.Entry, name: String) {
        if LaterKeys.contains(name) {
            readLater(entry, name: name)
        } else if case .section(let entries) = entry.value.content, SettingsReader.isSection(name) {
            for inner in entries { read(inner, name: "\(name).\(inner.key)") }
        } else if let key = SettingKey.all.first(where: { $0.name == name }) {
            do throws(WrongValue) {
                try key.apply(entry.value, &settings)
            } catch {
                report(name, error.position ?? entry.position, error.cause)
            }
        } else if SettingsReader.isSection(name) {
            // A section of which everything is commented out is a section without keys.
            if case .nothing = entry.value.content { return }
            report(
                name, entry.value.position,
                "expected a section, found \(entry.value.described)")
        } else {
            let known = SettingKey.all.map(\.name) + SettingsReader.sections
            let hint = NearestKey.to(name, among: known).map { "; did you mean \($0)?" } ?? ""
            report(SettingNode.shortened(name), entry.position, "unknown key\(hint)")
        }
    }

    /// Names each key below that is not off, so that all of them are told at once.
    private mutating func readLater(_ entry: SettingNode.Entry, name: String) {
        if case .section(let entries) = entry.value.content, !entries.isEmpty {
            for inner in entries { readLater(inner, name: "\(name).\(inner.key)") }
        } else if !LaterKeys.contains(name) {
            report(SettingNode.shortened(name), entry.position, "unknown key")
        } else if !LaterKeys.isHarmless(name, entry.value) {
            report(SettingNode.shortened(name), entry.position, "not in this version yet")
        }
    }

    private mutating func report(_ key: String?, _ position: FilePosition?, _ cause: String) {
        problems.append(.init(key: key, position: position, cause: cause))
    }

    private static let sections: [String] = {
        var names: Set<String> = []
        for key in SettingKey.all {
            let parts = key.name.split(separator: ".")
            for count in 1..<max(parts.count, 1) {
                names.insert(parts.prefix(count).joined(separator: "."))
            }
        }
        return names.sorted()
    }()

    private static func isSection(_ name: String) -> Bool { sections.contains(name) }
}
