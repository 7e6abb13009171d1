// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A folder that the daemon keeps files in.
enum Folder {
    /// The folder that a file is in.
    static func of(_ path: String) -> String {
        (path as NSString).deletingLastPathComponent
    }

    /// Makes the folder and those above it; one that is there stays as it is.
    ///
    /// Returns: nil, or the folder that could not be made and errno.
    static func make(_ path: String) -> (folder: String, errno: CInt)? {
        for (index, character) in zip(path.indices, path) where character == "/" {
            let folder = String(path[..<index])
            if let cause = failure(making: folder) { return (folder, cause) }
        }
        return failure(making: path).map { (path, $0) }
    }

    private static func failure(making folder: String) -> CInt? {
        guard !folder.isEmpty else { return nil }
        let cause = System.makeFolder(folder)
        return cause == 0 ? nil : cause
    }

    /// As `make`, with the error of a daemon that cannot start.
    static func need(_ path: String) throws(StartError) {
        guard let (folder, errno) = make(path) else { return }
        throw StartError(
            errno == EACCES || errno == EPERM ? .permission : .system,
            "cannot make the folder \(folder): \(System.message(of: errno))")
    }
}
