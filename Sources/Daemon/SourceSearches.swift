// SPDX-License-Identifier: GPL-3.0-or-later

import Control
import Detection
import Dispatch
import Packets

/// Who asks for the first sources, and the search that goes on for them between the events.
///
/// Bound: one search at a time; while events come, one in each quarter of a second, whoever asks.
/// All who ask for the same order meanwhile get the same answer, so that many who look cost the
/// detector as much as one.
struct SourceSearches {
    struct Question: Sendable {
        let request: SourcesRequest
        let answer: @Sendable (SourcesReport?) -> Void
    }

    private var waiting: [Question] = []
    private var asking: [Question] = []
    private var search: SourceSearch?
    private var lastStart: Timestamp?
    /// Does what is left to do somewhere else: writing words is not the detector's work.
    private let handOver: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// Records that are looked at between two batches: well below a millisecond; see
    /// docs/measurements.md.
    static let slice = 2048
    /// Unit: nanoseconds.
    private static let interval: Int64 = 250_000_000

    init(
        handOver: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { work in
            SourceSearches.words.async { work() }
        }
    ) { self.handOver = handOver }

    private static let words = DispatchQueue(label: "picket.sources")

    mutating func take(_ question: Question) { waiting.append(question) }

    /// Whether there is something to do at once if no event comes.
    var hasWork: Bool { search != nil || !waiting.isEmpty }

    /// Does a little of it.
    ///
    /// - Parameter isBusy: events are waiting, so that a new search may have to.
    mutating func goOn(_ analysis: borrowing Analysis, at now: Timestamp, isBusy: Bool) {
        if search == nil { start(at: now, isBusy: isBusy) }
        guard var current = search else { return }
        if analysis.detector.goOn(&current, records: SourceSearches.slice) {
            search = current
            return
        }
        search = nil
        let states = analysis.detector.found(current)
        let places = states.map { analysis.origin($0.summary.origin).interfaceIn }
        let (order, questions) = (current.order, asking)
        let (tracked, scans) = (analysis.detector.sourceCount, analysis.detector.openScans)
        asking = []
        handOver {
            let sources = zip(states, places).map(SourceSearches.source)
            for question in questions {
                question.answer(
                    SourcesReport(
                        time: SourceSearches.seconds(now), order: order, tracked: tracked,
                        openScans: scans,
                        sources: Array(sources.prefix(question.request.limit))))
            }
        }
    }

    /// The detector ends: nobody waits any longer.
    mutating func end() {
        for question in asking + waiting { question.answer(nil) }
        (asking, waiting, search) = ([], [], nil)
    }

    private mutating func start(at now: Timestamp, isBusy: Bool) {
        guard let first = waiting.first else { return }
        if isBusy, let lastStart,
            now.nanoseconds(since: lastStart).magnitude < SourceSearches.interval
        {
            return
        }
        lastStart = now
        let order = first.request.order
        asking = waiting.filter { $0.request.order == order }
        waiting.removeAll { $0.request.order == order }
        search = SourceSearch(order: order, limit: asking.map(\.request.limit).max() ?? 1)
    }

    private static func seconds(_ time: Timestamp) -> Double {
        Double(time.nanoseconds / 1_000_000) / 1000
    }

    private static func source(
        _ state: RankedSource, _ interface: String
    ) -> SourcesReport.Source {
        let summary = state.summary
        var source = SourcesReport.Source(
            source: summary.source.isHost
                ? "\(summary.source.address)" : "\(summary.source)",
            level: summary.level, packets: summary.packets)
        source.direction = summary.direction.rawValue
        source.scanning = state.isScanning
        source.kind = state.isScanning ? summary.kind.rawValue : nil
        source.techniques = summary.techniques.map(\.description)
        source.tool = summary.tool.tool == .unknown ? nil : summary.tool.tool.rawValue
        source.targets = summary.targets.count
        source.hosts = summary.hosts.count
        source.exact = summary.targets.exact && summary.hosts.exact
        source.interface = interface
        source.first = SourceSearches.seconds(summary.start)
        source.last = SourceSearches.seconds(summary.end)
        return source
    }
}
