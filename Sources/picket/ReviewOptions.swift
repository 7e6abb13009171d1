// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Configuration
import Daemon
import Foundation
import Journal
import Packets
import Review

/// Which journal is asked; for the commands that look back.
struct JournalOption: ParsableArguments {
    @Option(
        name: .customLong("journal"),
        help: "The journal to read (default: journal.path of the settings).")
    var path: String?

    /// Throws: ``JournalError``, or that there is none by the settings.
    func open(_ settings: Settings) throws -> JournalReader {
        guard let path = path ?? settings.journal?.path else {
            throw StartError(
                .configuration,
                "cannot read the journal: journal is off in the settings. Switch it on, or name a "
                    + "file with --journal.")
        }
        return try JournalReader(path: path)
    }
}

/// From when to when.
struct PeriodOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "From then on: how long ago (30m, 24h, 2d, 1w), or a moment (2026-12-01T13:30Z).",
            valueName: "time"),
        transform: moment)
    var since: Timestamp?

    @Option(
        help: ArgumentHelp("Before then, written the same way.", valueName: "time"),
        transform: moment)
    var until: Timestamp?

    func validate() throws {
        if let since, let until, until <= since {
            throw ValidationError("--until is not after --since.")
        }
    }
}

/// Reads a moment of the command line.
@Sendable func moment(_ text: String) throws -> Timestamp {
    try MomentArgument(now: System.now, localOffset: { System.localOffset(at: $0) }).read(text)
}

/// Reads an address or network of the command line.
@Sendable func network(_ text: String) throws -> Network { try NetworkArgument.read(text) }

extension Ink {
    /// For standard output.
    static var standardOutput: Ink {
        Ink(
            isTerminal: System.outputIsTerminal,
            environment: ProcessInfo.processInfo.environment)
    }
}

extension LocalClock {
    /// The host's zone.
    static var host: LocalClock { LocalClock { System.localOffset(at: $0) } }
}
