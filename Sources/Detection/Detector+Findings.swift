// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The distinct counts of one source.
struct DistinctCounts {
    var targets: DistinctCount
    var hosts: DistinctCount
    var ports: DistinctCount
}

extension Detector {
    /// Adds a finding about a source, with its numbers at this moment.
    mutating func report(_ event: Finding.Event, _ number: UInt32, at time: Timestamp) {
        findings.append(
            Finding(event: event, time: time, summary: summary(of: number, for: event)))
    }

    func summary(of number: UInt32, for event: Finding.Event) -> ScanSummary {
        let record = table.records[Int(number)]
        let counts = distinct(number)
        let weight = weight(of: number)
        var summary = ScanSummary(
            source: record.source, firstAddress: record.firstAddress,
            kind: ScanKind(record, counts), techniques: record.usedTechniques,
            packets: record.totalPackets, targets: counts.targets, hosts: counts.hosts,
            ports: counts.ports, level: Int(record.level), start: record.start,
            end: max(record.start, record.last),
            likelihood: likelihood(weight.all, accepted: record.acceptedCount),
            origin: record.origin)
        if record.traits.contains(.home) {
            summary.direction = weight.inside * 2 >= weight.all ? .internal : .outbound
        }
        for span in 0..<3 {
            guard let range = record.ports[span].range else { continue }
            let known = summary.portRange ?? range
            summary.portRange =
                min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
        }
        summary.transports = record.transports
        summary.tool = record.tools.verdict
        if record.tally != SourceRecord.noTally {
            let tally = tallies[record.tally]
            summary.destinations = (0..<Int(tally.destinationCount)).map { tally.destinations[$0] }
            summary.portSample = (0..<Int(tally.portSampleCount)).map { tally.portSample[$0] }
        } else {
            summary.destinations = record.inlineDestinations
            summary.portSample = record.inlinePorts
        }
        summary.portSample.sort()
        if case .attemptsRepeated = event {
            summary.level = min(1, limits.level(packets: record.totalPackets, hosts: 0))
        }
        return summary
    }

    func distinct(_ number: UInt32) -> DistinctCounts {
        let record = table.records[Int(number)]
        if record.traits.contains(.frozen) {
            return DistinctCounts(
                targets: DistinctCount(Int(record.frozen.targets), exact: false),
                hosts: DistinctCount(Int(record.frozen.hosts), exact: false),
                ports: DistinctCount(Int(record.frozen.ports), exact: false))
        }
        guard record.tally != SourceRecord.noTally else {
            return DistinctCounts(
                targets: DistinctCount(Int(record.targetCount)),
                hosts: DistinctCount(record.inlineHosts),
                ports: DistinctCount(record.inlinePorts.count))
        }
        let tally = tallies[record.tally]
        return DistinctCounts(
            targets: tally.targets.distinctCount, hosts: tally.hosts.distinctCount,
            ports: tally.ports.distinctCount)
    }

    /// TRW with P_D 0.99, P_F 0.01 replaced by its per-contact odds for θ0 = 0.8, θ1 = 0.2: each
    /// failed first contact multiplies them by four, each that succeeds divides them.
    ///
    /// Source: Jung, Paxson, Berger, Balakrishnan: Fast Portscan Detection Using Sequential
    /// Hypothesis Testing, 2004.
    private func likelihood(_ quarters: Int, accepted: UInt8) -> Double {
        let lnFour = 1.386_294_361_119_890_6
        return (Double(quarters) / 4 - Double(accepted)) * lnFour
    }
}

extension DistinctSketch {
    var distinctCount: DistinctCount { DistinctCount(Int(count), exact: isExact) }
}

extension ScanKind {
    /// The first line that holds decides; the cuts at five are those of Zeek's simple-scan.
    init(_ record: SourceRecord, _ counts: DistinctCounts) {
        let (hosts, ports) = (counts.hosts.count, counts.ports.count)
        let known = min(counts.targets.count, Int(DistinctSketch.exactLimit))
        if record.traits.contains(.onlyICMPRequests) {
            self = .pingSweep
        } else if Int(record.protocolTargets) * 2 > known, record.traits.contains(.manyProtocols) {
            self = .ipProtocol
        } else if ports <= 1, hosts > 1 {
            self = .horizontal
        } else if hosts <= 1 {
            self = .vertical
        } else if ports <= 5 {
            self = .horizontal
        } else if hosts <= 5 {
            self = .vertical
        } else {
            self = .block
        }
    }
}
