// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The detector's table on disk: whole or not at all.
struct TableFile: Sendable {
    let path: String

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Replaces the file; a crash in the middle leaves the old one, and beside it what was written of
    /// the new one, always under the same name: the next save takes it away.
    func write(_ bytes: [UInt8]) throws(TableFileError) {
        let files = FileManager.default
        do {
            try? files.removeItem(atPath: unfinished)
            try Data(bytes).write(to: URL(filePath: unfinished), options: .withoutOverwriting)
            let code = System.rename(unfinished, to: path)
            guard code == 0 else { throw NSError(domain: NSPOSIXErrorDomain, code: Int(code)) }
        } catch {
            try? files.removeItem(atPath: unfinished)
            throw TableFileError(doing: "save the detector's table to", path: path, cause: error)
        }
    }

    private var unfinished: String { path + ".new" }

    /// The bytes of the file; nil when there is none.
    func read() throws(TableFileError) -> [UInt8]? {
        guard exists else { return nil }
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
        let outer = cause as NSError
        let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError ?? outer
        self.cause =
            inner.domain == NSPOSIXErrorDomain
            ? System.message(of: CInt(inner.code)) : outer.localizedDescription
    }

    package var description: String { "cannot \(operation) \(path): \(cause)" }
}
