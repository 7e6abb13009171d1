// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A program that a test has started. What it says goes to files, so that no pipe can fill up.
final class Child {
    let words: [String]
    private let process = Process()
    private let outputPath: String
    private let wordsPath: String

    /// Shape of `folder`: exists; the files are named after `name`.
    init(_ words: [String], name: String, folder: String) throws {
        self.words = words
        outputPath = "\(folder)/\(name).out"
        wordsPath = "\(folder)/\(name).err"
        let files = FileManager.default
        for path in [outputPath, wordsPath] where !files.createFile(atPath: path, contents: nil) {
            throw TestFailure("cannot make \(path)")
        }
        // env(1) finds the program and becomes it, so that the process id is the program's.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = (environment["PATH"] ?? "") + ":/usr/sbin:/usr/bin:/sbin:/bin"
        environment["LC_ALL"] = "C"
        // Run by root, Python would leave files of root's in the sources.
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: outputPath))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: wordsPath))
        try process.run()
    }

    var id: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    /// What it has written to standard output until now.
    var output: String { Child.text(outputPath) }
    /// What it has written to standard error until now.
    var complaints: String { Child.text(wordsPath) }
    /// Whole lines of standard output.
    var lines: [Substring] { output.wholeLines }

    /// The exit code, once the program has ended by itself.
    func ended(within patience: Duration = .seconds(60)) async throws -> Int32 {
        try await wait("\(words.joined(separator: " ")) ends", patience) { !self.isRunning }
        guard process.terminationReason == .exit else {
            throw TestFailure("\(words) died of signal \(process.terminationStatus): \(complaints)")
        }
        return process.terminationStatus
    }

    func signal(_ name: String) throws {
        let kill = try Process.run(
            URL(filePath: "/bin/kill"), arguments: ["-s", name, "\(id)"])
        kill.waitUntilExit()
    }

    /// Ends the program whatever it does, and waits until it is gone.
    func kill() {
        guard isRunning else { return }
        try? signal("KILL")
        process.waitUntilExit()
    }

    static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

extension String {
    /// The lines that have their end; the last one may still be being written.
    var wholeLines: [Substring] {
        guard let end = lastIndex(of: "\n") else { return [] }
        return self[..<end].split(separator: "\n")
    }
}

/// Why a test cannot go on.
struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Waits for a condition, not for a time; the end of patience is a failure that names it.
///
/// The patience is far above what is normal, for a busy machine.
func wait(
    _ what: String, _ patience: Duration = .seconds(30), until holds: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while try await !holds() {
        guard ContinuousClock.now - start < patience else {
            throw TestFailure("waited \(patience) in vain until \(what)")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
