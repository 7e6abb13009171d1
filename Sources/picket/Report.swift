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

    @OptionGroup var journal: JournalOption
    @OptionGroup var period: PeriodOption

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
        guard journal.path == nil || from.isEmpty else {
            throw ValidationError("--journal and --from are two things to read; give one of them.")
        }
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
        guard from.isEmpty else {
            var tally = FiguresTally(start: period.since, end: period.until)
            for file in from { try DecisionLogFile(path: file).forEach { tally.note($0) } }
            return tally
        }
        let last = period.until ?? now
        let first = period.since ?? last.advanced(byNanoseconds: -86_400_000_000_000)
        return try FiguresTally(of: journal.open(settings.source.load()), from: first, to: last)
    }
}

extension ReportFormat: ExpressibleByArgument {}
