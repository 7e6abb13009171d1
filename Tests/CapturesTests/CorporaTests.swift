// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import Testing

@testable import Captures

/// Logs of another project that lie beside the repository where this is developed, and never in it.
private let corpora = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/corpora/iptables-logs")

private let files = (try? FileManager.default.contentsOfDirectory(atPath: corpora.path)) ?? []

@Suite(
    "Logs of other projects",
    .enabled(if: !files.isEmpty, "the folder ../shared/corpora/iptables-logs is not there"))
struct CorporaTests {
    @Test("Each line of each log is one packet", arguments: files.sorted())
    func lines(file: String) throws {
        let path = corpora.appending(path: file).path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(separator: "\n").count
        let reading = Reading(path: path)
        #expect(reading.error == nil)
        #expect(reading.progress.packets == UInt64(lines))
        #expect(reading.progress.linesWithoutPacket == 0)
        #expect(reading.progress.bytesRead == UInt64(text.utf8.count))
        // A protocol scan's empty headers are the only ones that cannot be understood.
        #expect(reading.progress.refused.isEmpty == (file != "proto_scan"))
        #expect(reading.events.allSatisfy { reading.origins[$0.origin].hook != nil })
    }
}
