// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Synchronization
import Testing

/// The program that was built beside these tests, run as anybody runs it: as a process.
struct PicketCommand {
    /// What a run left behind.
    struct Outcome {
        /// The exit code, or the signal that ended it.
        let code: Int32
        let endedBySignal: Bool
        let output: String
        let words: String

        /// The lines of standard output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
        /// The lines of standard error.
        var wordLines: [String] { words.split(separator: "\n").map(String.init) }
    }

    var arguments: [String]
    /// Shell text before the command: `cat FILE |`.
    var before = ""
    /// Shell text behind the command: `>/dev/full`.
    var after = ""
    /// As nobody, when we are root.
    var isUnprivileged = false

    init(_ arguments: String...) { self.arguments = arguments }
    init(_ arguments: [String]) { self.arguments = arguments }

    /// Runs it to its end with an empty standard input.
    func run() async throws -> Outcome {
        let folder = try TemporaryFolder()
        let output = try folder.write("output", [])
        let words = try folder.write("words", [])
        let process = process()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: words))
        try await process.runToEnd()
        return Outcome(
            code: process.terminationStatus,
            endedBySignal: process.terminationReason == .uncaughtSignal,
            output: try String(contentsOfFile: output, encoding: .utf8),
            words: try String(contentsOfFile: words, encoding: .utf8))
    }

    /// The process, not started yet.
    func process() -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        var command = [PicketCommand.executable] + arguments
        if isUnprivileged, geteuid() == 0 { command = PicketCommand.asNobody + command }
        // A pipeline and an empty one need the shell to stay; else it becomes the command.
        let exec = before.isEmpty && after.isEmpty ? "exec " : ""
        process.arguments = ["-c", "\(before) \(exec)\"$@\" \(after)", "sh"] + command
        return process
    }

    static let asNobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

    /// The product lies in the folder of the test bundle, which is an executable on Linux.
    static let executable: String = {
        let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let beside = bundle.deletingLastPathComponent().appending(path: "picket").path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return packageRoot.appending(path: ".build/debug/picket").path
    }()

    static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Whether somebody without rights can start the program: not from a folder that is root's own.
    static let nobodyCanRun: Bool = {
        if geteuid() != 0 { return true }
        var folder = URL(filePath: executable)
        while folder.path != "/" {
            let mode = try? FileManager.default.attributesOfItem(atPath: folder.path)
            guard let bits = mode?[.posixPermissions] as? Int, bits & 1 == 1 else { return false }
            folder.deleteLastPathComponent()
        }
        return FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
    }()
}

extension Process {
    /// Starts the process and waits without holding a thread.
    func runToEnd() async throws {
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            terminationHandler = { _ in ended.resume() }
            do {
                try run()
            } catch {
                terminationHandler = nil
                ended.resume(throwing: error)
            }
        }
    }
}

/// Does something that blocks on a thread of its own, since tests share few.
func aside<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { done in
        Thread { done.resume(returning: work()) }.start()
    }
}

/// A folder that is there as long as the value lives; everybody may look into it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "picket-command-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o777])
        // What the mask took away.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ content: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(content).write(to: URL(filePath: file))
        return file
    }

    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
