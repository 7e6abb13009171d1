// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A folder that the daemon keeps files in.
enum Folder {
    /// The folder that a file is in.
    static func of(_ path: String) -> String {
        (path as NSString).deletingLastPathComponent
    }

    /// Makes the folder and those above it; one that is there stays as it is.
    static func make(_ path: String) throws(StartError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o750])
        } catch {
            let failure = FileFailure(error)
            throw StartError(
                failure.isPermission ? .permission : .system,
                "cannot make the folder \(path): \(failure.cause)")
        }
    }
}

/// What Foundation's file errors come from.
struct FileFailure {
    let cause: String
    let isPermission: Bool

    init(_ error: any Error) {
        let outer = error as NSError
        let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError ?? outer
        let isSystem = inner.domain == NSPOSIXErrorDomain
        cause = isSystem ? System.message(of: CInt(inner.code)) : outer.localizedDescription
        isPermission = isSystem && (inner.code == Int(EACCES) || inner.code == Int(EPERM))
    }
}
