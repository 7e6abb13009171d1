// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Logging
import Packets
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite("The table on disk")
struct TableFileTests {
    private func analysis(probing ports: ClosedRange<UInt16>?) -> Analysis {
        var analysis = Analysis(settings: DetectionSettings(), facts: HostFacts(), seed: 1)
        if let ports {
            for port in ports {
                analysis.observe(event(tcp(port: port)), packet: RawSpan()) { _ in }
            }
        }
        return analysis
    }

    @Test("A table that is restored goes on where it was: the fifth port after a restart is a scan")
    func restored() throws {
        let folder = try TemporaryFolder()
        let file = TableFile(path: folder.path + "/table")
        let before = analysis(probing: 1...4)
        try file.write(before.detector.saved())
        let told = LoggedLines()
        var after = analysis(probing: nil)
        after.restore(from: file, registry: OriginRegistry(), log: told.log)
        #expect(told.lines == ["info: table restored: 1 sources"])
        var decisions: [Decision] = []
        after.observe(event(tcp(port: 5)), packet: RawSpan()) { decisions.append($0) }
        #expect(decisions.map(\.action) == [.scanDetected])
        #expect(decisions.first?.scan?.targets.count == 5)
    }

    @Test("A scan that was told is not told again after a restart, only its end")
    func openScan() throws {
        let folder = try TemporaryFolder()
        let file = TableFile(path: folder.path + "/table")
        try file.write(analysis(probing: 1...6).detector.saved())
        var after = analysis(probing: nil)
        after.restore(from: file, registry: OriginRegistry(), log: LoggedLines().log)
        var decisions: [Decision] = []
        after.observe(event(tcp(port: 7)), packet: RawSpan()) { decisions.append($0) }
        after.finish(at: .testStart) { decisions.append($0) }
        #expect(decisions.map(\.action) == [.scanEnded])
        #expect(decisions.first?.scan?.packets == 7)
    }

    @Test("Without a file the table begins empty, and nothing is said")
    func absent() throws {
        let folder = try TemporaryFolder()
        let told = LoggedLines()
        var analysis = analysis(probing: nil)
        analysis.restore(
            from: TableFile(path: folder.path + "/table"), registry: OriginRegistry(), log: told.log
        )
        analysis.restore(from: nil, registry: OriginRegistry(), log: told.log)
        #expect(told.lines.isEmpty)
    }

    @Test("A torn file is refused with a warning, and the table begins empty")
    func torn() throws {
        let folder = try TemporaryFolder()
        let file = TableFile(path: folder.path + "/table")
        let whole = analysis(probing: 1...100).detector.saved()
        for count in [0, 1, 8, whole.count / 2, whole.count - 1] {
            try file.write(Array(whole.prefix(count)))
            let told = LoggedLines()
            var analysis = analysis(probing: nil)
            analysis.restore(from: file, registry: OriginRegistry(), log: told.log)
            #expect(told.lines.count == 1, "\(count) bytes")
            #expect(told.lines.first?.hasPrefix("warning: starting with an empty table: ") == true)
            let sources = analysis.detector.sourceCount
            #expect(sources == 0)
        }
    }

    @Test("Random bytes in its place are refused with a warning", arguments: 1...20)
    func garbage(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let file = TableFile(path: folder.path + "/table")
        var random = SeededGenerator(seed: seed)
        var bytes = analysis(probing: 1...20).detector.saved()
        // Either all of it, or a byte in the middle.
        if seed % 2 == 0 {
            bytes = random.bytes(4096)
        } else {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 0x40
        }
        try file.write(bytes)
        let told = LoggedLines()
        var analysis = analysis(probing: nil)
        analysis.restore(from: file, registry: OriginRegistry(), log: told.log)
        #expect(told.lines.first?.hasPrefix("warning: ") == true)
        let sources = analysis.detector.sourceCount
        #expect(sources == 0)
    }

    @Test("Writing replaces the file as a whole; what fails leaves the old one and names the cause")
    func atomic() throws {
        let folder = try TemporaryFolder()
        let file = TableFile(path: folder.path + "/table")
        #expect(!file.exists)
        try file.write([1, 2, 3])
        try file.write([4])
        #expect(try file.read() == [4])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["table"])
        let impossible = TableFile(path: folder.path + "/table/below")
        let error = #expect(throws: TableFileError.self) { try impossible.write([1]) }
        #expect(
            error?.description.hasPrefix(
                "cannot save the detector's table to \(impossible.path): ") == true)
        #expect(try file.read() == [4])
    }

    @Test("What a crash in the middle of a save has left goes with the next save")
    func leftover() throws {
        let folder = try TemporaryFolder()
        let file = TableFile(path: folder.path + "/table")
        try Data([9]).write(to: URL(filePath: file.path + ".new"))
        try file.write([1, 2, 3])
        #expect(try file.read() == [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["table"])
    }

    @Test("A folder in its place is refused with a warning")
    func folder() throws {
        let folder = try TemporaryFolder()
        let told = LoggedLines()
        var analysis = analysis(probing: nil)
        analysis.restore(
            from: TableFile(path: folder.path), registry: OriginRegistry(), log: told.log)
        #expect(told.lines.count == 1)
        #expect(told.lines.first?.contains(folder.path) == true)
    }
}
