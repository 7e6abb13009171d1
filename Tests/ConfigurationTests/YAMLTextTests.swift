// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import Configuration

@Suite("YAML that is odd or broken")
struct YAMLTextTests {
    private func failure(_ text: String) throws -> ConfigurationError.Problem {
        let error = try #require(throws: ConfigurationError.self) {
            try ConfigurationFile.parse(text: text, path: "picket.yaml")
        }
        #expect(error.problems.count == 1)
        return try #require(error.problems.first)
    }

    @Test(
        "A file with nothing but comments, or an empty section, means the defaults",
        arguments: ["", "\n\n", "# nothing\n", "---\n", "detection:\n  # targets: 5\n", "\u{FEFF}"])
    func empty(text: String) throws {
        #expect(try ConfigurationFile.parse(text: text, path: "x") == .defaults)
    }

    @Test("A tab in the indentation is called by its name")
    func tab() throws {
        let problem = try failure("detection:\n\ttargets: 5\n")
        #expect(problem.cause == "a tab in the indentation; use spaces")
        #expect(problem.position == FilePosition(line: 2, column: 1))
    }

    @Test("A syntax error has line and column")
    func syntax() throws {
        let problem = try failure("nflog:\n  groups: [5, 6\ndetection:\n  targets: 5\n")
        #expect(problem.cause.hasPrefix("not YAML: "))
        #expect(problem.position?.line == 3)
    }

    @Test("A key that is written twice is an error")
    func duplicate() throws {
        let problem = try failure("detection:\n  targets: 5\n  targets: 6\n")
        #expect(problem.cause == "\"targets\" more than once in the same section")
        #expect(problem.position == FilePosition(line: 2, column: 3))
    }

    @Test(
        "A file that is no section at all is an error",
        arguments: ["just words", "- 5\n- 6\n", "[1, 2]"])
    func noSection(text: String) throws {
        #expect(try failure(text).cause.hasPrefix("expected sections such as nflog"))
    }

    @Test("A second document is an error")
    func twoDocuments() throws {
        #expect(try failure("nflog: {}\n---\nnflog: {}\n").cause.hasPrefix("not YAML"))
    }

    @Test("A key that is no word is an error")
    func oddKey() throws {
        #expect(try failure("? [a, b]\n: 1\n").cause == "a key must be a word")
    }

    @Test("Anchors and aliases are refused where they stand")
    func anchors() throws {
        let problem = try failure("nflog: &x\n  groups: [5]\ndetection: *x\n")
        #expect(problem.cause.hasPrefix("anchors and aliases are not taken"))
        #expect(problem.position?.line == 1)
    }

    @Test("A billion laughs, as values or as a key, are refused at once")
    func billionLaughs() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let alias = "*a\(level - 1)"
            text +=
                "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        text += "? *a30\n: 1\n"
        #expect(try failure(text).cause.hasPrefix("anchors and aliases are not taken"))
    }

    @Test("Nesting beyond any sense is an error", arguments: ["[", "{a: ", "- ", "? "])
    func deepNesting(opening: String) throws {
        for depth in [500, 990, 100_000] {
            _ = try failure(String(repeating: opening, count: depth))
        }
    }

    @Test("An error quotes a text so that it breaks no line and turns none round")
    func quotes() {
        var settings = Settings.defaults
        do {
            try ConfigurationFile.set("a\u{2028}b\u{202e}c=1", on: &settings)
        } catch {
            #expect(error.description.contains("a?b?c"))
        }
        #expect(settings == .defaults)
    }

    @Test("A control character is an error with its place")
    func controlCharacter() throws {
        let problem = try failure("nflog:\n  groups: [\u{1}]\n")
        #expect(problem.cause.hasPrefix("not YAML: "))
        #expect(problem.position == FilePosition(line: 2, column: 12))
    }

    @Test("Control characters of a file do not reach the error's line")
    func cleaned() throws {
        let problem = try failure("\"a\\nb\\e[31m\": 1\n")
        #expect(problem.key == "a?b?[31m")
    }

    @Test("Random text never traps", arguments: 0..<40)
    func garbage(seed: UInt64) {
        var random = SplitMix(state: seed)
        let words = [
            "nflog", "detection", "groups", "levels", ":", ": ", "\n", "  ", "- ", "[", "]", "{",
            "}", ",", "5", "1h", "&a", "*a", "!!str ", "!", "|", ">", "'", "\"", "%", "@", "`",
            "\t",
            "#", "? ", "<<", "~", "---", "...", "\u{0}", "\u{7f}", "ä", "\u{FEFF}", "\r", "\\u",
            "!!binary", "%YAML 1.1\n", "%TAG ! tag:x\n", "=", "0x", "log", "decisions", "off",
        ]
        for _ in 0..<250 {
            let text = (0..<Int.random(in: 1...60, using: &random))
                .compactMap { _ in words.randomElement(using: &random) }.joined()
            _ = try? ConfigurationFile.parse(text: text, path: "x")
            var settings = Settings.defaults
            _ = try? ConfigurationFile.set(text, on: &settings)
        }
    }

    @Test("The sample with random bytes changed never traps", arguments: 0..<20)
    func mutatedSample(seed: UInt64) throws {
        var random = SplitMix(state: seed &+ 1000)
        let sample = Array(try Sample.text().utf8)
        for _ in 0..<20 {
            var bytes = sample
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                bytes[index] = UInt8.random(in: 0...127, using: &random)
            }
            _ = try? ConfigurationFile.parse(
                text: String(decoding: bytes, as: UTF8.self), path: "x")
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
