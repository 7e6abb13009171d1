// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Configuration
import Decisions
import Detection
import Foundation
import Packets
import Testing

@testable import Daemon

/// What the tools themselves sent, in Tests/Tools: recorded where it arrived.
@Suite("Recordings of tools")
struct ToolRecordingTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Tools")

    /// The tool, the targets at which it is detected, and marks of which one at least is told.
    private static let expected: [(name: String, tool: Tool, targets: Int, mark: ToolMark)] = [
        ("nmap-sS", .nmap, 5, .nmapScan), ("nmap-sF", .nmap, 5, .nmapScan),
        ("nmap-sX", .nmap, 5, .nmapScan), ("nmap-sN", .nmap, 5, .nmapScan),
        ("nmap-sA", .nmap, 10, .nmapAcknowledgement), ("nmap-sW", .nmap, 10, .nmapAcknowledgement),
        ("nmap-sM", .nmap, 10, .nmapAcknowledgement), ("nmap-sT", .unknown, 5, .none),
        ("nmap-sU", .nmap, 5, .nmapHopLimit), ("nmap-sO", .nmap, 5, .nmapHopLimit),
        ("nmap-sY", .nmap, 5, .nmapHopLimit), ("nmap-O", .nmap, 5, .nmapSystem),
        ("nmap-PPPM", .nmap, 6, .nmapHopLimit), ("nmap-S-hosts", .nmap, 5, .nmapScan),
        ("nmap-S-g80", .nmap, 5, .nmapScan), ("nmap-A-g80", .nmap, 10, .nmapAcknowledgement),
        ("nmap-S-dl", .nmap, 5, .nmapScan), ("nmap-S-f", .nmap, 5, .nmapHopLimit),
        ("nmap-S-ttl", .nmap, 5, .nmapScan),
        ("nmap6-sS", .nmap, 5, .nmapScan), ("nmap6-sF", .nmap, 5, .nmapScan),
        ("nmap6-sA", .nmap, 10, .nmapAcknowledgement),
        ("nmap6-sM", .nmap, 10, .nmapAcknowledgement), ("nmap6-sO", .nmap, 5, .nmapHopLimit),
        ("nmap6-O", .nmap, 5, .nmapSystem), ("nmap6-sU", .unknown, 5, .none),
        ("nmap6-sY", .unknown, 5, .none),
        ("masscan-S", .masscan, 5, .masscan), ("masscan-hosts", .masscan, 5, .masscan),
        ("masscan-ttl", .masscan, 5, .masscan), ("masscan-ping", .unknown, 10, .none),
        ("masscan6-S", .unknown, 5, .none),
        ("zmap-S", .zmap, 5, .zmapIdentification), ("zmap-udp", .zmap, 5, .zmapIdentification),
        ("zmap-icmp", .zmap, 10, .zmapIdentification),
        ("hping-S", .hping, 5, .hpingAcknowledgement),
        ("hping-F", .hping, 5, .hpingAcknowledgement),
        ("hping-scan", .hping, 5, .hpingAcknowledgement), ("hping-A", .hping, 20, .hpingPorts),
        ("hping-U", .unknown, 5, .none),
    ]

    @Test(
        "What a tool sends is a scan, and named where its mark is sure", arguments: expected.indices
    )
    func recording(index: Int) throws {
        let expected = Self.expected[index]
        var settings = Settings.defaults
        settings.detection.memory = 4 << 20
        var replay = Replay(settings: settings)
        var decisions: [Decision] = []
        try replay.read(
            path: Self.folder.appending(path: expected.name + ".pcap").path,
            options: CaptureOptions(referenceTime: Timestamp(nanoseconds: 0)),
            carryOut: { decisions.append($0) }, progress: { _ in })
        try replay.finish { decisions.append($0) }
        let first = try #require(decisions.first { $0.action == .scanDetected }?.scan)
        let last = try #require(decisions.last?.scan)
        #expect(first.targets.count == expected.targets)
        #expect(last.tool.tool == expected.tool)
        #expect(decisions.count { $0.action == .scanDetected } == 1)
        if expected.tool == .unknown {
            #expect(last.tool == .unknown)
        } else {
            #expect(last.tool.marks.contains(expected.mark))
        }
    }

    @Test("Each recording has its expectation")
    func complete() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let names = files.filter { $0.hasSuffix(".pcap") }.map { String($0.dropLast(5)) }
        #expect(Set(names) == Set(Self.expected.map(\.name)))
    }
}
