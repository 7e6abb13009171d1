// SPDX-License-Identifier: GPL-3.0-or-later

/// Keys of the agreed settings that this version does not act on yet.
///
/// They are taken where nothing would be different if it did: switched off, or at their default.
/// To take more and do nothing would be a lie.
enum LaterKeys {
    /// The values beside "off" that may stand there: the agreed defaults, and, while blocking is off,
    /// whatever its other keys say.
    private static let harmless: [String: Set<String>?] = [
        "blocking.enabled": [], "blocking.backend": nil, "blocking.mode": nil,
        "blocking.level": nil, "blocking.kinds": nil, "blocking.decoys": nil,
        "blocking.durations": nil, "blocking.growth": nil, "blocking.cap": nil,
        "blocking.maximum": nil, "blocking.fuse": nil, "blocking.on-stop": nil,
    ]

    /// Whether it is such a key, or a section of them.
    static func contains(_ name: String) -> Bool {
        harmless.keys.contains { name == $0 || $0.hasPrefix(name + ".") && isWhole(name) }
    }

    /// Whether a key's value makes no difference to this version.
    static func isHarmless(_ name: String, _ node: SettingNode) -> Bool {
        guard let allowed = harmless[name] ?? (isWhole(name) ? [] : nil) else {
            return harmless.keys.contains(name)
        }
        switch node.content {
        case .nothing: return true
        case .word(let word):
            return allowed.contains(word)
                || ["off", "false", "no", "0", "0s"].contains(word.lowercased())
        case .list(let entries): return entries.isEmpty
        case .section(let entries): return entries.isEmpty
        }
    }

    /// Sections of which this version knows no key at all.
    private static func isWhole(_ name: String) -> Bool {
        name == "blocking"
    }
}
