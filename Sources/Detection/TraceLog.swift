// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The traceroutes that were seen: shown by name, never a finding.
///
/// Bound: the first 64 pairs of source and destination; what comes after is only summed.
package struct TraceLog: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let source: Address
        package let destination: Address
        package internal(set) var packets: UInt64
    }

    /// In the order in which they were first met.
    package private(set) var entries: [Entry] = []
    /// Packets of pairs that found no place.
    package private(set) var others: UInt64 = 0

    package static let capacity = 64

    init() { entries.reserveCapacity(TraceLog.capacity) }

    mutating func note(_ event: PacketEvent) {
        for index in entries.indices
        where entries[index].source.isSame(as: event.source)
            && entries[index].destination.isSame(as: event.destination)
        {
            entries[index].packets &+= 1
            return
        }
        guard entries.count < TraceLog.capacity else {
            others &+= 1
            return
        }
        entries.append(Entry(source: event.source, destination: event.destination, packets: 1))
    }
}
