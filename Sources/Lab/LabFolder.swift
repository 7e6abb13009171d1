// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The lab's own files: settings, rules, decisions and control socket of its daemon.
///
/// It is below /run, where only root makes names, so that nobody can lay a link in its way.
package struct LabFolder {
    package let path: String
    package var settings: String { "\(path)/picket.yaml" }
    package var decisions: String { "\(path)/log/decisions.json" }
    package var socket: String { "\(path)/run/control.sock" }

    private static let place = "/run"
    private static let mark = "picket-lab-"

    package init(owner: Int32) { self.init(at: "\(LabFolder.place)/\(LabFolder.mark)\(owner)") }

    package init(at path: String) { self.path = path }

    /// Removes the folders of labs whose process is gone.
    package static func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        for name in names where name.hasPrefix(mark) {
            guard let owner = Int32(name.dropFirst(mark.count)),
                !LabSystem.exists(process: owner)
            else { continue }
            LabFolder(owner: owner).remove()
        }
    }

    package func make() throws(LabError) {
        remove()
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o755])
            for part in ["log", "run"] {
                try FileManager.default.createDirectory(
                    atPath: "\(path)/\(part)", withIntermediateDirectories: false,
                    attributes: [.posixPermissions: 0o755])
            }
        } catch {
            throw .system(
                operation: "make the lab's folder", object: path,
                cause: error.localizedDescription)
        }
    }

    package func remove() { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    package func write(_ text: String, to name: String) throws(LabError) -> String {
        let file = "\(path)/\(name)"
        do { try text.write(toFile: file, atomically: false, encoding: .utf8) } catch {
            throw .system(
                operation: "write the lab's file", object: file, cause: error.localizedDescription)
        }
        return file
    }

    /// Settings for the lab's daemon: report only, and nothing outside the folder.
    package func writeSettings() throws(LabError) {
        try write(
            """
            # Written by `picket lab`; gone when it ends.
            nflog:
              groups: [5]
            detection:
              # Nothing is kept: each lab starts knowing nobody.
              table: off
              facts: off
              home-networks: [\(LabNetwork.home.map { "\"\($0)\"" }.joined(separator: ", "))]
            log:
              decisions:
                path: \(decisions)
                format: ecs
            journal:
              path: \(path)/picket.db
            evidence:
              path: \(path)/evidence
            control:
              socket: \(socket)

            """, to: "picket.yaml")
    }
}
