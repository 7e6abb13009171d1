// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Yams

/// The settings file: the one place that knows YAML.
package enum ConfigurationFile {
    /// Where the file is looked for when nobody names one.
    package static let defaultPath = "/etc/picket/picket.yaml"

    /// Every key, with its sections: `detection.levels.packets`.
    package static let keys = SettingKey.all.map(\.name)

    /// Bound: a settings file is at most this long.
    static let maximumBytes = 1 << 20

    /// The settings of the named file, or of the default one when none is named.
    ///
    /// Without a file at the default path the defaults hold; a named file must be there.
    /// Throws: ``ConfigurationError`` with all that is wrong.
    package static func load(path: String? = nil) throws(ConfigurationError) -> Settings {
        try load(path: path, default: defaultPath)
    }

    static func load(
        path: String?, default defaultPath: String
    ) throws(ConfigurationError) -> Settings {
        let name = path ?? defaultPath
        let bytes: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: name))
            defer { try? file.close() }
            bytes = try file.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            let code = (error as? CocoaError)?.code
            if code == .fileReadNoSuchFile || code == .fileNoSuchFile, path == nil {
                return .defaults
            }
            throw ConfigurationError(
                path: name, cause: cause(error),
                exitCode: code == .fileReadNoPermission ? 77 : 78)
        }
        guard bytes.count <= maximumBytes else {
            throw ConfigurationError(path: name, cause: "longer than \(maximumBytes) bytes")
        }
        return try parse(text: text(bytes, path: name), path: name)
    }

    /// The settings that a text says; what it does not say keeps its default.
    ///
    /// Throws: ``ConfigurationError`` with all that is wrong, each with line and column.
    package static func parse(text: String, path: String) throws(ConfigurationError) -> Settings {
        var settings = Settings.defaults
        guard let root = try YAMLText.compose(text, path: path) else { return settings }
        try apply(root, to: &settings, path: path)
        return settings
    }

    /// Changes one setting as `key=value` says, the value written as in the file.
    ///
    /// Throws: ``ConfigurationError``; the settings are then as before.
    package static func set(
        _ argument: String, on settings: inout Settings
    ) throws(ConfigurationError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let path = "--set \(SettingNode.shortened(argument))"
        let words = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !words.contains(where: \.isEmpty) else {
            throw ConfigurationError(path: path, cause: "expected key=value")
        }
        guard words.count <= 8 else {
            throw ConfigurationError(path: path, cause: "unknown key")
        }
        var node = try YAMLText.compose(String(parts[1]), path: path).map(\.withoutPosition)
        for word in words.reversed() {
            let value = node ?? SettingNode(position: nil, content: .nothing)
            let entry = SettingNode.Entry(key: String(word), position: nil, value: value)
            node = SettingNode(position: nil, content: .section([entry]))
        }
        guard let node else { return }
        try apply(node, to: &settings, path: path)
    }

    /// Every key with its value, one a line, as `--set` takes them.
    package static func lines(_ settings: Settings) -> [String] {
        SettingKey.all.map { "\($0.name)=\($0.text(settings))" }
    }

    private static func apply(
        _ root: SettingNode, to settings: inout Settings, path: String
    ) throws(ConfigurationError) {
        var reader = SettingsReader(settings)
        reader.readRoot(root)
        guard reader.problems.isEmpty else {
            throw ConfigurationError(path: path, problems: reader.problems)
        }
        settings = reader.settings
    }

    private static func text(_ bytes: Data, path: String) throws(ConfigurationError) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        // Everything before the first bad byte is valid, so decoding it again with repairs finds it.
        let position = YAMLText.position(after: String(decoding: bytes, as: UTF8.self)) {
            $0 == "\u{FFFD}"
        }
        throw ConfigurationError(path: path, position: position, cause: "not UTF-8")
    }

    private static func cause(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "no such file"
        case .fileReadNoPermission: "permission denied; the file must be readable by its user"
        default:
            (error as NSError).userInfo[NSUnderlyingErrorKey]
                .flatMap { ($0 as? any Error)?.localizedDescription } ?? error.localizedDescription
        }
    }
}
