// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration

/// Where a command's settings come from; read again at each reload.
package struct ConfigurationSource: Sendable {
    /// The file of `--config`; nil for the usual one, which may be absent.
    private let path: String?

    package static let defaultPath = ConfigurationFile.defaultPath

    package init(path: String?) { self.path = path }

    /// - Parameter changes: `key=value` of the command line, which win over the file.
    package func load(changes: [String] = []) throws(ConfigurationError) -> Settings {
        var settings = try ConfigurationFile.load(path: path)
        for change in changes { try ConfigurationFile.set(change, on: &settings) }
        return settings
    }
}
