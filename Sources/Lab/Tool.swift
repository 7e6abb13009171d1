// SPDX-License-Identifier: GPL-3.0-or-later

import Programs

/// A program of the system that the lab cannot do without.
struct Tool {
    /// How long a set-up command may take. Unit: seconds. Each takes a few hundredths; this is for
    /// a busy machine.
    private static let patience = Duration.seconds(30)

    private let program: Program

    /// Finds the program, on PATH or in the system's own folders.
    ///
    /// Throws: ``LabError`` with `.missing`, naming the Debian package.
    init(_ name: String, package: String) throws(LabError) {
        guard let program = Program.find(name, onPath: true) else {
            throw .missing(program: name, package: package)
        }
        self.program = program
    }

    var path: String { program.path }

    static func find(_ name: String) -> String? { Program.find(name, onPath: true)?.path }

    /// Starts it and returns at once.
    func start(_ arguments: [String], quiet: Bool = false) throws(LabError) -> Child {
        do {
            return try program.start(arguments, output: quiet ? .discarded : .inherited)
        } catch { throw .failed(command: spoken(arguments), status: 127, said: "\(error)") }
    }

    /// Runs it to its end and returns what it wrote to stdout.
    @discardableResult
    func run(_ arguments: [String]) throws(LabError) -> String {
        let output: Program.Output
        do { output = try program.run(arguments, within: Tool.patience) } catch {
            throw .failed(command: spoken(arguments), status: 127, said: "\(error)")
        }
        guard output.end.isGood else {
            let said = output.words.split(separator: "\n").joined(separator: "; ")
            throw .failed(command: spoken(arguments), status: output.end.code, said: said)
        }
        return output.text
    }

    private func spoken(_ arguments: [String]) -> String {
        ([program.name] + arguments).joined(separator: " ")
    }
}
