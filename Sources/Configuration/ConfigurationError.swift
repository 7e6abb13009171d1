// SPDX-License-Identifier: GPL-3.0-or-later

/// Why settings cannot be used: everything that is wrong with them, in the order of the file.
package struct ConfigurationError: Error, Hashable, Sendable {
    package struct Problem: Hashable, Sendable {
        /// The key as it was written, with its sections; nil when the file as a whole is wrong.
        package var key: String?
        package var position: FilePosition?
        package var cause: String

        package init(key: String? = nil, position: FilePosition? = nil, cause: String) {
            self.key = key
            self.position = position
            self.cause = cause
        }
    }

    /// The file, or the command line's argument.
    package var path: String
    /// At least one.
    package var problems: [Problem]
    /// 77 when the file may not be read, 78 for all else.
    package var exitCode: Int32

    package init(path: String, problems: [Problem], exitCode: Int32 = 78) {
        self.path = path
        let start = FilePosition(line: 0, column: 0)
        self.problems = problems.sorted { ($0.position ?? start) < ($1.position ?? start) }
        self.exitCode = exitCode
    }

    init(path: String, position: FilePosition? = nil, cause: String, exitCode: Int32 = 78) {
        self.init(
            path: path, problems: [Problem(position: position, cause: cause)], exitCode: exitCode)
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// One line for one problem, else a heading and a line for each.
    ///
    /// Bound: 50 problems are told, the rest is counted.
    package var description: String {
        let heading = "cannot use the settings (\(path)): "
        if problems.count == 1 { return heading + problems[0].description }
        var lines = ["\(heading)\(problems.count) problems"]
        lines += problems.prefix(50).map { "  \($0)" }
        if problems.count > 50 { lines.append("  and \(problems.count - 50) more") }
        return lines.joined(separator: "\n")
    }
}

extension ConfigurationError.Problem: CustomStringConvertible {
    package var description: String {
        let place = position.map { "line \($0.line), column \($0.column)" }
        return switch (key, place) {
        case (let key?, let place?): "\(key) (\(place)): \(cause)"
        case (let key?, nil): "\(key): \(cause)"
        case (nil, let place?): "\(place): \(cause)"
        case (nil, nil): cause
        }
    }
}
