// SPDX-License-Identifier: GPL-3.0-or-later

/// The files of a host, below a root folder, read whole and replaced whole.
package struct HostFiles: Sendable {
    /// The files of a firewall are kilobytes; this is what makes a mistake of one that is not.
    /// Unit: bytes.
    package static let most = 16 << 20

    /// Put before every path; empty for the host itself.
    package let root: String

    package init(root: String = "") { self.root = root }

    package func exists(_ path: String) -> Bool { PairingSystem.exists(root + path) }

    /// The file's content; nil where there is none.
    package func read(_ path: String) throws(PairingError) -> [UInt8]? {
        let (bytes, _, cause) = PairingSystem.read(root + path, most: HostFiles.most)
        if let bytes { return bytes }
        guard cause == PairingSystem.notThere else { throw .system("read", path, cause) }
        return nil
    }

    /// The file's content as text; nil where there is none, or where it is no text.
    package func text(_ path: String) throws(PairingError) -> String? {
        try read(path).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// What may be done with the file; nil where there is none.
    package func mode(of path: String) -> UInt32? {
        PairingSystem.read(root + path, most: HostFiles.most).rights?.mode
    }

    /// Gives the file another content, at once: a reader finds the one or the other, and so does
    /// whoever comes after a loss of power. nil removes it. Mode and owner stay unless `mode`
    /// says another, and a link stays a link.
    package func replace(
        _ path: String, with bytes: [UInt8]?, newMode: UInt32 = 0o644, mode: UInt32? = nil
    ) throws(PairingError) {
        let place = PairingSystem.resolved(root + path) ?? root + path
        guard let bytes else {
            let cause = PairingSystem.remove(place)
            guard cause == 0 else { throw .system("remove", path, cause) }
            PairingSystem.syncFolder(HostFiles.folder(of: place))
            return
        }
        var rights = PairingSystem.read(place, most: HostFiles.most).rights
        if let mode { rights?.mode = mode }
        let temporary = "\(place).picket-new"
        // What a call that was killed has left.
        _ = PairingSystem.remove(temporary)
        var cause = PairingSystem.create(
            temporary, bytes, rights ?? .init(mode: mode ?? newMode, owner: 0, group: 0))
        if cause == 0 { cause = PairingSystem.rename(temporary, to: place) }
        guard cause == 0 else {
            _ = PairingSystem.remove(temporary)
            throw .system("write", path, cause)
        }
        PairingSystem.syncFolder(HostFiles.folder(of: place))
    }

    /// Makes the folder of a file and those above it, and returns those that were not there, the
    /// innermost last.
    package func makeFolder(of path: String, mode: UInt32 = 0o755) throws(PairingError) -> [String]
    {
        let folder = HostFiles.folder(of: path)
        guard !folder.isEmpty, !exists(folder) else { return [] }
        let above = try makeFolder(of: folder, mode: mode)
        let (isNew, cause) = PairingSystem.makeFolder(root + folder, mode: mode)
        guard cause == 0 else { throw .system("make the folder", folder, cause) }
        return above + (isNew ? [folder] : [])
    }

    /// Removes folders that nothing is in, the last first.
    package func removeFolders(_ folders: [String]) {
        for folder in folders.reversed() { PairingSystem.removeFolder(root + folder) }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[..<slash])
    }
}
