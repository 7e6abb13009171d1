// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Control
import Daemon

/// `picket status`
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Is it running, on which groups, how fast, what was lost at each step.")

    @OptionGroup var settings: ConfigurationOption

    @Flag(help: "One JSON object.")
    var json = false

    func run() throws {
        try told {
            let client = ControlClient(path: try settings.source.load().controlSocket)
            let json = json
            try blocking {
                let report = try await client.status()
                var output = StandardOutput()
                try output.line(json ? report.json : report.text)
            }
        }
    }
}
