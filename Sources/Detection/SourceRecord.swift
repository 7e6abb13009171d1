// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What is remembered of one source.
///
/// Shape: trivial, at most 256 bytes (a test says so). What most packets touch stands together, in
/// three cache lines of the five that a record lies in; the rest stands before it. The first five
/// targets stand in it; a source with more borrows a ``Tally``.
struct SourceRecord: BitwiseCopyable, Linked {
    /// Hashes of the (host, port) pairs that accepted this source.
    var accepted = InlineArray<15, UInt16>(repeating: 0)
    /// The part of `quarters` that lies at home, of a home source.
    var quartersInside: UInt16 = 0
    /// Targets that are IP protocols.
    var protocolTargets: UInt16 = 0
    var acceptedCount: UInt8 = 0
    /// Distinct targets that it had when it came back after its lifetime.
    var remembered: UInt8 = 0
    var previous = Chain.none
    var next = Chain.none
    /// The first protocol of ``TransportClass/other``.
    var otherProtocol: UInt8 = 0

    /// The lower half of each target's address, or for a foreign target the address's hash.
    var targetLows = BackwardFive()
    // The first line of memory that most packets touch begins with the first of `targetLows`.
    /// The upper half of the first target's address. A target elsewhere is `foreign`.
    var targetHigh: UInt64 = 0
    /// The first address seen; together with `width` it names the source.
    var firstAddress: Address
    /// The last counted packet, in stream time: what the lifetime is measured from.
    var lastCounted: Int64
    /// The first and the last counted packet, on the events' clock.
    var last: Timestamp
    var start: Timestamp
    var origin = OriginID.unknown
    /// Weight of the distinct targets. Unit: quarters of a probe's target.
    var quarters: UInt16 = 0
    /// Which tally it borrows.
    var tally = SourceRecord.noTally
    var width: UInt8
    var traits: Traits = [.onlyEcho, .onlyICMPRequests]

    // The second line.
    var attempts = AttemptWindow()
    var tools = ToolTally()
    /// Counted packets, by ``TransportClass``; each saturates.
    var packets = InlineArray<4, UInt32>(repeating: 0)
    /// Seconds of stream time at which the last new target came.
    var lastNovelty: UInt32 = 0
    var targetCount: UInt8 = 0
    var level: UInt8 = 0
    /// The highest danger level that the settings gave a counted packet; 0: none. With
    /// ``unruled`` when one got none from them.
    var autoLevel: UInt8 = 0
    var list = Usefulness.oneTarget

    // The third line.
    var targetSelectors = InlineArray<5, UInt16>(repeating: 0)
    var targetProtocols = InlineArray<5, UInt8>(repeating: 0)
    /// Bits of ``TargetBits``.
    var targetBits = InlineArray<5, UInt8>(repeating: 0)
    /// Ports by ``TransportClass``, for those that have some.
    var ports = InlineArray<3, PortSpan>(repeating: PortSpan())
    /// Counted packets by technique; halved together when one would overflow.
    var techniques = InlineArray<14, UInt8>(repeating: 0)
    /// Where the table keeps it; see ``Filing/shelves``.
    var shelf: UInt16 = 0

    static let inlineTargets = 5
    /// In ``autoLevel``: a counted packet has no level from the settings.
    static let unruled: UInt8 = 1 << 7
    static let noTally = UInt16.max

    init(key: SourceKey, firstAddress: Address, start: Timestamp, now: Int64) {
        self.firstAddress = firstAddress
        width = key.width
        self.start = start
        last = start
        lastCounted = now
    }

    struct Traits: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// All targets until now are echo requests.
        static let onlyEcho = Traits(rawValue: 1 << 0)
        static let onlyICMPRequests = Traits(rawValue: 1 << 1)
        /// More than one protocol of ``TransportClass/other``.
        static let manyProtocols = Traits(rawValue: 1 << 2)
        /// The prefix watch knows it as a probing source.
        static let watched = Traits(rawValue: 1 << 3)
        /// A scan whose tally was needed elsewhere: its counts stand still.
        static let frozen = Traits(rawValue: 1 << 4)
        /// The source is home, or this host.
        static let home = Traits(rawValue: 1 << 5)
        /// Its lifetime is over, and its targets are kept in case that it comes back.
        static let asleep = Traits(rawValue: 1 << 6)
        /// A scan that only the memory of earlier lifetimes found, so that it lives as long.
        static let slow = Traits(rawValue: 1 << 7)
    }

    /// The network that is this source.
    var source: Network {
        if let embedded = firstAddress.embeddedV4 { return Network(host: embedded) }
        return Network(firstAddress, prefixLength: Int(width))
    }

    var key: SourceKey { SourceKey(first: firstAddress, width: width) }

    @inline(__always) var isScanning: Bool { list == .scanning }
    @inline(__always) var isAsleep: Bool { traits.contains(.asleep) }

    @inline(__always) var totalPackets: UInt64 {
        UInt64(packets[0]) + UInt64(packets[1]) + UInt64(packets[2]) + UInt64(packets[3])
    }

    /// What was known when the tally was taken away; stands where the fifth target stood.
    var frozen: (targets: UInt32, hosts: UInt32, ports: UInt16) {
        get {
            (
                UInt32(truncatingIfNeeded: targetLows[4] >> 32),
                UInt32(truncatingIfNeeded: targetLows[4]), targetSelectors[4]
            )
        }
        set {
            traits.insert(.frozen)
            targetCount = min(targetCount, 4)
            targetLows[4] = UInt64(newValue.targets) << 32 | UInt64(newValue.hosts)
            targetSelectors[4] = newValue.ports
        }
    }
}

/// How much would be lost with a record; the least useful goes first when room is needed.
enum Usefulness: UInt8, CaseIterable, BitwiseCopyable {
    /// One target, as a forged source has it, or none but an accepted connection.
    case oneTarget = 0
    case severalTargets
    case scanning
}

/// The transports that a summary tells apart.
enum TransportClass: Int, CaseIterable {
    case tcp = 0, udp, other, icmp

    /// - Parameters:
    ///   - ipProtocol: as in the IP header.
    ///   - isV4: whether the header is IPv4's, which has another ICMP.
    init(_ ipProtocol: UInt8, isV4: Bool) {
        switch ipProtocol {
        case 6: self = .tcp
        case 17: self = .udp
        case 1 where isV4, 58 where !isV4: self = .icmp
        default: self = .other
        }
    }

    init(_ event: PacketEvent) { self.init(event.ipProtocol.rawValue, isV4: !event.isV6) }
}

/// Five numbers, the first of which stands last in memory.
struct BackwardFive: BitwiseCopyable {
    private var words = InlineArray<5, UInt64>(repeating: 0)

    subscript(_ index: Int) -> UInt64 {
        @inline(__always) get { words[4 - index] }
        @inline(__always) set { words[4 - index] = newValue }
    }
}

/// The lowest and the highest port met; empty while `low` is above `high`.
struct PortSpan: BitwiseCopyable {
    var low = UInt16.max
    var high = UInt16.min

    mutating func include(_ port: UInt16) {
        low = min(low, port)
        high = max(high, port)
    }

    var range: ClosedRange<UInt16>? { low <= high ? low...high : nil }
}
