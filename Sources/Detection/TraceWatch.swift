// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Tells traceroutes by their hop limits: they rise from one packet, or a few, to the next.
///
/// What arrives here of a trace begins with a hop limit of 1, because its host is the first that
/// keeps it. A scan sent with a small `--ttl` stays at one value and is none.
/// Bound: 512 entries of 16 bytes, the newest in each place; a trace that lost its entry counts
/// like other packets.
struct TraceWatch {
    struct Entry: BitwiseCopyable {
        /// The source's hash; 0: nobody.
        var source: UInt64 = 0
        /// Stream time of the last packet. Unit: seconds.
        var seconds: UInt32 = 0
        var hopLimit: UInt8 = 0
        /// Packets in a row with this hop limit.
        var packets: UInt8 = 0

        /// In the place of `packets`: what came was no trace.
        static let refuted = UInt8.max
        var isRefuted: Bool { packets == Entry.refuted }
    }

    private(set) var entries = [Entry](repeating: Entry(), count: TraceWatch.capacity)

    static let capacity = 512
    /// A trace goes no further than 30 hops by default (traceroute(8), tracert).
    static let farthest: UInt8 = 30
    /// A trace begins here at the latest: its first packets may be lost to a rate limit.
    private static let nearest: UInt8 = 4
    /// Probes for one hop: three by default, ten at most (traceroute(8) -q).
    private static let mostPackets: UInt8 = 10
    /// Linux's traceroute has 16 packets on the way at once, which may overtake each other.
    private static let disorder: UInt8 = 6
    /// Unit: seconds.
    private static let longestPause: UInt32 = 60

    /// Whether a packet could be a trace's: a datagram, an echo, a SYN, a DCCP request, a protocol
    /// that nobody speaks, with a hop limit that no ordinary packet arrives with.
    static func concerns(_ event: PacketEvent) -> Bool {
        guard event.hopLimit <= TraceWatch.farthest else { return false }
        switch Wire(event) {
        case .datagram: return true
        case .icmp: return event.icmpType == (event.isV6 ? 128 : 8)
        case .tcp: return event.control == Control.syn
        case .dccp: return event.flags == 0
        case .unspoken: return true  // traceroute(8) -P
        default: return false
        }
    }

    /// The ports that traces count up for each probe: traceroute(8) from 33434, mtr(8) from 33000,
    /// which goes on to the end as long as it runs.
    static func isTracePort(_ port: UInt16) -> Bool { port >= 33000 }

    /// Takes a packet that is of concern; true when it goes on with a trace.
    mutating func note(_ hopLimit: UInt8, source: UInt64, at now: Int64) -> Bool {
        let seconds = UInt32(clamping: now / 1_000_000_000)
        let place = Int(source % UInt64(TraceWatch.capacity))
        let old = entries[place]
        let isTrace: Bool
        var entry = Entry(source: source, seconds: seconds, hopLimit: hopLimit, packets: 1)
        if old.source != source || seconds - min(seconds, old.seconds) > TraceWatch.longestPause {
            isTrace = hopLimit <= TraceWatch.nearest
        } else if hopLimit <= TraceWatch.nearest, hopLimit < old.hopLimit {
            isTrace = true  // the next trace, or packets that overtook each other
        } else if hopLimit > old.hopLimit {
            isTrace = !old.isRefuted && hopLimit - old.hopLimit <= TraceWatch.disorder
        } else {
            let packets = old.packets &- rest(of: old, hopLimit, seconds)
            isTrace =
                packets < TraceWatch.mostPackets
                && old.hopLimit - hopLimit <= TraceWatch.disorder
            (entry.hopLimit, entry.packets) = (old.hopLimit, packets &+ 1)
        }
        if !isTrace { entry.packets = Entry.refuted }
        entries[place] = entry
        return isTrace
    }

    /// How many of the packets in a row are forgiven by now: one a second at the last hop.
    ///
    /// mtr(8) asks each hop once a second for as long as it is watched, and goes no further than a
    /// host that says no.
    private func rest(of old: Entry, _ hopLimit: UInt8, _ seconds: UInt32) -> UInt8 {
        guard hopLimit == 1, old.hopLimit == 1, !old.isRefuted else { return 0 }
        return UInt8(clamping: min(UInt32(old.packets), seconds - min(seconds, old.seconds)))
    }

    mutating func removeAll() {
        for place in entries.indices { entries[place] = Entry() }
    }

    var bytes: Int { entries.capacity * MemoryLayout<Entry>.stride }

    func save(to writer: inout SavedWriter) {
        writer.put(UInt16(entries.count { $0.source != 0 }))
        for entry in entries where entry.source != 0 {
            writer.put(entry.source)
            writer.put(entry.seconds)
            writer.put(entry.hopLimit)
            writer.put(entry.packets)
        }
    }

    mutating func restore(
        _ reader: inout SavedReader, _ bytes: Span<UInt8>
    ) throws(SavedTableError) {
        let count = try reader.take(UInt16.self, bytes)
        guard count <= TraceWatch.capacity else { throw .contradictory }
        for _ in 0..<count {
            let source = try reader.take(UInt64.self, bytes)
            guard source != 0 else { throw .contradictory }
            entries[Int(source % UInt64(TraceWatch.capacity))] = Entry(
                source: source, seconds: try reader.take(bytes), hopLimit: try reader.take(bytes),
                packets: try reader.take(bytes))
        }
    }
}
