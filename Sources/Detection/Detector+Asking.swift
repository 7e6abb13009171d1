// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What the table has of one source at a moment.
package struct SourceState: Hashable, Sendable {
    package enum Standing: Hashable, Sendable {
        /// One packet is known.
        case probation
        case watched, scanning, asleep
    }

    package var source: Network
    package var standing: Standing
    /// The counted packets and their targets; nil on probation.
    package var summary: ScanSummary?
    /// The one packet's time; nil when not on probation.
    package var seen: Timestamp?
    /// Weight of the distinct targets, in targets.
    package var weight: Double
    /// The weight that makes it a scanner.
    package var threshold: Int
    package var accepted: Int
}

extension Detector {
    /// What is known of the source that the address belongs to; nil for none. Changes nothing.
    package func source(of address: Address) -> SourceState? {
        let key = grader.host.key(of: address)
        var handle = table.find(key)
        if handle == nil, !address.isV4 {
            // Eight neighbours of a site count as one.
            handle = table.find(SourceKey(Network(key.address, prefixLength: 48)))
        }
        guard let handle else { return nil }
        if handle & SourceTable.onProbation != 0 {
            let place = Int(handle & ~SourceTable.onProbation)
            let isCredit = table.probation.isCredit(place)
            return SourceState(
                source: key.network, standing: .probation, summary: nil,
                seen: isCredit ? nil : table.probation.evidence(place).time,
                weight: isCredit ? 0 : Double(table.probation.quarters(place)) / 4,
                threshold: limits.targets, accepted: isCredit ? 1 : 0)
        }
        let record = table.records[Int(handle)]
        let isHome = record.traits.contains(.home)
        let summary = summary(of: handle, for: .scanDetected)
        let threshold =
            record.traits.contains(.onlyEcho)
            ? limits.echoHosts
            : isHome && summary.direction == .outbound ? limits.outboundTargets : limits.targets
        return SourceState(
            source: record.source,
            standing: record.isScanning ? .scanning : record.isAsleep ? .asleep : .watched,
            summary: summary, seen: nil, weight: Double(weight(of: handle).all) / 4,
            threshold: limits.raised(threshold, accepted: record.acceptedCount),
            accepted: Int(record.acceptedCount))
    }
}
