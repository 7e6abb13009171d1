// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A program of the system, found on PATH and run with an argument array, never by a shell.
struct Tool {
    let path: String

    /// Finds the program. The system's own folders are searched too, because a user's PATH, kept
    /// by sudo, may lack them.
    ///
    /// Throws: ``LabError`` with `.missing`, naming the Debian package.
    init(_ program: String, package: String) throws(LabError) {
        guard let path = Tool.find(program) else {
            throw .missing(program: program, package: package)
        }
        self.path = path
    }

    static func find(_ program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init)
        return (folders + ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]).lazy
            .map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Starts it and returns at once.
    func start(_ arguments: [String], quiet: Bool = false) throws(LabError) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        if quiet { process.standardOutput = FileHandle.nullDevice }
        do { try process.run() } catch {
            throw .failed(command: spoken(arguments), status: 127, said: "\(error)")
        }
        return process
    }

    /// Runs it to its end and returns what it wrote to stdout.
    @discardableResult
    func run(_ arguments: [String]) throws(LabError) -> String {
        let process = Process()
        let output = Pipe()
        let complaint = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = complaint
        do { try process.run() } catch {
            throw .failed(command: spoken(arguments), status: 127, said: "\(error)")
        }
        // Our set-up commands write a few hundred bytes at most, less than a pipe holds (64 KiB),
        // so that one after the other cannot lock up.
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        let words = complaint.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = String(decoding: words, as: UTF8.self)
            throw .failed(
                command: spoken(arguments), status: process.terminationStatus,
                said: said.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private func spoken(_ arguments: [String]) -> String {
        ([path.split(separator: "/").last.map(String.init) ?? path] + arguments)
            .joined(separator: " ")
    }
}
