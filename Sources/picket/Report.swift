// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Daemon
import Foundation
import Packets
import Review

/// `picket report`
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A period in figures: scans, sources, ports, tools, losses; text, a page, a table.",
        discussion: """
            Reads the decision logs that --from names (ECS lines; `-` is standard input): the log \
            file, rotated ones, or what `picket replay --json` printed. Numbers of a scan are those \
            of its last decision in the period.
            """)

    @OptionGroup var settings: ConfigurationOption

    @Option(help: "The first moment: 24h, 2d, or a time such as 2026-11-21T04:00:00Z.")
    var since: String?

    @Option(help: "The end: the same.")
    var until: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Decision logs to count, oldest first.", valueName: "file"))
    var from: [String] = []

    @Option(help: "text, html or csv.")
    var format = ReportFormat.text

    @Option(name: .shortAndLong, help: "Write to this file instead of standard output.")
    var output: String?

    @Option(help: ArgumentHelp("How many sources, ports and prefixes.", valueName: "number"))
    var limit = 20

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit is 1 to 1000.") }
    }

    func run() throws {
        try told {
            System.ignoreBrokenPipes()
            let now = System.now
            var tally = FiguresTally(
                start: try since.map { try Report.moment($0, now) },
                end: try until.map { try Report.moment($0, now) })
            for file in from {
                try DecisionLogFile(path: file).forEach { tally.note($0) }
            }
            let offset = System.localOffset(at: now)
            let text = format.text(
                tally.figures(limit: limit, offset: offset), offset: offset,
                version: Version.current)
            if let output {
                try ReportFile(path: output).write(text)
            } else {
                var standard = StandardOutput()
                try standard.text(text)
            }
        }
    }

    private static func moment(_ text: String, _ now: Timestamp) throws -> Timestamp {
        guard let time = Timestamp(log: text) else { throw ValidationError("not a time: \(text)") }
        return time
    }
}

extension ReportFormat: ExpressibleByArgument {}
