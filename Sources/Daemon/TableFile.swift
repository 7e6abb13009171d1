// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The detector's table on disk: whole or not at all.
struct TableFile: Sendable {
    let path: String

    /// Replaces the file; a crash in the middle leaves the old one.
    func write(_ bytes: [UInt8]) throws(TableFileError) {
        let url = URL(filePath: path)
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url, options: .atomic)
        } catch {
            throw TableFileError(doing: "save the detector's table to", path: path, cause: error)
        }
    }

    /// The bytes of the file; nil when there is none.
    func read() throws(TableFileError) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw TableFileError(doing: "read the detector's table from", path: path, cause: error)
        }
    }
}

/// The table could not be saved or read; the daemon goes on without.
package struct TableFileError: Error, CustomStringConvertible {
    private let operation: String
    private let path: String
    private let cause: String

    init(doing operation: String, path: String, cause: any Error) {
        self.operation = operation
        self.path = path
        let error = cause as NSError
        let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        self.cause =
            underlying.domain == NSPOSIXErrorDomain
            ? System.message(of: CInt(underlying.code)) : error.localizedDescription
    }

    package var description: String { "cannot \(operation) \(path): \(cause)" }
}
