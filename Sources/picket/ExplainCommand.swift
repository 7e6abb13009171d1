// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Configuration
import Control
import Daemon
import Packets
import Review
import Synchronization

/// `picket explain`
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Everything known about a source or a network, in sentences.",
        discussion: """
            What it did and why that was decided, what was lost meanwhile, where its packets are \
            kept and how to replay them. Asks the running daemon too, where there is one.
            """)

    @OptionGroup var settings: ConfigurationOption
    @OptionGroup var journal: JournalOption

    @Argument(
        help: ArgumentHelp("An address, or a network such as 203.0.113.0/24.", valueName: "source"),
        transform: network)
    var source: Network

    @Flag(help: "One JSON object.")
    var json = false

    func run() throws {
        try told {
            System.ignoreBrokenPipes()
            let loaded = try settings.source.load()
            let reader = try journal.open(loaded)
            let explanation = try Explanation(
                of: source, journal: reader, live: live(loaded), settings: loaded.detection,
                homeNetworks: loaded.homeNetworks, ownAddresses: loaded.ownAddresses,
                factsPath: loaded.factsPath, now: System.now)
            var output = StandardOutput(blockBytes: 1 << 16)
            if json {
                try output.line(explanation.json)
            } else {
                let page = ExplanationPage(explanation, clock: .host, ink: .standardOutput)
                for line in page.text() { try output.line(line) }
            }
            try output.flush()
        }
    }

    /// What the running daemon has of it; without one, or without the right to ask, the journal
    /// answers alone.
    private func live(_ settings: Settings) -> Explanation.LiveView {
        guard source.isHost else { return .notAsked }
        let client = ControlClient(path: settings.controlSocket)
        let address = source.address
        let found = Mutex<SourceReport?>(nil)
        do {
            try blocking {
                let report = try await client.source(address)
                found.withLock { $0 = report }
            }
        } catch {
            return .silent("\(error)")
        }
        return found.withLock { $0 }.map { .known($0) } ?? .silent("the daemon does not say.")
    }
}
