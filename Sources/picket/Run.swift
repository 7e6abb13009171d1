// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Daemon
import Foundation

/// `picket run`
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The daemon, in the foreground: subscribes, detects, decides; changes nothing.",
        discussion: """
            Prints the decisions and writes them to the log file. Needs CAP_NET_ADMIN.
            SIGHUP reloads the settings, SIGUSR1 reopens the log file, SIGTERM and SIGINT end it.
            """)

    @OptionGroup var settings: ConfigurationOption
    @OptionGroup var format: FormatOption

    func run() throws {
        try told {
            let daemon = try Daemon(
                configuration: settings.source, format: format.value,
                environment: ProcessInfo.processInfo.environment, log: Log.standardError)
            try blocking { try await daemon.run() }
        }
    }
}
