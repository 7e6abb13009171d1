// SPDX-License-Identifier: GPL-3.0-or-later

/// A program of the host, run with an argument array, never by a shell.
package struct Program: Sendable {
    package let path: String
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Where administrators' programs are, which a user's PATH may lack.
    private static let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]

    package init(path: String) { self.path = path }

    /// The program of that name; nil when the host does not have it.
    ///
    /// - Parameter onPath: searches the folders of PATH first. Those that are not absolute are left
    ///   out: root must not run what lies in the folder where somebody else happened to be.
    package static func find(_ name: String, onPath: Bool = false) -> Program? {
        guard !name.isEmpty, !name.contains("/") else { return nil }
        let own = onPath ? (Calls.environment("PATH") ?? "").split(separator: ":") : []
        return (own.filter { $0.hasPrefix("/") }.map(String.init) + folders).lazy
            .map { "\($0)/\(name)" }.first { Calls.isProgram($0) }
            .map { Program(path: $0) }
    }

    /// What a program has written, and how it ended.
    package struct Output: Sendable {
        package var end: End
        package var text: String
        /// Standard error, cut at ``wordsBound``.
        package var words: String
    }

    /// How much of standard error is kept. Unit: bytes.
    package static let wordsBound = 1 << 16

    /// Runs the program to its end, with an empty standard input, and returns what it wrote.
    ///
    /// Bound: takes `limit` at most, and `most` bytes of standard output; the program and what it
    /// has started is killed when it goes beyond.
    /// Throws: ``ProgramError``; a bad exit code is none.
    package func run(
        _ arguments: [String], within limit: Duration, most: Int = 16 << 20
    ) throws(ProgramError) -> Output {
        var output = try Pipe(for: path)
        var words = try Pipe(for: path)
        let child = try Child(
            path, arguments, output: .descriptor(output.writing),
            errors: .descriptor(words.writing))
        output.closeWriting()
        words.closeWriting()
        var capture = Capture(output: output.reading, words: words.reading, most: most)
        do throws(ProgramError) {
            try capture.read(of: child, before: .now + limit)
        } catch {
            child.kill()
            throw error
        }
        return Output(end: child.wait(), text: capture.text, words: capture.words)
    }

    /// Starts the program, with an empty standard input, and returns at once.
    package func start(
        _ arguments: [String], output: Child.Stream = .inherited,
        errors: Child.Stream = .inherited
    ) throws(ProgramError) -> Child {
        try Child(path, arguments, output: output, errors: errors)
    }
}
