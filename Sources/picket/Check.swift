// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Daemon
import Foundation

/// `picket check`
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Settings, rights, NFLOG groups, rules that feed them: one line each.",
        discussion: """
            Changes nothing. Ends with the exit code of the first failure, else 0. With --probe it \
            also sends the ten scans of nmap and 445/tcp against a copy of the rules, in network \
            namespaces that no packet leaves, and tells which arrive.
            """)

    @OptionGroup var settings: ConfigurationOption

    @Flag(help: "One JSON object a line.")
    var json = false

    @Flag(help: "Send scans against a copy of the rules in namespaces of its own. Needs root.")
    var probe = false

    func run() throws {
        try told {
            System.ignoreBrokenPipes()
            let results = SelfCheck(configuration: settings.source, probes: probe)
                .results()
            var output = StandardOutput()
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            for result in results {
                let line =
                    json
                    ? String(decoding: try encoder.encode(result), as: UTF8.self) : result.text
                try output.line(line)
            }
            if let failure = results.first(where: { $0.state == .failure }) {
                throw ExitCode(failure.exitCode)
            }
        }
    }
}
