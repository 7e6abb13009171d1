// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Where a report is kept: a file that is there as a whole or not at all.
package struct ReportFile {
    private let path: String

    package init(path: String) { self.path = path }

    /// Replaces the file at once, so that nobody opens half a report.
    ///
    /// Throws: ``ReviewError``.
    package func write(_ text: String) throws(ReviewError) {
        do {
            // A pipe or a device cannot be replaced, and is written as it stands.
            try Data(text.utf8).write(
                to: URL(fileURLWithPath: path), options: isSpecial ? [] : [.atomic])
        } catch {
            throw ReviewError(.write, path: path, error: error)
        }
    }

    private var isSpecial: Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let type = attributes?[.type] as? FileAttributeType else { return false }
        return type != .typeRegular
    }
}

extension ReviewError {
    /// The cause that an error of Foundation's stands for.
    init(_ operation: Operation, path: String, error: any Error) {
        let known = error as? CocoaError
        switch known?.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: self.init(operation, path: path, .missing)
        case .fileReadNoPermission, .fileWriteNoPermission:
            self.init(operation, path: path, .permission)
        case .fileWriteOutOfSpace:
            self.init(operation, path: path, .system("No space left on device"))
        default:
            // The system's own words, where the error has some beneath.
            let words = (known?.underlying ?? error).localizedDescription
            self.init(operation, path: path, .system(words))
        }
    }
}
