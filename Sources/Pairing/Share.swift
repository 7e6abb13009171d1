// SPDX-License-Identifier: GPL-3.0-or-later

/// Where the scripts of `iptables/` are installed.
///
/// PICKET_SHARE wins; then what lies beside the binary, installed or built; then the usual places.
package enum Share {
    static let places =
        "PICKET_SHARE, ../share/picket/iptables beside the program, "
        + "/usr/local/share/picket/iptables, /usr/share/picket/iptables"

    /// - Parameter executable: the path of this program, links resolved.
    package static func find(executable: String) -> String? {
        var candidates: [String] = []
        if let named = PairingSystem.environment("PICKET_SHARE"), named.hasPrefix("/") {
            // A folder that was named and is not the right one is a mistake to be told.
            return [named, "\(named)/iptables"].first(where: isScripts)
        }
        var folder = HostFiles.folder(of: executable)
        candidates.append("\(HostFiles.folder(of: folder))/share/picket/iptables")
        // A build is below the sources: .build/release/picket.
        while !folder.isEmpty {
            let above = HostFiles.folder(of: folder)
            if folder.dropFirst(above.utf8.count).hasPrefix("/.build") {
                candidates.append("\(above)/iptables")
            }
            folder = above
        }
        candidates += ["/usr/local/share/picket/iptables", "/usr/share/picket/iptables"]
        return candidates.first(where: isScripts)
    }

    private static func isScripts(_ folder: String) -> Bool {
        PairingSystem.exists("\(folder)/iptables/install")
    }
}
