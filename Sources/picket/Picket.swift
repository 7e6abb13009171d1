// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Daemon

/// The command line. Data goes to standard output, words to standard error.
@main
struct Picket: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picket",
        abstract: "Names the port scans among the packets that your firewall drops.",
        discussion: """
            Try it with nothing to risk:   sudo picket lab
            Look at what you have:         picket replay /var/log/kern.log
            Go live:                       sudo picket check && sudo picket run

            Exit codes: 0 done; 64 usage; 65 bad input data; 69 something needed is unavailable; \
            71 system call; 77 permission; 78 configuration.
            """,
        version: "picket \(Version.current)",
        subcommands: [
            Run.self, Check.self, Replay.self, Status.self, Watch.self, DecisionsCommand.self,
            ExplainCommand.self, LabCommand.self, LabSend.self,
        ])

    static func main() {
        System.holdStandardDescriptors()
        main(nil)
    }
}

/// The settings file, for every command.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: "The settings file (default: \(ConfigurationSource.defaultPath), when it is there).")
    var path: String?

    var source: ConfigurationSource { ConfigurationSource(path: path) }
}

/// How decisions are written.
struct FormatOption: ParsableArguments {
    @Option(help: "text, ecs, eve, psad, fwlogwatch or scanlogd.")
    var format: OutputFormat?

    @Flag(help: "One JSON object a line: the same as --format ecs.")
    var json = false

    func validate() throws {
        if json, let format, format.value != .ecs {
            throw ValidationError("--json is --format ecs; give one of them.")
        }
    }

    var value: OutputFormat.Value { json ? .ecs : format?.value ?? .text }
}
