// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// What pairing has changed on this host, kept until it is taken back.
struct Record: Codable, Equatable {
    struct KeptFile: Codable, Equatable {
        var frontEnd: FrontEndName
        var path: String
        /// What was in the file before Picket came; nil where there was none.
        var original: Data?
        /// What pairing has written.
        var written: Data?
        /// What might be done with it before, where pairing has changed that.
        var originalMode: UInt32?
    }

    /// Steps that were begun. While they are kept here, a call that was killed can be put right.
    struct Pending: Codable, Equatable {
        enum Kind: String, Codable { case apply, undo }

        struct Step: Codable, Equatable {
            var path: String
            var from: Data?
            var to: Data?
            /// What might be done with it before, where the call changes that.
            var fromMode: UInt32?
        }

        var kind: Kind
        var frontEnds: [FrontEndName]
        var steps: [Step]
        var folders: [String]
        /// Whose rules were in the kernel before, by a pairing or by a script.
        var ruled: [FrontEndName] = []
    }

    /// Of this file's shape.
    var version = 1
    var frontEnds: [FrontEndName] = []
    var files: [KeptFile] = []
    /// Folders that were made for new files.
    var folders: [String] = []
    var pending: Pending?

    /// Nothing is paired and nothing was begun.
    var isEmpty: Bool { frontEnds.isEmpty && pending == nil }
}

/// Where the record is kept, one call at a time.
package struct RecordStore: Sendable {
    package static let defaultFolder = "/var/lib/picket/pair"

    private let files: HostFiles
    private let folder: String
    private var path: String { "\(folder)/record.json" }

    package init(folder: String = defaultFolder, files: HostFiles = HostFiles()) {
        (self.folder, self.files) = (folder, files)
    }

    func load() throws(PairingError) -> Record {
        guard let bytes = try files.read(path) else { return Record() }
        do {
            let record = try JSONDecoder().decode(Record.self, from: Data(bytes))
            guard record.version == 1 else {
                throw PairingError(.badInput, "it is of version \(record.version)")
            }
            return record
        } catch {
            throw PairingError(
                .badInput, "cannot understand what pairing has kept (\(path)): \(error)")
        }
    }

    /// Keeps the record, on disk when this returns; an empty one is removed.
    func save(_ record: Record) throws(PairingError) {
        if record.isEmpty { return try files.replace(path, with: nil) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes: Data
        do { bytes = try encoder.encode(record) } catch {
            throw PairingError(.system, "cannot keep what is there (\(path)): \(error)")
        }
        // Firewall files may hold what not everybody shall read.
        try files.replace(path, with: [UInt8](bytes), newMode: 0o600)
    }

    /// Does the work while no other call of `picket pair` can.
    func alone<Result>(_ work: () throws(PairingError) -> Result) throws(PairingError) -> Result {
        _ = try files.makeFolder(of: path, mode: 0o700)
        let (descriptor, cause) = PairingSystem.lock("\(files.root)\(folder)/lock")
        guard let descriptor else {
            if cause == PairingSystem.isLocked {
                throw PairingError(
                    .unavailable, "cannot pair now: another `picket pair` is at work. Try again")
            }
            throw .system("open", "\(folder)/lock", cause)
        }
        defer { PairingSystem.unlock(descriptor) }
        return try work()
    }
}
