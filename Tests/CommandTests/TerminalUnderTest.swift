// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// A terminal that a test sits at: tmux with a server of its own.
final class TerminalUnderTest: Sendable {
    private let folder: TemporaryFolder
    private let socket: String

    static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/tmux")

    /// Starts the shell text in a window of that size.
    init(width: Int, height: Int, command: String) async throws {
        folder = try TemporaryFolder()
        socket = folder.path + "/tmux"
        // The window stays when the command has ended, so that what it left can be seen.
        try await tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", "\(width)", "-y", "\(height)", "-s", "t",
            "sh", "-c", "\(command); cat")
    }

    private static func tmux(_ socket: String, _ arguments: [String]) -> Process {
        let process = Process()
        // The first of them leaves a server behind. What that inherits stays open as long as it
        // lives, and would keep the ends of other tests' programs and pipes from being seen; and
        // with this process's mask no signal would reach it or what it starts. The shell waits, and
        // keeps what tells of its own end.
        let alone =
            "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); "
            + "os.closerange(3, 4096); os.execvp(sys.argv[1], sys.argv[1:])"
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            [
                "-c", "\"$@\"; exit $?", "sh", "python3", "-c", alone, "env", "-u", "TMUX", "-u",
                "NO_COLOR", "LC_ALL=C.UTF-8", "TERM=xterm-256color", "/usr/bin/tmux", "-S", socket,
            ] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    @discardableResult
    private func tmux(_ arguments: String...) async throws -> String {
        let output = try folder.write(UUID().uuidString, [])
        let process = TerminalUnderTest.tmux(socket, arguments)
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        try await process.runToEnd()
        return try String(contentsOfFile: output, encoding: .utf8)
    }

    func press(_ keys: String...) async throws {
        for key in keys { try await tmux("send-keys", "-t", "t", key) }
    }

    func resize(width: Int, height: Int) async throws {
        try await tmux("resize-window", "-t", "t", "-x", "\(width)", "-y", "\(height)")
    }

    /// What is on the screen; with escape sequences where colours are asked for.
    func screen(colours: Bool = false) async throws -> [String] {
        let text =
            colours
            ? try await tmux("capture-pane", "-p", "-e", "-t", "t")
            : try await tmux("capture-pane", "-p", "-t", "t")
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether the alternate screen is shown, and whether the cursor is.
    func state() async throws -> (isAlternate: Bool, hasCursor: Bool) {
        let text = try await tmux(
            "display-message", "-p", "-t", "t", "#{alternate_on} #{cursor_flag}")
        return (text.hasPrefix("1"), text.hasSuffix("1\n"))
    }

    /// Waits until the screen is as the test wants it, which it soon is or never.
    @discardableResult
    func until(
        _ what: String, _ holds: ([String]) -> Bool
    ) async throws -> [String] {
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        var screen = try await screen()
        while !holds(screen) {
            try #require(ContinuousClock.now < end, "\(what): \(screen.joined(separator: "\n"))")
            try await Task.sleep(for: .milliseconds(20))
            screen = try await self.screen()
        }
        return screen
    }

    func end() async throws {
        try await tmux("kill-server")
    }
}
