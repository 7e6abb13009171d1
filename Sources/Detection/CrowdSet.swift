// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Sources that act as one: the members of a distributed scan, or a scanner among its decoys.
///
/// Shape: trivial; its sketches' words and its members' addresses live in ``CrowdSets``.
struct CrowdSet: BitwiseCopyable {
    enum State: UInt8 {
        case free = 0
        /// Recognised, but not enough of a scan yet to be told of.
        case forming
        case open
    }

    var state = State.free
    var isDecoy = false
    /// Takes its members from any stack, not from `stack` alone; distributed only.
    var isMixed = false
    /// Still busy enough that newcomers belong to it and that it lives on; distributed only.
    var isBusy = true
    var isInternal = false
    var onlyEcho = true
    var onlyICMPRequests = true
    var manyProtocols = false
    var isV4 = true
    /// Danger level; 0 while forming.
    var level: UInt8 = 0
    var otherProtocol: UInt8 = 0
    var destinationCount: UInt8 = 0
    var portSampleCount: UInt8 = 0
    var memberCount: UInt8 = 0
    var runMarkCount: UInt8 = 0
    /// Which of the sets that ever had this place it is; never 0.
    var turn: UInt16 = 0
    var stack: UInt16 = 0
    var origin = OriginID.unknown
    var protocolTargets: UInt32 = 0
    /// Weight of the distinct common targets, up to the sketch's exact count. Unit: quarters.
    var quarters: UInt32 = 0
    /// The host that a distributed scan asks.
    var host = Address.unspecified
    var start = Timestamp(nanoseconds: 0)
    var last = Timestamp(nanoseconds: 0)
    /// Stream time; what the lifetime is measured from.
    var lastCounted: Int64 = 0
    var packets = InlineArray<4, UInt32>(repeating: 0)
    var ports = InlineArray<3, PortSpan>(repeating: PortSpan())
    /// Packets by technique's raw value.
    var techniques = InlineArray<15, UInt32>(repeating: 0)
    var tools = ToolTally()
    var targets = DistinctSketch()
    var hosts = DistinctSketch()
    var portNumbers = DistinctSketch()
    var sources = DistinctSketch()
    /// The first ten of each.
    var destinations = InlineArray<10, Address>(repeating: .unspecified)
    var portSample = InlineArray<10, UInt16>(repeating: 0)
    /// Source ports and sequence numbers that the tool used last; decoys only.
    var runMarks = InlineArray<4, UInt32>(repeating: 0)

    var kind: ScanKind { isDecoy ? .decoy : .distributed }

    var totalPackets: UInt64 {
        UInt64(packets[0]) + UInt64(packets[1]) + UInt64(packets[2]) + UInt64(packets[3])
    }

    /// Takes counted packets that are alike into everything but the targets.
    mutating func count(_ sighting: CrowdSighting, times: UInt32 = 1) {
        let event = sighting.event
        if totalPackets == 0 {
            (start, last) = (event.time, event.time)
        } else if event.time < last.advanced(byNanoseconds: -StreamClock.disorder) {
            last = event.time  // somebody set the clock back
        } else {
            start = min(start, event.time)
            last = max(last, event.time)
        }
        lastCounted = sighting.now
        tools.note(
            sighting.mark, sourcePort: event.sourcePort, sequenceNumber: event.sequenceNumber,
            hopLimit: event.hopLimit)
        origin = event.origin
        add(
            times, TransportClass(event), Technique(of: event),
            ipProtocol: event.ipProtocol.rawValue)
    }

    mutating func add(
        _ times: UInt32, _ transport: TransportClass, _ technique: Technique, ipProtocol: UInt8
    ) {
        let slot = transport.rawValue
        packets[slot] = packets[slot] > .max - times ? .max : packets[slot] + times
        let kind = Int(technique.rawValue)
        techniques[kind] = techniques[kind] > .max - times ? .max : techniques[kind] + times
        guard transport == .other else { return }
        if otherProtocol == 0 {
            otherProtocol = ipProtocol
        } else if otherProtocol != ipProtocol {
            manyProtocols = true
        }
    }

    func knows(_ runMark: UInt32) -> Bool {
        guard runMark != 0 else { return false }
        for index in 0..<Int(min(4, runMarkCount)) where runMarks[index] == runMark { return true }
        return false
    }

    mutating func learn(_ runMark: UInt32) {
        guard runMark != 0, !knows(runMark) else { return }
        runMarks[Int(runMarkCount & 3)] = runMark
        // Counts on in rounds of four, so that it always says how many are filled and which is next.
        runMarkCount = runMarkCount == 7 ? 4 : runMarkCount + 1
    }
}
