// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// How high a source stands in the list.
private struct Weight {
    var level: UInt8 = 0
    var packets: UInt64 = 0
    var isScanning = false
    /// Its first episode.
    var first: Int

    init(first: Int) { self.first = first }
}

/// What one source did in all its scans.
private struct SourceSum {
    var name: String
    var members: UInt32
    var level: UInt8 = 0
    var scans = 0
    var kinds: Set<UInt16> = []
    var tools: Set<UInt16> = []
    var techniques: UInt64 = 0
    var packets: UInt64 = 0
    var targets: UInt32 = 0
    var hosts: UInt32 = 0
    var isExact = true
    var first: Timestamp
    var last: Timestamp
}

private struct SourceKey: Hashable {
    let source: Network
    /// Each set is its own; a source's scans go together.
    let set: Timestamp?
}

/// Scans and packets by the number of a word.
private struct Shares {
    private var scans: [UInt16: Int] = [:]
    private var packets: [UInt16: UInt64] = [:]

    mutating func note(_ number: UInt16, _ episode: Episode) {
        scans[number, default: 0] += 1
        packets[number, default: 0] &+= episode.packets
    }

    func figures(_ words: Vocabulary, limit: Int = .max) -> [Figures.Share] {
        Array(
            scans.map {
                Figures.Share(words[$0.key], scans: $0.value, packets: packets[$0.key] ?? 0)
            }
            .filter { !$0.name.isEmpty }
            .sorted { ($1.scans, $1.packets, $0.name) < ($0.scans, $0.packets, $1.name) }
            .prefix(limit))
    }
}

extension FiguresTally {
    /// Adds what the scans say.
    func count(into figures: inout Figures, limit: Int, offset: Int) {
        var kinds = Shares(), tools = Shares(), prefixes = Shares(), chains = Shares()
        var interfaces = Shares(), used = Shares()
        var portCounts: [UInt32: Int] = [:]
        var timeline = Timeline(from: figures.start, to: figures.end, offset: offset)
        let weights = weights()
        for episode in episodes where counts(episode, weights) {
            figures.packets &+= episode.packets
            guard episode.isScan else {
                figures.attempts += 1
                continue
            }
            figures.scans += 1
            figures.levels[Int(episode.level)] += 1
            timeline.note(episode.found, level: Int(episode.level))
            kinds.note(episode.kind, episode)
            tools.note(episode.tool, episode)
            prefixes.note(episode.prefix, episode)
            chains.note(episode.chain, episode)
            interfaces.note(episode.interface, episode)
            for bit in 0..<UInt16(techniques.words.count) where episode.techniques >> bit & 1 == 1 {
                used.note(bit, episode)
            }
            for port in ports[episode.portStart..<episode.portStart + Int(episode.portCount)] {
                portCounts[UInt32(episode.transport) << 16 | UInt32(port), default: 0] += 1
            }
        }
        figures.kinds = kinds.figures(words)
        figures.tools = tools.figures(words)
        figures.prefixes = prefixes.figures(words, limit: limit)
        figures.chains = chains.figures(words)
        figures.interfaces = interfaces.figures(words, limit: limit)
        figures.techniques = used.figures(techniques)
        figures.ports = Array(
            portCounts.map { number, count in
                let port = "\(number & 0xffff)"
                let transport = words[UInt16(number >> 16)]
                return (
                    port: number & 0xffff, count: count,
                    name: transport.isEmpty ? port : "\(transport)/\(port)"
                )
            }
            .sorted { ($1.count, $0.port, $0.name) < ($0.count, $1.port, $1.name) }
            .prefix(limit)
            .map { Figures.Count($0.name, $0.count) })
        figures.timeline = timeline.pieces
        figures.pieceWidth = timeline.width
        figures.sources = weights.count
        figures.topSources = topSources(weights, limit)
    }

    private func key(_ episode: Episode) -> SourceKey {
        SourceKey(source: episode.source, set: episode.members > 0 ? episode.first : nil)
    }

    private func weights() -> [SourceKey: Weight] {
        var weights: [SourceKey: Weight] = [:]
        weights.reserveCapacity(episodes.count / 2)
        for (place, episode) in episodes.enumerated() where episode.isScan && !episode.isJoined {
            let key = key(episode)
            var weight = weights[key] ?? Weight(first: place)
            weight.level = max(weight.level, episode.level)
            weight.packets &+= episode.packets
            weight.isScanning = true
            weights[key] = weight
        }
        for (place, episode) in episodes.enumerated() where !episode.isScan {
            let key = key(episode)
            guard weights[key] == nil else { continue }
            var weight = Weight(first: place)
            (weight.level, weight.packets) = (episode.level, episode.packets)
            weights[key] = weight
        }
        return weights
    }

    /// Attempts of a source that has scans too are the scans' packets again.
    private func counts(_ episode: Episode, _ weights: [SourceKey: Weight]) -> Bool {
        if episode.isScan { return !episode.isJoined }
        return !(weights[key(episode)]?.isScanning ?? false)
    }

    /// The worst sources: by level, then packets, then as they came.
    ///
    /// Names and sets are gathered only for those that are shown.
    private func topSources(_ weights: [SourceKey: Weight], _ limit: Int) -> [Figures.Source] {
        let top = weights.sorted {
            ($1.value.level, $1.value.packets, $0.value.first)
                < ($0.value.level, $0.value.packets, $1.value.first)
        }.prefix(limit)
        var sums: [SourceKey: SourceSum] = [:]
        for key in top.map(\.key) {
            let episode = episodes[weights[key]?.first ?? 0]
            sums[key] = SourceSum(
                name: episode.name, members: episode.members, first: episode.first,
                last: episode.last)
        }
        for episode in episodes where counts(episode, weights) {
            let key = key(episode)
            guard var sum = sums.removeValue(forKey: key) else { continue }
            sum.level = max(sum.level, episode.level)
            sum.scans += episode.isScan ? 1 : 0
            if episode.kind != 0 { sum.kinds.insert(episode.kind) }
            if episode.tool != 0 { sum.tools.insert(episode.tool) }
            sum.techniques |= episode.techniques
            sum.packets &+= episode.packets
            sum.targets = max(sum.targets, episode.targets)
            sum.hosts = max(sum.hosts, episode.hosts)
            sum.isExact = sum.isExact && episode.isExact
            sum.first = min(sum.first, episode.first)
            sum.last = max(sum.last, episode.last)
            sums[key] = sum
        }
        return top.compactMap { sums[$0.key] }.map(figure)
    }

    private func figure(_ sum: SourceSum) -> Figures.Source {
        Figures.Source(
            name: sum.name, level: Int(sum.level), scans: sum.scans,
            kinds: sum.kinds.map { words[$0] }.sorted(),
            techniques: techniques.words.indices.filter { sum.techniques >> UInt64($0) & 1 == 1 }
                .map { techniques.words[$0] },
            tools: sum.tools.map { words[$0] }.filter { $0 != "unknown" }.sorted(),
            packets: sum.packets, targets: Int(sum.targets), hosts: Int(sum.hosts),
            isExact: sum.isExact, first: sum.first, last: sum.last)
    }
}
