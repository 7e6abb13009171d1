// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Foundation

/// Whether the files can be written, and for how long.
struct DiskCheck {
    private let settings: Settings
    private let rotations: [LogRotation]

    /// Below this a busy day's decisions do not fit. Unit: bytes.
    private static let little: UInt64 = 100 << 20
    /// Below this nothing can be kept.
    private static let nothing: UInt64 = 1 << 20

    init(_ settings: Settings, rotations: [LogRotation] = LogRotation.read()) {
        self.settings = settings
        self.rotations = rotations
    }

    func results() -> [CheckResult] {
        var results: [CheckResult] = []
        if let log = settings.decisionLog {
            results.append(DiskCheck.writable("log.decisions", log.path))
            if let pitfall = rotation(of: log.path) { results.append(pitfall) }
        }
        if let journal = settings.journal {
            results.append(DiskCheck.writable("journal", journal.path))
        }
        if let log = settings.packetLog { results.append(DiskCheck.writable("log.packets", log)) }
        if let evidence = settings.evidence {
            var result = DiskCheck.writable("evidence", evidence.path)
            // Decisions do not depend on it.
            if result.state == .failure { (result.state, result.exitCode) = (.warning, 0) }
            results.append(result)
        }
        if let table = settings.tablePath { results.append(DiskCheck.writable("state", table)) }
        if let facts = settings.factsPath {
            var result = DiskCheck.writable("facts", facts)
            // Nothing but an exact replay depends on that file.
            if result.state == .failure { (result.state, result.exitCode) = (.warning, 0) }
            results.append(result)
        }
        return results
    }

    static func writable(_ name: String, _ path: String) -> CheckResult {
        let files = FileManager.default
        var place = path
        while !files.fileExists(atPath: place), place != "/", !place.isEmpty {
            place = Folder.of(place)
        }
        let room = System.room(at: place)
        if room?.isReadOnly == true, !DiskCheck.isDevice(place) {
            return .failure(
                name, "\(place) is on a file system that is mounted read-only",
                mend: "Mount it for writing, or choose another path", .permission)
        }
        guard files.isWritableFile(atPath: place) else {
            return .failure(
                name, "\(place) is not writable", mend: "Run as root, or choose another path",
                .permission)
        }
        guard let room, !DiskCheck.isDevice(place) else { return .ok(name, path) }
        if room.bytes < nothing || room.files == 0 {
            let what = room.files == 0 ? "no more files" : "\(room.bytes) bytes"
            return .failure(
                name, "the file system of \(place) has room for \(what)",
                mend: "Make room, or choose another path", .unavailable)
        }
        if room.bytes < little {
            return .warning(
                name, "\(path); only \(room.bytes >> 20) MiB are free", mend: "Make room")
        }
        return .ok(name, "\(path); \(DiskCheck.text(room.bytes)) free")
    }

    private static func isDevice(_ path: String) -> Bool {
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type]
        return type as? FileAttributeType == .typeCharacterSpecial
    }

    private static func text(_ bytes: UInt64) -> String {
        bytes >= 10 << 30 ? "\(bytes >> 30) GiB" : "\(bytes >> 20) MiB"
    }

    /// What goes wrong when logrotate moves the log.
    private func rotation(of path: String) -> CheckResult? {
        guard let rotation = rotations.first(where: { $0.covers(path) }) else { return nil }
        if rotation.copies {
            return .warning(
                "rotation", "\(rotation.file) says copytruncate: lines written meanwhile are lost",
                mend: "Take it out and send SIGUSR1; contrib/logrotate/picket does")
        }
        if !rotation.signals {
            return .warning(
                "rotation",
                "\(rotation.file) moves the log and does not tell the daemon, "
                    + "which goes on writing into the moved file",
                mend: "Send SIGUSR1 after it; contrib/logrotate/picket does")
        }
        return .ok("rotation", "by \(rotation.file)")
    }
}
