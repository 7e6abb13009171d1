// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Packets
import Testing

@testable import Daemon

@Suite("Evidence of real tools")
struct EvidenceRecordingTests {
    private static let recordings: [String] = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return ["Tools", "Scoreboard/recorded"].flatMap { folder in
            let path = tests.appending(path: folder).path
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            return names.filter { $0.hasSuffix(".pcap") }.sorted().map { "\(path)/\($0)" }
        }
    }()

    /// What evidence promises of a detection.
    private struct Detection: Hashable, CustomStringConvertible {
        var source: Network?
        var kind: ScanKind
        var techniques: [Technique]
        var tool: ToolVerdict
        var level: Int
        var time: Timestamp
        var destinations: [Address]
        var ports: [UInt16]
        var packets: UInt64
        var members: [Address]?

        init?(_ decision: Decision) {
            guard decision.action == .scanDetected, let scan = decision.scan else { return nil }
            source = scan.crowd == nil ? scan.source : nil
            (kind, techniques, tool) = (scan.kind, scan.techniques, scan.tool)
            (level, time) = (decision.level, decision.time)
            (destinations, ports) = (scan.destinations, scan.portSample)
            packets = scan.packets
            members = scan.crowd?.members
        }

        var description: String { "\(kind) by \(source.map { "\($0)" } ?? "a set") at \(time)" }
    }

    @Test("Every scan that was recorded of a tool is detected alike in its own evidence")
    func detections() throws {
        #expect(Self.recordings.count > 50)
        var scans = 0
        var whole = 0
        for path in Self.recordings {
            let rig = try EvidenceRig()
            try rig.play(path)
            rig.finish()
            let name = URL(filePath: path).lastPathComponent
            let replayed = try rig.files.map { try Evidence.replay($0) }
            let found = Set(replayed.joined().compactMap(Detection.init))
            for decision in rig.decisions {
                guard let detection = Detection(decision) else { continue }
                scans += 1
                #expect(found.contains(detection), "\(name): \(detection)\n\(found)")
            }
            // What a file holds as a whole ends alike too.
            for (file, decisions) in zip(rig.files, replayed) {
                guard let end = decisions.last(where: { $0.action == .scanEnded }),
                    let live = rig.decisions.last(where: {
                        $0.action == .scanEnded && $0.scan?.source == end.scan?.source
                            && $0.scan?.crowd == nil && end.scan?.crowd == nil
                    }), let packets = live.scan?.packets, packets <= 250
                else { continue }
                whole += 1
                #expect(end.level == live.level, "\(name) \(file)")
                #expect(end.scan?.packets == packets, "\(name) \(file)")
                #expect(end.scan?.targets == live.scan?.targets, "\(name) \(file)")
            }
        }
        #expect(scans > 50)
        #expect(whole > 20)
    }
}
