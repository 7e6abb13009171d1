// SPDX-License-Identifier: GPL-3.0-or-later

/// The packet that an ICMP or ICMPv6 error is about, as far as the error quotes it.
///
/// Lengths in the quoted header are not checked: routers cut the packet, and some rewrite them.
/// Source: RFC 792; RFC 4443 section 3.
package struct QuotedPacket: Hashable, Sendable, BitwiseCopyable {
    /// Who sent the packet that came to nothing; the error goes back there.
    package var source: Address
    package var destination: Address
    package var ipProtocol: IPProtocol
    /// 0 for protocols without ports, and for a later fragment.
    package var sourcePort: UInt16
    package var destinationPort: UInt16
    package var isV6: Bool

    /// Reads a quote that starts at its IP header; nil when the addresses, or the ports of a
    /// protocol that has them, are not in it.
    package init?(_ quote: RawSpan) { self.init(PacketBytes(quote)) }

    /// What the packet of this event quotes; nil when it does not, or too little.
    package init?(in event: PacketEvent, bytes: RawSpan) {
        guard event.traits.contains(.quotesPacket), event.payloadOffset > 0 else { return nil }
        self.init(PacketBytes(bytes).dropping(Int(event.payloadOffset)))
    }

    init?(_ bytes: PacketBytes) {
        guard bytes.count >= 20 else { return nil }
        let transport: Int?
        switch bytes.byte(0) >> 4 {
        case 4:
            source = Address(v4: bytes.word(12))
            destination = Address(v4: bytes.word(16))
            ipProtocol = IPProtocol(rawValue: bytes.byte(9))
            isV6 = false
            let header = Int(bytes.byte(0) & 0x0f) * 4
            guard header >= 20, header <= bytes.count else { return nil }
            transport = bytes.half(6) & 0x1fff == 0 ? header : nil
        case 6:
            var event = PacketEvent(
                source: .unspecified, destination: .unspecified, ipProtocol: .icmpv6)
            guard let range = try? event.readIPv6(bytes) else { return nil }
            source = event.source
            destination = event.destination
            ipProtocol = event.ipProtocol
            isV6 = true
            transport = event.traits.contains(.laterFragment) ? nil : range.start
        default: return nil
        }
        (sourcePort, destinationPort) = (0, 0)
        guard ipProtocol.hasPorts, let transport else { return }
        guard transport > 0, transport + 4 <= bytes.count else { return nil }
        sourcePort = bytes.half(transport)
        destinationPort = bytes.half(transport + 2)
    }
}
