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
        var traits = traits
        traits.set(fields.traits)
        if fields.isV6 {
            traits.set(.v6)
            if source.isV4 || destination.isV4 { traits.set(.martian) }
        }
        if !LogPacket.isError(fields) { traits.clear(.quotesPacket) }
        let failure = LogPacket.failure(fields, &traits)
        let ipProtocol = fields.ipProtocol ?? IPProtocol(rawValue: 255)
        event = PacketEvent(
            time: time, source: source, destination: destination, ipProtocol: ipProtocol,
            flags: ipProtocol.rawValue == Number.tcp ? fields.flags.rawValue : 0,
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
        if failure != nil {
            event.traits.set(.refused)
            event.traits.set(.addressed)
        }
    }

    /// A redirect quotes a packet too, but is an order, not an answer to somebody's packet.
    private static func isError(_ fields: LogFields) -> Bool {
        guard let type = fields.icmpType else { return false }
        return switch fields.ipProtocol?.rawValue {
        case Number.icmp: type &- 3 < 2 || type &- 11 < 2
        case Number.icmpv6: type &- 1 < 4
        default: false
        }
    }

    /// What the kernel could not read of the packet, or what a cut line does not show of it.
    private static func failure(_ fields: LogFields, _ traits: inout PacketTraits)
        -> ParseFailure?
    {
        guard let ipProtocol = fields.ipProtocol else {
            return traits.has(.v6) ? .extensionHeaders : .truncatedNetworkHeader
        }
        if traits.has(.laterFragment) { return nil }
        let transportLength = Int(fields.length) - (fields.isV6 ? 40 : 20)
        let isWhole: Bool
        switch ipProtocol.rawValue {
        case Number.tcp:
            isWhole =
                fields.sourcePort != nil && fields.destinationPort != nil && fields.isTCPWhole
        case Number.udp, Number.udpLite:
            isWhole = fields.sourcePort != nil && fields.destinationPort != nil
        case Number.icmp, Number.icmpv6: isWhole = fields.icmpType != nil
        case Number.sctp, Number.dccp:
            // The kernel's text never shows their ports and flags.
            traits.set(.shortTransport)
            isWhole = transportLength >= (ipProtocol.rawValue == Number.sctp ? 16 : 12)
        default: isWhole = true
        }
        if isWhole && !fields.isIncomplete { return nil }
        // An IP header alone, as protocol scans send it; where the parser takes it, so does this.
        let isBare =
            transportLength <= 0
            && (ipProtocol.rawValue == Number.udpLite || ipProtocol.rawValue == Number.dccp)
        if isBare || traits.has(.firstFragment) {
            traits.set(.shortTransport)
            return nil
        }
        return .truncatedTransportHeader
    }

    /// Protocols by number: comparing two values of another module's type is a generic call.
    private enum Number {
        static let icmp: UInt8 = 1
        static let tcp: UInt8 = 6
        static let udp: UInt8 = 17
        static let dccp: UInt8 = 33
        static let icmpv6: UInt8 = 58
        static let sctp: UInt8 = 132
        static let udpLite: UInt8 = 136
    }
}
