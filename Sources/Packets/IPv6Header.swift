// SPDX-License-Identifier: GPL-3.0-or-later

extension PacketEvent {
    /// Reads the IPv6 header and the chain of extension headers, and finds the transport.
    ///
    /// Bound: each extension header has 8 bytes or more, so 19 fit into the bytes that are kept; a
    /// longer chain is refused.
    /// Source: RFC 8200 sections 3 and 4.
    mutating func readIPv6(_ bytes: PacketBytes) throws(ParseFailure) -> TransportRange {
        guard bytes.count >= 40 else { throw .truncatedNetworkHeader }
        traits.insert(.v6)
        source = bytes.address(8)
        destination = bytes.address(24)
        traits.insert(.addressed)
        // Such an address must not be on a wire (RFC 4291 2.5.5.2), and would here be taken for
        // that IPv4 host: somebody forges it to have the host blamed.
        if source.isV4 || destination.isV4 { traits.insert(.martian) }
        hopLimit = bytes.byte(7)
        let first = bytes.byte(6)
        ipProtocol = IPProtocol(rawValue: first)
        let end = try readIPv6Length(bytes, first: first)
        length = UInt16(clamping: end)
        return try readExtensionHeaders(bytes, first: first, end: end)
    }

    /// Where the packet ends by its own word.
    ///
    /// A payload length of 0 stands in a jumbogram, which says its length in a hop-by-hop option,
    /// and in a TCP packet that segmentation offload has made longer than 65,535 bytes.
    /// Source: RFC 2675 section 3.
    private func readIPv6Length(_ bytes: PacketBytes, first: UInt8) throws(ParseFailure) -> Int {
        let payload = Int(bytes.half(4))
        let jumbo = first == ExtensionNumber.hopByHop ? jumboLength(bytes) : nil
        if payload > 0 {
            guard jumbo == nil else { throw .networkLength }
            return 40 + payload
        }
        if let jumbo {
            guard jumbo > UInt16.max else { throw .networkLength }
            return 40 + Int(jumbo)
        }
        switch first {
        case ExtensionNumber.hopByHop:
            // Cut before the option could be seen, or lying.
            if bytes.count < 42 || bytes.count < 48 + Int(bytes.byte(41)) * 8 {
                throw .extensionHeaders
            }
            throw .networkLength
        case IPProtocol.tcp.rawValue: return TransportRange.unknownEnd
        default: return 40
        }
    }

    /// The length in the jumbo payload option of a hop-by-hop header; nil when there is none.
    private func jumboLength(_ bytes: PacketBytes) -> UInt32? {
        guard bytes.count >= 48 else { return nil }
        let end = min(bytes.count, 48 + Int(bytes.byte(41)) * 8)
        var offset = 42
        while offset + 2 <= end {
            let type = bytes.byte(offset)
            if type == 0 {
                offset += 1
                continue
            }
            let size = Int(bytes.byte(offset + 1))
            if type == 0xc2, size == 4, offset + 6 <= end { return bytes.word(offset + 2) }
            offset += 2 + size
        }
        return nil
    }

    private mutating func readExtensionHeaders(
        _ bytes: PacketBytes, first: UInt8, end: Int
    ) throws(ParseFailure) -> TransportRange {
        var next = first
        var offset = 40
        // The last header that may carry a message of its own, and where it stands.
        var message: (number: UInt8, offset: Int)?
        var fragmentSeen = false
        while true {
            ipProtocol = IPProtocol(rawValue: next)
            switch next {
            case ExtensionNumber.none:
                guard let message else { return .none }
                ipProtocol = IPProtocol(rawValue: message.number)
                return TransportRange(start: message.offset, end: end, kept: bytes.count)
            case ExtensionNumber.hopByHop, ExtensionNumber.routing, ExtensionNumber.fragment,
                ExtensionNumber.authentication, ExtensionNumber.destination,
                ExtensionNumber.mobility, ExtensionNumber.hostIdentity, ExtensionNumber.shim6:
                break
            default: return TransportRange(start: offset, end: end, kept: bytes.count)
            }

            // A header alone that names an extension: a protocol scan asks like that.
            if offset == 40, end == 40 {
                traits.insert(.shortTransport)
                return .none
            }
            let size =
                offset + 2 <= min(bytes.count, end)
                ? ExtensionNumber.size(of: next, length: bytes.byte(offset + 1)) : 2
            guard offset + size <= end, offset + size <= bytes.count else {
                // The chain goes on in the next fragment (RFC 7112 forbids it: it hides the ports).
                if traits.contains(.firstFragment), end <= bytes.count {
                    traits.insert(.shortTransport)
                    return .none
                }
                throw .extensionHeaders
            }
            switch next {
            case ExtensionNumber.hopByHop:
                guard offset == 40 else { throw .extensionHeaders }
                traits.insert(.networkOptions)
            case ExtensionNumber.fragment:
                guard !fragmentSeen else { throw .extensionHeaders }
                fragmentSeen = true
                // Offset 0 and no more to come: "atomic", a whole packet (RFC 6946).
                let field = bytes.half(offset + 2)
                if field & 0xfff8 != 0 {
                    traits.insert(.laterFragment)
                    ipProtocol = IPProtocol(rawValue: bytes.byte(offset))
                    return .none
                }
                if field & 1 != 0 { traits.insert(.firstFragment) }
            case ExtensionNumber.mobility, ExtensionNumber.hostIdentity, ExtensionNumber.shim6:
                message = (next, offset)
                traits.insert(.networkOptions)
            default: traits.insert(.networkOptions)
            }
            next = bytes.byte(offset)
            offset += size
        }
    }
}

/// The protocol numbers that are extension headers.
///
/// Source: IANA, IPv6 Extension Header Types.
private enum ExtensionNumber {
    static let hopByHop: UInt8 = 0
    static let routing: UInt8 = 43
    static let fragment: UInt8 = 44
    static let authentication: UInt8 = 51
    static let none: UInt8 = 59
    static let destination: UInt8 = 60
    static let mobility: UInt8 = 135
    static let hostIdentity: UInt8 = 139
    static let shim6: UInt8 = 140

    /// Bytes of a header from its length field. The fragment header has none, and 8 bytes.
    static func size(of number: UInt8, length: UInt8) -> Int {
        switch number {
        case fragment: 8
        case authentication: (Int(length) + 2) * 4
        default: (Int(length) + 1) * 8
        }
    }
}
