// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Settings

/// Where the settings come from: the file that was named, else the usual one if it is there.
package struct ConfigurationSource: Sendable {
    /// As given on the command line.
    private let named: String?

    package static let defaultPath = "/etc/picket/picket.yaml"

    package init(path: String?) { named = path }

    /// Reads the settings.
    ///
    /// - Parameter changes: `key=value` of the command line, which win over the file.
    package func load(changes: [String] = []) throws(ConfigurationError) -> Settings {
        var settings = Settings.defaults
        if let named {
            settings = try ConfigurationFile.load(path: named)
        } else if FileManager.default.fileExists(atPath: ConfigurationSource.defaultPath) {
            settings = try ConfigurationFile.load(path: ConfigurationSource.defaultPath)
        }
        for change in changes { try ConfigurationFile.set(change, on: &settings) }
        return settings
    }
}
