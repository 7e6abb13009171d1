// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets

/// Counts decisions into ``Figures``: the same for the journal and for the decision log.
///
/// Bound: about 250 bytes for each scan of the period; words and machines are bounded.
package struct FiguresTally {
    /// The period; a side that is nil is open.
    private let start: Timestamp?
    private let end: Timestamp?
    private var earliest: Timestamp?
    private var latest: Timestamp?

    private var actions: [String: Int] = [:]
    var index: [EpisodeKey: Int] = [:]
    var episodes: [Episode] = []
    var ports: [UInt16] = []
    private var floods = 0
    /// What the journal says of losses, blocks and machines; a log's decisions say it themselves.
    var known: Known?
    var words = Vocabulary()
    /// Apart and few, since an episode has a bit for each.
    var techniques = Vocabulary(capacity: 64)
    private var meters: [String: LossMeter] = [:]

    struct Known {
        var loss = LossCounts()
        var observers: Set<String> = []
        var blocks: [String: Int] = [:]
    }

    private static let maximumActions = 64
    private static let maximumObservers = 256

    /// - Parameters:
    ///   - start: the first moment that counts; nil: the first decision's.
    ///   - end: the first moment that does not count any more; nil: after the last decision.
    package init(start: Timestamp?, end: Timestamp?) {
        self.start = start
        self.end = end
        _ = words.number(of: "")
    }

    /// Counts a decision, in the order in which they were taken.
    package mutating func note(_ record: DecisionRecord) {
        let counts = start.map { record.time >= $0 } ?? true
        if let end, record.time >= end { return }
        if known == nil { noteLoss(record, counts: counts) }
        guard counts else { return }
        earliest = min(earliest ?? record.time, record.time)
        latest = max(latest ?? record.time, record.time)
        if actions.count < FiguresTally.maximumActions || actions[record.action] != nil {
            actions[record.action, default: 0] += 1
        }
        if record.action == "flood-detected" { floods += 1 }
        if record.isScan || record.isAttempts,
            let source = record.source ?? record.scan.map({ _ in Episode.unknown })
        {
            note(record, source: source)
        }
    }

    private mutating func noteLoss(_ record: DecisionRecord, counts: Bool) {
        guard meters.count < FiguresTally.maximumObservers || meters[record.observer] != nil else {
            return
        }
        meters[record.observer, default: LossMeter()].note(
            record.loss, sequence: record.sequence, counts: counts)
    }

    private mutating func note(_ record: DecisionRecord, source: Network) {
        let key = EpisodeKey(record, source: source)
        let place: Int
        if let known = index[key] {
            place = known
        } else {
            place = episodes.count
            index[key] = place
            episodes.append(Episode(record, source: source))
        }
        update(place, record)
    }

    /// The last decision of a scan says most, but a level that was reached stays.
    private mutating func update(_ place: Int, _ record: DecisionRecord) {
        var episode = episodes[place]
        episode.level = max(episode.level, UInt8(clamping: max(0, min(record.level, 5))))
        episode.last = max(episode.last, record.span.last)
        episode.packets = max(episode.packets, record.packets)
        episode.targets = max(episode.targets, UInt32(clamping: record.targets))
        episode.hosts = max(episode.hosts, UInt32(clamping: record.hosts))
        episode.isExact = record.isExact
        if record.ending == "joined" { episode.isJoined = true }
        if record.isScan {
            episode.isScan = true
            episode.kind = words.number(of: record.kind ?? "")
        }
        for name in record.techniques { episode.techniques |= 1 << techniques.number(of: name) }
        if let tool = record.tool { episode.tool = words.number(of: tool) }
        episode.prefix = words.number(of: record.prefix)
        episode.chain = words.number(of: record.hook)
        episode.interface = words.number(of: record.interface)
        if let transport = record.transport { episode.transport = words.number(of: transport) }
        if !record.ports.isEmpty { keep(record.ports.prefix(10), in: &episode) }
        episodes[place] = episode
    }

    private mutating func keep(_ sample: ArraySlice<UInt16>, in episode: inout Episode) {
        if sample.count > Int(episode.portCount) {
            episode.portStart = ports.count
            ports.append(contentsOf: sample)
        } else {
            for (offset, port) in sample.enumerated() { ports[episode.portStart + offset] = port }
        }
        episode.portCount = UInt8(sample.count)
    }

    /// The figures of what was counted.
    ///
    /// - Parameters:
    ///   - limit: how many of the top sources, ports and prefixes.
    ///   - offset: of the zone in which days and hours begin. Unit: seconds east of UTC.
    package func figures(limit: Int = 20, offset: Int = 0) -> Figures {
        let begin = start ?? earliest ?? end ?? Timestamp(nanoseconds: 0)
        let finish = end ?? latest?.advanced(byNanoseconds: 1) ?? begin
        var figures = Figures(start: begin, end: max(begin, finish))
        figures.decisions = actions.map { Figures.Count($0.key, $0.value) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        figures.observers = meters.keys.filter { !$0.isEmpty }.sorted()
        figures.floods = floods
        for meter in meters.values {
            figures.losses.counts.gap &+= meter.sum.gap
            figures.losses.counts.drop &+= meter.sum.drop
            figures.losses.counts.refused &+= meter.sum.refused
            if !meter.isComplete { figures.losses.isComplete = false }
        }
        figures.blocked = actions["source-blocked"] ?? 0
        figures.unblocked = actions["source-unblocked"] ?? 0
        figures.refusedBlocks = actions["block-refused"] ?? 0
        if let known {
            figures.losses.counts = known.loss
            figures.observers = known.observers.filter { !$0.isEmpty }.sorted()
            // Blocks by hand are no decisions.
            figures.blocked = max(figures.blocked, known.blocks["blocked"] ?? 0)
            figures.unblocked = max(figures.unblocked, known.blocks["unblocked"] ?? 0)
            figures.refusedBlocks = max(figures.refusedBlocks, known.blocks["refused"] ?? 0)
        }
        count(into: &figures, limit: max(1, limit), offset: offset)
        return figures
    }
}
