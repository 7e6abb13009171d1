// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Control
import Daemon
import Detection
import Review

/// `picket top`
struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The running daemon's sources, live on the whole screen.",
        discussion: """
            Keys: l, p, t, h, s, r sort by level, packets, targets, hosts, last seen, rate; arrows \
            and the page keys scroll; q ends. Where standard input or output is no terminal it \
            prints the sources once.
            """)

    @OptionGroup var settings: ConfigurationOption

    @Option(help: "level, packets, targets, hosts, seen or rate.")
    var sort: SortOption = SortOption(order: .level)

    @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
    var refresh = 1.0

    @Option(help: ArgumentHelp("How many sources are asked for.", valueName: "number"))
    var limit = 200

    @Flag(help: "Print the sources once and end.")
    var once = false

    @Flag(help: "The same, one JSON object a line for each source.")
    var json = false

    func validate() throws {
        guard (0.1...3600).contains(refresh) else {
            throw ValidationError("--refresh is 0.1 to 3600 seconds.")
        }
        guard (1...SourceSearch.maximum).contains(limit) else {
            throw ValidationError("--limit is 1 to \(SourceSearch.maximum).")
        }
    }

    func run() throws {
        try told {
            System.ignoreBrokenPipes()
            let client = ControlClient(path: try settings.source.load().controlSocket)
            if once || json || !Terminal.isThere {
                try printOnce(client)
            } else {
                try show(client)
            }
        }
    }

    private func show(_ client: ControlClient) throws {
        let session = TopSession(
            client: client, order: sort.order, refresh: refresh, limit: limit,
            style: TopScreen.Style(isTerminal: true, ink: .standardOutput))
        let end = EndSignal()
        try blocking { end.number = try await session.run() }
        if let number = end.number { System.die(of: number) }
    }

    private func printOnce(_ client: ControlClient) throws {
        let (order, limit, json, refresh) = (sort.order, limit, json, refresh)
        try blocking {
            var model = TopModel(order: order)
            let request = SourcesRequest(order: order.asked, limit: limit)
            // A rate takes two looks.
            let looks = order == .rate ? 2 : 1
            let requests = AsyncStream<SourcesRequest> { continuation in
                Task {
                    for look in 0..<looks {
                        if look > 0 { try? await Task.sleep(for: .seconds(refresh)) }
                        continuation.yield(request)
                    }
                    continuation.finish()
                }
            }
            try await client.sources(requests) { sources, status in model.note(sources, status) }
            var output = StandardOutput(blockBytes: 1 << 16)
            let zone = System.localOffset(at: System.now)
            let lines =
                json
                ? model.json
                : TopScreen(model, width: 132, style: .plain, offset: zone).snapshot
            for line in lines { try output.line(line) }
            try output.flush()
        }
    }
}

/// An order as an argument.
struct SortOption: ExpressibleByArgument {
    let order: TopOrder

    init(order: TopOrder) { self.order = order }

    init?(argument: String) {
        guard let order = TopOrder(rawValue: argument) else { return nil }
        self.order = order
    }

    var defaultValueDescription: String { order.rawValue }
    static var allValueStrings: [String] { TopOrder.allCases.map(\.rawValue) }
}
