// SPDX-License-Identifier: GPL-3.0-or-later

/// Keys of the contract that this version does not act on yet.
///
/// They are taken only where they switch something off: to take more and do nothing would be a lie.
enum LaterKeys {
    /// Whole sections, and single keys of sections that this version knows.
    private static let names = [
        "blocking", "journal", "evidence", "log.packets", "detection.slow-memory",
        "detection.auto-level",
    ]

    static func contains(_ name: String) -> Bool {
        names.contains { name == $0 || name.hasPrefix($0 + ".") }
    }

    /// Whether the value says that the thing is off.
    static func isOff(_ node: SettingNode) -> Bool {
        switch node.content {
        case .nothing: true
        case .word(let word): ["off", "false", "no", "0", "0s"].contains(word.lowercased())
        case .list(let entries): entries.isEmpty
        case .section(let entries): entries.allSatisfy { isOff($0.value) }
        }
    }
}
