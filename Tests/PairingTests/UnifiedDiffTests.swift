// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Pairing

@Suite("Unified diffs")
struct UnifiedDiffTests {
    @Test("Equal texts have no diff")
    func equal() {
        #expect(UnifiedDiff.lines(from: ["a"], to: ["a"], names: ("x", "y")) == [])
    }

    @Test("A change is shown with three lines around it, and far ones apart")
    func hunks() {
        let before = (1...20).map(String.init)
        var after = before
        after[1] = "two"
        after.insert("new", at: 15)
        #expect(
            UnifiedDiff.lines(from: before, to: after, names: ("now", "then")) == [
                "--- now", "+++ then", "@@ -1,5 +1,5 @@", " 1", "-2", "+two", " 3", " 4", " 5",
                "@@ -13,6 +13,7 @@", " 13", " 14", " 15", "+new", " 16", " 17", " 18",
            ])
    }

    @Test("An empty side is counted from zero")
    func empty() {
        #expect(
            UnifiedDiff.lines(from: [], to: ["a", "b"], names: ("x", "y"))
                == ["--- x", "+++ y", "@@ -0,0 +1,2 @@", "+a", "+b"])
        #expect(
            UnifiedDiff.lines(from: ["a"], to: [], names: ("x", "y"))
                == ["--- x", "+++ y", "@@ -1,1 +0,0 @@", "-a"])
    }

    @Test("A rule set of 40,000 lines, half of them new, has a diff of the new ones alone")
    func large() {
        let before = (0..<20_000).map { "-A bad -s \($0) -j DROP" }
        let after = (0..<20_000).flatMap { ["-A bad -s \($0) -j LOG", "-A bad -s \($0) -j DROP"] }
        let lines = UnifiedDiff.lines(from: before, to: after, names: ("x", "y"))
        #expect(lines.count { $0.hasPrefix("+-A") } == 20_000)
        #expect(!lines.contains { $0.hasPrefix("--A") })
    }

    @Test(
        "patch makes the one text of the other", .enabled(if: Machine.has("patch"), "needs patch"),
        arguments: 0..<20, [40, 5000])
    func patch(seed: Int, lines: Int) throws {
        var random = Seeded(state: UInt64(seed) &+ 99)
        let before = (0..<lines).map { _ in "\(Int.random(in: 0..<6, using: &random))" }
        var after = before
        for _ in 0..<5 {
            after.remove(at: Int.random(in: 0..<after.count, using: &random))
            after.insert("new", at: Int.random(in: 0...after.count, using: &random))
        }
        let folder = try Folder()
        let old = try folder.write("text", before)
        let diff = try folder.write(
            "diff", UnifiedDiff.lines(from: before, to: after, names: ("text", "text")))
        let patch = Process()
        patch.executableURL = URL(filePath: "/usr/bin/patch")
        patch.arguments = ["--quiet", old, diff]
        try patch.run()
        patch.waitUntilExit()
        #expect(patch.terminationStatus == 0)
        #expect(try String(contentsOfFile: old, encoding: .utf8) == Folder.text(after))
    }
}

/// Always the same numbers for a seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

enum Machine {
    static func has(_ program: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program)")
    }
}

/// A folder that is there as long as the value lives.
final class Folder {
    let path = NSTemporaryDirectory() + "picket-pairing-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func text(_ lines: [String]) -> String { lines.map { "\($0)\n" }.joined() }

    func write(_ name: String, _ lines: [String]) throws -> String {
        let file = "\(path)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(Folder.text(lines).utf8).write(to: URL(filePath: file))
        return file
    }
}
