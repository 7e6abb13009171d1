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
            fields.isV6 || source.isV4 && destination.isV4
        else { return nil }
        var traits = traits.union(fields.traits)
        if fields.isV6 {
            traits.insert(.v6)
            if source.isV4 || destination.isV4 { traits.insert(.martian) }
        }
        if !LogPacket.isError(fields) { traits.remove(.quotesPacket) }
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

    /// A redirect quotes a packet too, but is an order, not an answer to somebody's packet.
    private static func isError(_ fields: LogFields) -> Bool {
        switch (fields.ipProtocol, fields.icmpType ?? 0) {
        case (.icmp, 3...4), (.icmp, 11...12), (.icmpv6, 1...4): true
        default: false
        }
    }

    /// What the kernel could not read of the packet, or what a cut line does not show of it.
    private static func failure(_ fields: LogFields, _ traits: inout PacketTraits)
        -> ParseFailure?
    {
        guard let ipProtocol = fields.ipProtocol else {
            return traits.contains(.v6) ? .extensionHeaders : .truncatedNetworkHeader
        }
        if traits.contains(.laterFragment) { return nil }
        let transportLength = Int(fields.length) - (fields.isV6 ? 40 : 20)
        let isWhole: Bool
        switch ipProtocol {
        case .tcp:
            isWhole =
                fields.sourcePort != nil && fields.destinationPort != nil && fields.isTCPWhole
        case .udp, .udpLite: isWhole = fields.sourcePort != nil && fields.destinationPort != nil
        case .icmp, .icmpv6: isWhole = fields.icmpType != nil
        case .sctp, .dccp:
            // The kernel's text never shows their ports and flags.
            traits.insert(.shortTransport)
            isWhole = transportLength >= (ipProtocol == .sctp ? 16 : 12)
        default: isWhole = true
        }
        if isWhole && !fields.isIncomplete { return nil }
        // An IP header alone, as protocol scans send it; where the parser takes it, so does this.
        let isBare = transportLength <= 0 && (ipProtocol == .udpLite || ipProtocol == .dccp)
        if isBare || traits.contains(.firstFragment) {
            traits.insert(.shortTransport)
            return nil
        }
        return .truncatedTransportHeader
    }
}
