// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Detection

/// What `picket top` can be sorted by: the detector's orders, and the rate that is measured here.
package enum TopOrder: String, CaseIterable, Sendable {
    case level, packets, targets, hosts, seen, rate

    /// What the detector is asked for: who has a rate now was seen just now.
    package var asked: SourceOrder { SourceOrder(rawValue: rawValue) ?? .seen }

    /// The key that chooses it.
    var key: Character { rawValue.first ?? " " }
}

/// What `picket top` knows: the last answers, and how fast each source is by those before.
package struct TopModel: Sendable {
    package var order: TopOrder {
        didSet { sort() }
    }
    package private(set) var sources: SourcesReport?
    package private(set) var status: StatusReport?
    /// The sources in the order that is shown.
    private(set) var rows: [SourcesReport.Source] = []
    private var rates: [String: Double] = [:]
    private var history: [(time: Double, packets: [String: UInt64])] = []

    /// Over how long a rate is taken. Unit: seconds.
    private static let window = 10.0
    /// The least time between two moments that are remembered, so that there are few. Unit: seconds.
    private static let step = 0.9

    package init(order: TopOrder) { self.order = order }

    /// Packets a second over the last ten; nil while it is not known.
    func rate(_ source: SourcesReport.Source) -> Double? { rates[source.source] }

    /// Takes over what the daemon said.
    package mutating func note(_ sources: SourcesReport, _ status: StatusReport) {
        // A daemon's clock that was set back begins anew.
        if let last = history.last, sources.time < last.time { history = [] }
        while history.count > 1, sources.time - history[0].time > TopModel.window {
            history.removeFirst()
        }
        rates = [:]
        if let base = history.first, sources.time > base.time {
            let span = sources.time - base.time
            for source in sources.sources {
                if let before = base.packets[source.source] {
                    // A source whose lifetime was over meanwhile counts from one again.
                    let more = source.packets >= before ? source.packets - before : source.packets
                    rates[source.source] = Double(more) / span
                } else if source.first >= base.time {
                    rates[source.source] = Double(source.packets) / span
                }
            }
        }
        if history.last.map({ sources.time - $0.time >= TopModel.step }) ?? true {
            let packets = sources.sources.map { ($0.source, $0.packets) }
            history.append((sources.time, Dictionary(packets) { first, _ in first }))
        }
        self.sources = sources
        self.status = status
        sort()
    }

    /// The detector's order, but for the rate.
    private mutating func sort() {
        var rows = sources?.sources ?? []
        let rates = rates
        func rate(_ source: SourcesReport.Source) -> Double { rates[source.source] ?? -1 }
        switch order {
        case .rate:
            rows.sort { (rate($1), $1.packets) < (rate($0), $0.packets) }
        case .level: rows.sort { ($1.level, $1.packets) < ($0.level, $0.packets) }
        case .packets: rows.sort { $1.packets < $0.packets }
        case .targets: rows.sort { ($1.targets, $1.packets) < ($0.targets, $0.packets) }
        case .hosts: rows.sort { ($1.hosts, $1.packets) < ($0.hosts, $0.packets) }
        case .seen: rows.sort { $1.last < $0.last }
        }
        self.rows = rows
    }
}

extension TopModel {
    /// The sources in their order, one JSON object a line.
    package var json: [String] { rows.map(\.json) }
}
