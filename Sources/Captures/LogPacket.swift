// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// One packet that a line of a log tells of, as the parser would have read it from its bytes.
struct LogPacket {
    var event: PacketEvent
    /// Why it counts as refused; the event has the trait then.
    var failure: ParseFailure?

    /// Nil when the fields are not an IP packet's.
    init?(_ fields: LogFields, time: Timestamp, origin: OriginID, traits: PacketTraits) {
        guard let source = fields.source, let destination = fields.destination,
            source.isV4 == destination.isV4
        else { return nil }
        var traits = traits.union(fields.traits)
        if !source.isV4 { traits.insert(.v6) }
        let failure = LogPacket.failure(fields, &traits)
        let ipProtocol = fields.ipProtocol ?? IPProtocol(rawValue: 255)
        event = PacketEvent(
            time: time, source: source, destination: destination, ipProtocol: ipProtocol,
            flags: ipProtocol == .tcp ? fields.flags.rawValue : 0,
            sequenceNumber: fields.sequenceNumber, length: fields.length,
            identification: fields.identification, window: fields.window,
            hopLimit: fields.hopLimit, tcpOptions: fields.tcpOptions, traits: traits,
            origin: origin)
        if ipProtocol.isICMP {
            event.sourcePort = fields.icmpIdentifier
            event.destinationPort = UInt16(fields.icmpType ?? 0) << 8 | UInt16(fields.icmpCode)
        } else if ipProtocol.hasPorts {
            event.sourcePort = fields.sourcePort ?? 0
            event.destinationPort = fields.destinationPort ?? 0
        }
        self.failure = failure
        if failure != nil { event.traits.formUnion([.refused, .addressed]) }
    }

    /// What the kernel could not read of the packet, or what a cut line does not show of it.
    private static func failure(_ fields: LogFields, _ traits: inout PacketTraits)
        -> ParseFailure?
    {
        guard let ipProtocol = fields.ipProtocol else {
            return traits.contains(.v6) ? .extensionHeaders : .truncatedNetworkHeader
        }
        if traits.contains(.laterFragment) { return nil }
        let isWhole: Bool
        switch ipProtocol {
        case .tcp:
            isWhole =
                fields.sourcePort != nil && fields.destinationPort != nil && fields.isTCPWhole
        case .udp, .udpLite: isWhole = fields.sourcePort != nil && fields.destinationPort != nil
        case .icmp, .icmpv6: isWhole = fields.icmpType != nil
        // The kernel's text shows no ports of SCTP and DCCP.
        default: isWhole = true
        }
        if isWhole && !fields.isIncomplete { return nil }
        if traits.contains(.firstFragment) {
            traits.insert(.shortTransport)
            return nil
        }
        return .truncatedTransportHeader
    }
}
