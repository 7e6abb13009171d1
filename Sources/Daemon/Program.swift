// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A program of the host that we ask something; never through a shell.
enum Program {
    /// Where administrators' programs are, which a user's path may lack.
    private static let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]

    /// The path of a program; nil when the host does not have it.
    static func find(_ name: String) -> String? {
        folders.map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What a program writes to its standard output; nil when it is missing or fails.
    static func output(of name: String, _ arguments: [String]) -> String? {
        guard let path = find(name) else { return nil }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}
