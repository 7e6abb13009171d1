// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// How many different things were seen.
package struct DistinctCount: Hashable, Sendable {
    package var count: Int
    /// Whether the count is exact; it is up to 256, and within 5 % beyond.
    package var exact: Bool

    package init(_ count: Int, exact: Bool = true) {
        self.count = count
        self.exact = exact
    }
}

/// What one transport protocol had in a scan.
package struct TransportSummary: Hashable, Sendable {
    package var ipProtocol: IPProtocol
    package var packets: UInt64
    /// Nil for protocols without ports.
    package var ports: ClosedRange<UInt16>?

    package init(ipProtocol: IPProtocol, packets: UInt64, ports: ClosedRange<UInt16>? = nil) {
        self.ipProtocol = ipProtocol
        self.packets = packets
        self.ports = ports
    }
}

/// The sources of a set, or of a flood.
package struct CrowdSummary: Hashable, Sendable {
    /// Up to 100 of them, by the first address seen of each, in the order in which they came.
    package var members: [Address]
    package var total: DistinctCount
    /// A flood, which is no scan: its sources are forged and not listed.
    package var isFlood: Bool

    package init(members: [Address], total: DistinctCount, isFlood: Bool = false) {
        self.members = members
        self.total = total
        self.isFlood = isFlood
    }
}

/// Everything that is known of one source's activity at one moment.
package struct ScanSummary: Hashable, Sendable {
    /// The source's network: a host, or the IPv6 prefix that counts as one source.
    package var source: Network
    /// The first address seen in that network.
    package var firstAddress: Address
    package var direction: Direction
    package var kind: ScanKind
    /// Those that made a tenth of the packets, most frequent first; `connect` is followed by `SYN`,
    /// `ack` by `window`.
    package var techniques: [Technique]
    /// The program that made nine in ten of the packets.
    package var tool = ToolVerdict.unknown
    /// Counted packets: probes and ambiguous ones.
    package var packets: UInt64
    package var targets: DistinctCount
    package var hosts: DistinctCount
    /// Zero for scans without ports.
    package var ports: DistinctCount
    package var portRange: ClosedRange<UInt16>?
    /// Up to 10 of the ports, ascending.
    package var portSample: [UInt16]
    /// Most packets first.
    package var transports: [TransportSummary]
    /// Up to 10 of the destinations, in the order in which they were met; the only one of them is
    /// the scan's destination when `hosts` is 1.
    package var destinations: [Address]
    /// Range: 0...5; 0 only for a finding that is not a scan.
    package var level: Int
    /// The first and the last counted packet; the end is never before the start.
    package var start: Timestamp
    package var end: Timestamp
    /// Natural logarithm of the odds that this is a scanner (TRW, Jung et al. 2004).
    package var likelihood: Double
    /// Where the last counted packet came from.
    package var origin: OriginID
    /// The sources of what several did together; `source` and `firstAddress` are then those of the
    /// first of them, or of a flood what it asks for.
    package var crowd: CrowdSummary?

    package init(
        source: Network, firstAddress: Address, direction: Direction = .inbound, kind: ScanKind,
        techniques: [Technique], packets: UInt64, targets: DistinctCount, hosts: DistinctCount,
        ports: DistinctCount = DistinctCount(0), portRange: ClosedRange<UInt16>? = nil,
        portSample: [UInt16] = [], transports: [TransportSummary] = [],
        destinations: [Address] = [], level: Int, start: Timestamp, end: Timestamp,
        likelihood: Double, origin: OriginID = .unknown, crowd: CrowdSummary? = nil
    ) {
        self.source = source
        self.firstAddress = firstAddress
        self.direction = direction
        self.kind = kind
        self.techniques = techniques
        self.packets = packets
        self.targets = targets
        self.hosts = hosts
        self.ports = ports
        self.portRange = portRange
        self.portSample = portSample
        self.transports = transports
        self.destinations = destinations
        self.level = level
        self.start = start
        self.end = end
        self.likelihood = likelihood
        self.origin = origin
        self.crowd = crowd
    }
}
