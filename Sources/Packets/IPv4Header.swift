// SPDX-License-Identifier: GPL-3.0-or-later

extension PacketEvent {
    /// Reads the IPv4 header, and finds the transport.
    ///
    /// The header checksum is not looked at: the kernel did, and an outgoing packet may not have
    /// it yet. A total length of 0 is what Linux gives a TCP packet that segmentation offload has
    /// made longer than 65,535 bytes; such a packet's `length` is 65,535.
    /// Source: RFC 791 section 3.1; iph_totlen, linux/ip.h.
    @inline(__always)
    mutating func readIPv4(_ bytes: PacketBytes) throws(ParseFailure) -> TransportRange {
        guard bytes.count >= 20 else { throw .truncatedNetworkHeader }
        source = Address(v4: bytes.word(12))
        destination = Address(v4: bytes.word(16))
        traits.insert(.addressed)
        identification = bytes.half(4)
        hopLimit = bytes.byte(8)
        ipProtocol = IPProtocol(rawValue: bytes.byte(9))

        let header = Int(bytes.byte(0) & 0x0f) * 4
        let total = Int(bytes.half(2))
        let fragment = bytes.half(6)
        let isFragment = fragment & 0x3fff != 0
        let isOversized = total == 0 && ipProtocol == .tcp && !isFragment
        guard header >= 20, total >= header || isOversized else { throw .networkLength }
        guard header <= bytes.count else { throw .truncatedNetworkHeader }
        length = isOversized ? .max : UInt16(total)

        if header > 20 { traits.insert(.networkOptions) }
        if fragment & 0x4000 != 0 { traits.insert(.dontFragment) }
        if fragment & 0x1fff != 0 {
            traits.insert(.laterFragment)
            return .none
        }
        if isFragment { traits.insert(.firstFragment) }
        let end = isOversized ? TransportRange.unknownEnd : total
        return TransportRange(start: header, end: end, kept: bytes.count)
    }
}
