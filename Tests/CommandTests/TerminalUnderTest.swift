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
        let server = TerminalUnderTest.tmux(socket, ["-f", "/dev/null", "-D"])
        server.standardOutput = FileHandle.nullDevice
        // What a child inherits stays open as long as it lives, and would keep the ends of other
        // tests' programs and pipes from being seen. Its own end is then not seen either.
        let alone =
            "for f in /proc/$$/fd/*; do n=${f##*/}; "
            + "if [ \"$n\" -gt 2 ]; then eval \"exec $n>&-\"; fi; done; exec \"$@\""
        server.arguments = ["-c", alone, "bash", "/usr/bin/env"] + (server.arguments ?? [])
        server.executableURL = URL(filePath: "/bin/bash")
        try server.run()
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        while !FileManager.default.fileExists(atPath: socket) {
            try #require(ContinuousClock.now < end, "the terminal's server is there")
            try await Task.sleep(for: .milliseconds(5))
        }
        // The window stays when the command has ended, so that what it left can be seen.
        try await tmux(
            "new-session", "-d", "-x", "\(width)", "-y", "\(height)", "-s", "t",
            "sh", "-c", "\(command); cat")
    }

    private static func tmux(_ socket: String, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["-u", "TMUX", "LC_ALL=C.UTF-8", "TERM=xterm-256color", "/usr/bin/tmux", "-S", socket]
            + arguments
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
