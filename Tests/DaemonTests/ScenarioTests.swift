// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Configuration
import Decisions
import Detection
import Foundation
import Packets
import Testing

@testable import Daemon

/// The stories of Tests/Scenarios, told to the detector as `picket replay` tells them.
///
/// A remark `# --set KEY=VALUE` is a setting that the story needs, as on the command line.
@Suite("Scenarios")
struct ScenarioTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scenarios")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".scenario") }.sorted()
    }()

    @Test("Every story comes out as it says", arguments: names)
    func story(name: String) throws {
        let path = Self.folder.appending(path: name).path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let scenario = try Scenario(text)
        #expect(!scenario.title.isEmpty)
        #expect(!scenario.expectations.isEmpty, "a story without an end")
        let (decisions, summary) = try replay(path, settings: settings(of: text))
        let told = ExpectedDecision.told(by: decisions)

        var expected: [ExpectedDecision] = []
        var expectsNothing = false
        for expectation in scenario.expectations {
            if expectation.text == "nothing" {
                expectsNothing = true
            } else if expectation.text.hasPrefix("graded ") {
                let words = expectation.text.split(separator: " ")
                let count = summary.grades.first { "\($0.0)" == String(words[2]) }?.1
                #expect(
                    count == Int(words[1]), "line \(expectation.line): \(expectation.text)")
            } else {
                expected.append(
                    ExpectedDecision(
                        time: try #require(expectation.time, "line \(expectation.line)"),
                        text: expectation.text))
            }
        }
        #expect(expectsNothing == expected.isEmpty, "either something happens or nothing")
        expected.sort()
        #expect(told.count == expected.count, "\(told)")
        for (told, expected) in zip(told, expected) {
            #expect(told.time == expected.time)
            // Numbers may be left out from the right.
            #expect((told.text + ",").hasPrefix(expected.text + ",") || told.text == expected.text)
        }
    }

    @Test("There are stories, and no two have the same title")
    func titles() throws {
        #expect(Self.names.count >= 60)
        let titles = try Self.names.map { name in
            try Scenario(
                String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            ).title
        }
        #expect(Set(titles).count == titles.count)
    }

    @Test("The backscatter of five hundred web servers is no finding")
    func backscatter() throws {
        var text = "# Five hundred servers answer a flood in our name.\n"
        for server in 0..<500 {
            let source = "203.0.\(112 + server / 250).\(1 + server % 250)"
            text += "\(server).0 tcp \(source):80 > 192.0.2.10:1024-1033 SA\n"
            text += "\(server).5 tcp \(source):443 > 192.0.2.10:40000-40009 RA\n"
        }
        let (decisions, summary) = try replay(text: text)
        #expect(decisions.isEmpty)
        #expect(summary.grades.first { $0.0 == .backscatter }?.1 == 10_000)
    }

    @Test("A day of background radiation, two ports from each of ten thousand sources, is quiet")
    func radiation() throws {
        var text = "# Many sources of several makes, two ports each, a popular one and any other.\n"
        let popular = [22, 23, 80, 443, 445, 3389, 8080]
        let windows = [1024, 65535, 64240, 29200, 8192]
        for source in 0..<10_000 {
            let address = "198.18.\(source / 250).\(1 + source % 250)"
            let words = "S win=\(windows[source % 5])"
            // 7919 is a prime, so that the other ports are all over the place.
            let other = source % 3 == 0 ? 1 + source * 7919 % 60_000 : popular[source / 7 % 7]
            text += "\(source * 8).0 tcp \(address):40001 > 192.0.2.10:\(other) \(words)\n"
            text += "\(source * 8).5 tcp \(address):40001 > 192.0.2.11:23 \(words)\n"
        }
        #expect(try replay(text: text).decisions.isEmpty)
    }

    private func settings(of text: String) throws -> Settings {
        var settings = Settings.defaults
        for line in text.split(separator: "\n") where line.hasPrefix("# --set ") {
            try ConfigurationFile.set(String(line.dropFirst("# --set ".count)), on: &settings)
        }
        return settings
    }

    private func replay(text: String) throws -> (decisions: [Decision], summary: ReplaySummary) {
        let folder = try TemporaryFolder()
        let path = folder.path + "/story"
        try Data(text.utf8).write(to: URL(filePath: path))
        return try replay(path, settings: .defaults)
    }

    private func replay(
        _ path: String, settings: Settings
    ) throws -> (decisions: [Decision], summary: ReplaySummary) {
        var replay = Replay(settings: settings)
        var decisions: [Decision] = []
        try replay.read(
            path: path, options: CaptureOptions(referenceTime: Timestamp(nanoseconds: 0)),
            carryOut: { decisions.append($0) }, progress: { _ in })
        try replay.finish { decisions.append($0) }
        return (decisions, replay.summary)
    }
}
