// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What a counted packet says: the part of an event that counts for its source.
///
/// Made of an event, or of a source's only packet that stood on probation until now, so that both
/// are counted by the same code.
struct Evidence: BitwiseCopyable {
    /// The packet's own time.
    var time: Timestamp
    /// Stream time at which it was counted.
    var now: Int64
    var source: Address
    var destination: Address
    var sequenceNumber: UInt32
    /// The port; an ICMP type in the high byte; 0 otherwise.
    var selector: UInt16
    var sourcePort: UInt16
    var hopLimit: UInt8
    var origin: OriginID
    var ipProtocol: UInt8
    /// Bits of ``TargetBits``.
    var bits: UInt8
    /// Where the packet's technique is counted in a record.
    var technique: UInt8
    /// What it shows of the program that made it.
    var mark = ToolMark.none
    /// The danger level that the settings give it; 0: none; or ``invalidICMP``.
    var autoLevel: UInt8 = 0
    /// Part of a traceroute: a target like others, and no attempt.
    var isTrace = false

    @inline(__always)
    init(
        of event: PacketEvent, _ circumstances: Circumstances, direction: Direction, now: Int64
    ) {
        self.init(
            of: event, isProbe: circumstances.isProbe, direction: direction, now: now)
        mark = circumstances.mark
        // A tool may copy a system's options.
        let connect = UInt8(truncatingIfNeeded: SourceRecord.slot(of: .connect))
        if mark.isSure, technique == connect {
            technique = UInt8(truncatingIfNeeded: SourceRecord.slot(of: .syn))
        }
        autoLevel = circumstances.autoLevel ?? 0
        isTrace = circumstances.isTrace
    }

    @inline(__always)
    init(of event: PacketEvent, isProbe: Bool, direction: Direction, now: Int64) {
        time = event.time
        self.now = now
        source = event.source
        destination = event.destination
        sequenceNumber = event.sequenceNumber
        sourcePort = event.sourcePort
        hopLimit = event.hopLimit
        origin = event.origin
        ipProtocol = event.ipProtocol.rawValue
        let wire = Wire(event)
        var bits: UInt8 = isProbe ? TargetBits.probe : 0
        switch direction {
        case .inbound: break
        case .internal: bits |= TargetBits.home | TargetBits.inside
        case .outbound: bits |= TargetBits.home
        }
        if event.showsPorts {
            bits |= TargetBits.port
            selector = event.destinationPort
        } else if wire == .icmp, !event.has(.shortTransport) {
            selector = event.destinationPort & 0xff00
            bits |= Evidence.question(event.icmpType, isV6: event.isV6)
        } else {
            selector = 0
            if !wire.hasPorts, wire != .icmp { bits |= TargetBits.bareProtocol }
        }
        self.bits = bits
        technique = UInt8(truncatingIfNeeded: SourceRecord.slot(of: Technique(of: event)))
    }

    init(
        time: Timestamp, now: Int64, source: Address, destination: Address,
        sequenceNumber: UInt32, selector: UInt16, sourcePort: UInt16, hopLimit: UInt8,
        origin: OriginID, ipProtocol: UInt8, bits: UInt8, technique: UInt8, mark: ToolMark,
        autoLevel: UInt8, isTrace: Bool
    ) {
        self.time = time
        self.now = now
        self.source = source
        self.destination = destination
        self.sequenceNumber = sequenceNumber
        self.selector = selector
        self.sourcePort = sourcePort
        self.hopLimit = hopLimit
        self.origin = origin
        self.ipProtocol = ipProtocol
        self.bits = bits
        self.technique = technique
        self.mark = mark
        self.autoLevel = autoLevel
        self.isTrace = isTrace
    }

    /// In ``autoLevel``: the settings have no level for it, and its ICMP type or code is nobody's.
    static let invalidICMP: UInt8 = 7

    /// What an ICMP message of this type asks, as ``TargetBits``.
    @inline(__always)
    private static func question(_ type: UInt8, isV6: Bool) -> UInt8 {
        if type == (isV6 ? 128 : 8) { return TargetBits.echo | TargetBits.request }
        let meaning = isV6 ? ICMPMeaning(v6: type, code: 0) : ICMPMeaning(v4: type, code: 0)
        return meaning == .request ? TargetBits.request : 0
    }

    /// The raw value of the packet's ``TransportClass``.
    @inline(__always)
    var transport: Int { TransportClass(ipProtocol, isV4: source.isV4).rawValue }
}

/// What is kept of a target beside its address and number, as bits of one byte.
enum TargetBits {
    /// A probe asked for it; else only ambiguous packets did.
    static let probe: UInt8 = 1 << 0
    /// It is at home, and so is the source.
    static let inside: UInt8 = 1 << 1
    /// Its address has another upper half than the record's first target: only a hash is kept.
    static let foreign: UInt8 = 1 << 2
    static let port: UInt8 = 1 << 3
    /// The IP protocol itself is the question.
    static let bareProtocol: UInt8 = 1 << 4
    /// Of the packet, not the target: the source is at home.
    static let home: UInt8 = 1 << 5
    /// In the same place of a target that is kept: no probe, but a tool is known to have asked for
    /// it, by a mark that one packet suffices for.
    static let marked: UInt8 = 1 << 5
    /// Echo, which alone needs a sweep over many hosts to be a scan.
    static let echo: UInt8 = 1 << 6
    /// An ICMP question of any kind.
    static let request: UInt8 = 1 << 7

    /// What a kept target weighs. Unit: quarters of a probe's target.
    static func quarters(_ bits: UInt8) -> UInt16 {
        bits & probe != 0 ? 4 : bits & marked != 0 ? 2 : 1
    }
}
