// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Daemon
import Journal
import Packets
import Review

/// `picket report`
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "A period in figures: scans, sources, ports, tools, losses; text, a page, a table.",
        discussion: """
            Reads the journal, the last 24 hours of it unless told otherwise; or with --from decision \
            logs (ECS lines; `-` is standard input), all of them unless told otherwise: the log file, \
            rotated ones, or what `picket replay --json` printed. Numbers of a scan are those of its \
            last decision in the period.
            """)

    @OptionGroup var settings: ConfigurationOption

    @Option(help: "From then on: 24h or 2d ago, 2026-11-21, 2026-11-21T04:00 (local time).")
    var since: String?

    @Option(help: "Before then: the same; now when it is left out.")
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
            let offset = System.localOffset(at: now)
            let figures = try tally(now).figures(limit: limit, offset: offset)
            let text = format.text(figures, offset: offset, version: Version.current)
            if let output {
                try ReportFile(path: output).write(text)
            } else {
                var standard = StandardOutput()
                try standard.text(text)
            }
        }
    }

    private func tally(_ now: Timestamp) throws -> FiguresTally {
        let argument = MomentArgument(now: now) { System.localOffset(at: $0) }
        let start = try since.map(argument.read)
        let end = try until.map(argument.read)
        if let start, let end, end <= start {
            throw ArgumentError("--until", until ?? "", "expected a moment after that of --since")
        }
        guard from.isEmpty else {
            var tally = FiguresTally(start: start, end: end)
            for file in from { try DecisionLogFile(path: file).forEach { tally.note($0) } }
            return tally
        }
        guard let journal = try settings.source.load().journal else {
            throw ReviewError(.read, path: "journal.path", .off)
        }
        let last = end ?? now
        let first = start ?? last.advanced(byNanoseconds: -86_400_000_000_000)
        return try FiguresTally(of: JournalReader(path: journal.path), from: first, to: last)
    }
}

extension ReportFormat: ExpressibleByArgument {}
