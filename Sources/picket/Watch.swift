// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Control
import Daemon
import Review

/// `picket watch`
struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Live decisions of the running daemon, as they come.")

    @OptionGroup var settings: ConfigurationOption
    @OptionGroup var format: FormatOption

    func run() throws {
        try told {
            System.ignoreBrokenPipes()
            let client = ControlClient(path: try settings.source.load().controlSocket)
            let format = format.value
            let ink = format == .text ? Ink.standardOutput : .none
            try blocking {
                try await client.watch(
                    format: format,
                    onDropped: { say("\($0) decisions were lost here: the output was too slow") },
                    onLine: { line in
                        var output = StandardOutput()
                        try output.line(ink.line(line))
                    })
            }
        }
    }
}
