// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Configuration
import Detection
import Foundation
import HostFacts
import Packets
import TestSupport
import Testing

@testable import Daemon

@Suite("Facts over time")
struct FactsHistoryTests {
    private func moment(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    /// A reading that is told from others by its client ports.
    private func reading(_ port: UInt16) -> HostReading {
        HostReading(ephemeralPorts: port...65535)
    }

    private func history(_ records: (Int64, UInt16)...) throws -> FactsHistory {
        try #require(
            FactsHistory(
                records.map { HostRecord(time: moment($0.0), reading: reading($0.1)) }))
    }

    @Test("Each line holds from its moment on; the first one also before it")
    func inOrder() throws {
        var history = try history((10, 1), (20, 2), (30, 3))
        #expect(history.first == reading(1))
        #expect(history.change(at: moment(5)) == nil)
        #expect(history.change(at: moment(15)) == nil)
        #expect(history.change(at: moment(20)) == reading(2))
        #expect(history.change(at: moment(29)) == nil)
        #expect(history.change(at: moment(99)) == reading(3))
        #expect(history.change(at: moment(100)) == nil)
    }

    @Test("Time that goes back, as the clock of a second file may, finds what held then")
    func back() throws {
        var history = try history((10, 1), (20, 2), (30, 3))
        #expect(history.change(at: moment(35)) == reading(3))
        #expect(history.change(at: moment(25)) == reading(2))
        #expect(history.change(at: moment(0)) == reading(1))
        #expect(history.change(at: moment(30)) == reading(3))
    }

    @Test("Lines may stand in any order; of two for one moment the later one holds")
    func unordered() throws {
        var history = try history((30, 3), (10, 1), (10, 2))
        #expect(history.first == reading(1))
        #expect(history.change(at: moment(10)) == reading(2))
        #expect(history.change(at: moment(40)) == reading(3))
    }

    @Test("A replay takes each line over when its moment has come, and settings win over it")
    func replayed() throws {
        let folder = try TemporaryFolder()
        let story = folder.path + "/story.scenario"
        // One source from outside, then, from 100 s on, from home: its targets are then internal.
        try """
        # Two scans.
            0.0  tcp 192.0.2.20:40001 > 192.0.2.10:22-26  S  every=1
          200.0  tcp 192.0.2.21:40001 > 192.0.2.10:22-26  S  every=1

        """.write(toFile: story, atomically: true, encoding: .utf8)
        let file = folder.path + "/facts.json"
        try """
        {"gateways":[]}
        {"time":"1970-01-01T00:01:40Z","home_networks":["192.0.2.0/24"]}

        """.write(toFile: file, atomically: true, encoding: .utf8)

        func directions(_ settings: Settings) throws -> [Direction?] {
            var replay = Replay(settings: settings, facts: try FactsHistory.read(path: file))
            var found: [Direction?] = []
            try replay.read(
                path: story, options: CaptureOptions(referenceTime: moment(0)),
                carryOut: {
                    if $0.action == .scanDetected { found.append($0.scan?.direction) }
                }, progress: { _ in })
            return found
        }
        #expect(try directions(Settings()) == [.inbound, .internal])
        var settings = Settings()
        settings.homeNetworks = []
        #expect(try directions(settings) == [.inbound, .inbound])
    }

    @Test("A file without a line, without a name, or with a wrong line is refused by its code")
    func refused() throws {
        let folder = try TemporaryFolder()
        func error(_ content: String?) throws -> StartError {
            let path = folder.path + "/facts.json"
            try? FileManager.default.removeItem(atPath: path)
            if let content { try content.write(toFile: path, atomically: true, encoding: .utf8) }
            return try #require(throws: StartError.self) { try FactsHistory.read(path: path) }
        }
        #expect(try error(nil).kind == .unavailable)
        #expect(try error("# nothing\n").kind == .badInput)
        let wrong = try error("{\"gateways\":[]}\n{\"time\":7}\n")
        #expect(wrong.kind == .badInput)
        #expect(wrong.description.contains("facts.json): line 2, column 9: expected a moment"))
    }
}
