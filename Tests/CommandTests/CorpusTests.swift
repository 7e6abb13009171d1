// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite(
    "Logs of psad's test suite", .timeLimit(.minutes(3)),
    .enabled(if: CorpusCase.isThere, "shared/corpora is not beside the package"))
struct CorpusTests {
    @Test("Each log gives what it should, once", arguments: CorpusCase.all)
    func log(expected: CorpusCase) async throws {
        let file = CorpusCase.folder.appending(path: expected.file).path
        let outcome = try await PicketCommand("replay", "--json", file).run()
        #expect(outcome.code == 0)
        for line in expected.summary { #expect(outcome.wordLines.contains(line), "\(line)") }
        let decisions = try outcome.lines.map { try DecisionLine($0) }
        guard let scan = expected.scan else {
            #expect(decisions.isEmpty, "\(outcome.output)")
            return
        }
        #expect(decisions.filter { $0.action == "scan-detected" }.count == 1)
        #expect(Set(decisions.map(\.source)) == [scan.source])
        let final = try #require(decisions.last { $0.action == "scan-ended" })
        #expect(final.prefix == scan.prefix)
        #expect(final.kind == scan.kind)
        #expect(final.techniques == scan.techniques)
        #expect(final.level == scan.level)
        #expect(final.packets == scan.packets)
        #expect(final.hosts == scan.hosts)
        let tolerance = scan.targets > 256 ? scan.targets / 20 : 0
        #expect(abs(final.targets - scan.targets) <= tolerance, "\(final.targets) targets")
    }

    @Test("Every log of the folder has its row")
    func complete() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: CorpusCase.folder.path)
        #expect(Set(files) == Set(CorpusCase.all.map(\.file)))
    }

    @Test("All logs in one run decide the same as one by one, as no source is in two at a time")
    func together() async throws {
        let quiet = CorpusCase.all.filter { $0.scan == nil }.map {
            CorpusCase.folder.appending(path: $0.file).path
        }
        let outcome = try await PicketCommand(["replay", "--json"] + quiet.prefix(4)).run()
        #expect(outcome.code == 0)
        #expect(outcome.output.isEmpty)
        #expect(outcome.wordLines.first?.contains("of 4 files") == true)
    }
}
