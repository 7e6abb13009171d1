// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets

/// A block of logrotate's settings: files, and what happens to them.
///
/// Source: logrotate(8).
struct LogRotation: Equatable {
    var file: String
    var patterns: [String]
    /// copytruncate: what is written between copying and cutting is lost.
    var copies = false
    /// Whether the daemon is told, by SIGUSR1, a reload or a restart.
    var signals = false

    private static let folder = "/etc/logrotate.d"
    /// Bound: so many files are read, and so many bytes of each.
    private static let most = 256
    private static let mostBytes = 1 << 16

    static func read(from folder: String = folder) -> [LogRotation] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().prefix(most).flatMap { name -> [LogRotation] in
            let path = "\(folder)/\(name)"
            guard let file = FileHandle(forReadingAtPath: path),
                let data = try? file.read(upToCount: mostBytes)
            else { return [] }
            return parse(String(decoding: data, as: UTF8.self), file: path.printable)
        }
    }

    static func parse(_ text: String, file: String) -> [LogRotation] {
        var blocks: [LogRotation] = []
        var patterns: [String] = []
        var open: LogRotation?
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace).map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
            }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if open == nil {
                patterns += words.filter { $0.hasPrefix("/") }
                    .map { $0.hasSuffix("{") ? String($0.dropLast()) : $0 }
                if words.contains(where: { $0.hasSuffix("{") }) {
                    open = LogRotation(file: file, patterns: patterns)
                }
            } else if first == "}" {
                if let open { blocks.append(open) }
                (open, patterns) = (nil, [])
            } else {
                if first == "copytruncate" || first == "copy" { open?.copies = true }
                let tells = ["USR1", "SIGUSR1", "-10", "restart", "reload", "HUP"]
                if tells.contains(where: { line.contains($0) }) { open?.signals = true }
            }
        }
        return blocks
    }

    /// Whether a pattern names the file; `*` stands for anything but a folder's end.
    func covers(_ path: String) -> Bool { patterns.contains { Self.matches($0[...], path[...]) } }

    private static func matches(_ pattern: Substring, _ path: Substring) -> Bool {
        // Of a pattern with many stars, each is tried once from the left: linear enough for names.
        var (pattern, path) = (pattern, path)
        var retry: (pattern: Substring, path: Substring)?
        while !path.isEmpty {
            if let next = pattern.first, next == "*" {
                pattern = pattern.dropFirst()
                retry = (pattern, path)
            } else if let next = pattern.first, next == path.first {
                (pattern, path) = (pattern.dropFirst(), path.dropFirst())
            } else if let again = retry, again.path.first != "/" {
                (pattern, path) = (again.pattern, again.path.dropFirst())
                retry = (pattern, path)
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == "*" }
    }
}
