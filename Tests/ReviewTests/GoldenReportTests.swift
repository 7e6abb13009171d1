// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Review
import Testing

@Suite("Golden files of the report")
struct GoldenReportTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden/report")

    @Test("A day is written as its golden file says", arguments: ReportFormat.allCases)
    func golden(_ format: ReportFormat) throws {
        let written = format.text(try day(), offset: 3600, version: "0.0")
        let file = GoldenReportTests.folder.appendingPathComponent(
            "day.\(format.rawValue).expected")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: GoldenReportTests.folder, withIntermediateDirectories: true)
            try written.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == written)
    }
}
