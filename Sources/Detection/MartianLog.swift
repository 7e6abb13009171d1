// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The martians that were seen, for showing them as the kernel's own line does.
///
/// Bound: the first 64 pairs of source and destination; what comes after is only summed.
package struct MartianLog: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let source: Address
        package let destination: Address
        /// Where the first of them came from.
        package let origin: OriginID
        package internal(set) var packets: UInt64

        /// Whether it is the destination that cannot be, as the kernel tells the two apart.
        package var blamesDestination: Bool {
            destination.isNowhere || destination.isLoopback
        }
    }

    /// In the order in which they were first met.
    package private(set) var entries: [Entry] = []
    /// Packets of pairs that found no place.
    package private(set) var others: UInt64 = 0

    package static let capacity = 64

    init() { entries.reserveCapacity(MartianLog.capacity) }

    mutating func note(_ event: PacketEvent) {
        for index in entries.indices
        where entries[index].source == event.source
            && entries[index].destination == event.destination
        {
            entries[index].packets &+= 1
            return
        }
        guard entries.count < MartianLog.capacity else {
            others &+= 1
            return
        }
        entries.append(
            Entry(
                source: event.source, destination: event.destination, origin: event.origin,
                packets: 1))
    }
}
