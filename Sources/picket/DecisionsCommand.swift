// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Daemon
import Decisions
import Detection
import Journal
import Packets
import Review

/// `picket decisions`
struct DecisionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions",
        abstract: "What was decided: reads the journal, with or without a running daemon.",
        discussion: """
            picket decisions --since 24h --level 3
            picket decisions --source 203.0.113.0/24 --json | jq .event.reason
            """)

    @OptionGroup var settings: ConfigurationOption
    @OptionGroup var journal: JournalOption
    @OptionGroup var period: PeriodOption

    @Option(
        help: ArgumentHelp("Of this address or network.", valueName: "net"), transform: network)
    var source: Network?

    @Option(help: ArgumentHelp("Of this danger level and worse, 0 to 5.", valueName: "n"))
    var level: Int?

    @Option(
        help: ArgumentHelp(
            "Of this kind: \(ScanKind.allCases.map(\.rawValue).joined(separator: ", ")); may be "
                + "given again.", valueName: "kind"))
    var kind: [String] = []

    @Option(
        help: ArgumentHelp(
            "With this action: \(Decision.Action.allCases.map(\.rawValue).joined(separator: ", ")); "
                + "may be given again.", valueName: "action"))
    var action: [String] = []

    @Option(help: ArgumentHelp("At most so many, the latest.", valueName: "n"))
    var limit: Int?

    @Flag(help: "The logged documents (Elastic Common Schema), one a line.")
    var json = false

    func validate() throws {
        if let level, !(0...5).contains(level) {
            throw ValidationError("--level is a number from 0 to 5.")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is at least 1.") }
        let kinds = ScanKind.allCases.map(\.rawValue)
        if let wrong = kind.first(where: { !kinds.contains($0) }) {
            throw ValidationError(
                "there is no kind \(wrong.printable): \(kinds.joined(separator: ", ")).")
        }
        let actions = Decision.Action.allCases.map(\.rawValue)
        if let wrong = action.first(where: { !actions.contains($0) }) {
            throw ValidationError(
                "there is no action \(wrong.printable): \(actions.joined(separator: ", ")).")
        }
    }

    func run() throws {
        try told {
            System.ignoreBrokenPipes()
            let reader = try journal.open(try settings.source.load())
            var output = StandardOutput(blockBytes: System.outputIsTerminal ? 0 : 1 << 16)
            if json {
                try reader.documents(of: filter) { try output.line($0) }
                try output.flush()
                return
            }
            let table = DecisionTable(clock: .host, ink: .standardOutput)
            var count = 0
            try reader.lines(of: filter) { decision in
                if count == 0 { try output.line(table.heading) }
                count += 1
                try output.line(table.row(decision))
            }
            try output.flush()
            if count == 0 { say("no decision: " + (try reach(of: reader))) }
        }
    }

    private var filter: DecisionFilter {
        var filter = DecisionFilter()
        (filter.since, filter.until) = (period.since, period.until)
        (filter.source, filter.level, filter.limit) = (source, level, limit)
        (filter.kinds, filter.actions) = (Set(kind), Set(action))
        return filter
    }

    /// What an empty answer means.
    private func reach(of reader: JournalReader) throws -> String {
        let reach = try reader.reach()
        guard let first = reach.first, let last = reach.last else {
            return "the journal (\(reader.path)) is empty"
        }
        let clock = LocalClock.host
        return "the journal has \(reach.decisions), from \(clock.text(first)) to "
            + "\(clock.text(last)), and none of them is as you asked"
    }
}
