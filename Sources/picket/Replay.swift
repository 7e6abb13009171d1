// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Configuration
import Daemon

/// `picket replay FILE…`
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The same detector offline, at full speed, with the time of the packets.",
        discussion: """
            Reads pcap and pcapng (Ethernet, Linux cooked, raw IP, NFLOG), the kernel's LOG text \
            (iptables, nftables, ufw, Shorewall; with or without a syslog or journal header), and \
            scenarios; `-` is standard input. Finding scans is not a failure.
            """)

    @OptionGroup var settings: ConfigurationOption
    @OptionGroup var format: FormatOption

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Try a changed setting, e.g. detection.targets=10.", valueName: "key=value"),
        completion: .list(ConfigurationFile.keys.map { "\($0)=" }))
    var changes: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the host said of itself, as the daemon has recorded it.", valueName: "file"),
        completion: .file())
    var facts: String?

    @Flag(
        help: ArgumentHelp(
            "Show what --set would change: decisions that appear, disappear or differ."))
    var diff = false

    @Flag(
        name: .customLong("by-time"),
        help: ArgumentHelp(
            "Play the packets of all files in the order of their time, each packet once."))
    var byTime = false

    @Flag(help: "No summary at the end, no progress.")
    var quiet = false

    @Argument(help: "The files, read one after the other.", completion: .file())
    var files: [String]

    func validate() throws {
        guard diff else { return }
        if changes.isEmpty {
            throw ValidationError("--diff needs a changed setting: --set detection.targets=8")
        }
        if files.contains("-") {
            throw ValidationError("--diff reads its input twice, which standard input cannot be")
        }
        if format.format != nil {
            throw ValidationError("--diff has formats of its own: text, or JSON with --json")
        }
    }

    func run() throws {
        if diff {
            return try told {
                try WhatIfRun(
                    files: files, before: settings.source.load(),
                    after: settings.source.load(changes: changes),
                    facts: facts.map(FactsHistory.read(path:)), isJSON: format.json, quiet: quiet
                ).run()
            }
        }
        try told {
            try ReplayRun(
                files: files, settings: settings.source.load(changes: changes),
                facts: facts.map(FactsHistory.read(path:)), format: format.value, quiet: quiet,
                byTime: byTime
            ).run()
        }
    }
}
