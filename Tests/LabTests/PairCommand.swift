// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Programs

@testable import Lab

/// `picket pair`, run in the target's namespace as an administrator runs it.
struct PairCommand {
    let wire: Wire
    /// The scripts that it uses; nil for those of the sources.
    var share: String?
    /// Words before the command: where it runs.
    var place: [String] = []

    struct Outcome {
        var end: End
        var output: String
        var words: String
    }

    /// The program that was built beside these tests.
    static let program: String = {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = (own ?? CommandLine.arguments[0]).split(separator: "/").dropLast()
        return "/" + folder.joined(separator: "/") + "/picket"
    }()

    func run(_ options: String...) throws -> Outcome { try run(options) }

    func run(_ options: [String]) throws -> Outcome {
        let ip = Program(path: try Tool("ip", package: "iproute2").path)
        let scripts = share ?? Machine.rules("")
        let output = try ip.run(
            wire.network.inside(
                wire.network.target,
                place + [
                    "env", "PICKET_SHARE=\(scripts)", PairCommand.program, "pair", "--state",
                    "\(wire.folder)/state",
                ] + options), within: .seconds(60))
        return Outcome(end: output.end, output: output.text, words: output.words)
    }

    /// A copy of the scripts in which one text of a file stands for another.
    mutating func change(_ file: String, _ text: String, to other: String) throws {
        let copy = "\(wire.folder)/scripts-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: share ?? Machine.rules(""), toPath: copy)
        let path = "\(copy)/\(file)"
        let before = try String(contentsOfFile: path, encoding: .utf8)
        let after = before.replacingOccurrences(of: text, with: other)
        guard after != before else { throw WireError.recorder("no such text in \(file)") }
        // In place, so that it stays a program.
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(after.utf8))
        try handle.close()
        share = copy
    }
}
