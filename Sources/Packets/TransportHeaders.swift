// SPDX-License-Identifier: GPL-3.0-or-later

extension PacketEvent {
    /// Reads the transport header.
    ///
    /// A first fragment that ends, by its own length, before the flags or ports is not refused: it
    /// is how a scan hides them. Anything else with fewer bytes than its header needs is.
    @inline(__always)
    mutating func readTransport(
        _ bytes: PacketBytes, _ range: TransportRange
    ) throws(ParseFailure) {
        guard range.start > 0 else { return }
        if range.copied > 0 { transportOffset = UInt8(range.start) }
        switch ipProtocol {
        case .tcp: try readTCP(bytes, range)
        case .udp: try readUDP(bytes, range)
        case .udpLite: try readUDPLite(bytes, range)
        case .icmp, .icmpv6: try readICMP(bytes, range)
        case .sctp: try readSCTP(bytes, range)
        case .dccp: try readDCCP(bytes, range)
        default: setPayload(range, after: 0)
        }
    }

    /// Whether so many bytes of the transport header are there; false for a first fragment that
    /// ends before them.
    @inline(__always)
    private func has(_ needed: Int, _ range: TransportRange) throws(ParseFailure) -> Bool {
        if range.copied >= needed { return true }
        guard traits.contains(.firstFragment), range.copied == range.length else {
            throw .truncatedTransportHeader
        }
        return false
    }

    @inline(__always)
    private mutating func readPorts(_ bytes: PacketBytes, _ range: TransportRange) {
        guard range.copied >= 4 else { return }
        sourcePort = bytes.half(range.start)
        destinationPort = bytes.half(range.start + 2)
    }

    @inline(__always)
    private mutating func setPayload(_ range: TransportRange, after header: Int) {
        if range.copied > header { payloadOffset = UInt8(range.start + header) }
    }

    /// Source: RFC 9293 section 3.1.
    @inline(__always)
    private mutating func readTCP(
        _ bytes: PacketBytes, _ range: TransportRange
    ) throws(ParseFailure) {
        let start = range.start
        let isWhole = try has(20, range)
        if range.copied >= 14 {
            let header = Int(bytes.byte(start + 12) >> 4) * 4
            guard header >= 20 else { throw .transportLength }
            if range.copied >= header {
                if header > 20 {
                    tcpOptions = TCPOptionKinds(bytes, start + 20..<start + header)
                }
                setPayload(range, after: header)
            } else if !traits.contains(.firstFragment) || range.length >= header {
                // Its options are cut by the copy range, or cannot be in the packet at all.
                throw range.length < header ? .transportLength : .truncatedTransportHeader
            }
            flags = bytes.byte(start + 13)
        } else {
            traits.insert(.shortTransport)
        }
        readPorts(bytes, range)
        if range.copied >= 8 { sequenceNumber = bytes.word(start + 4) }
        if isWhole || range.copied >= 16 { window = bytes.half(start + 14) }
    }

    /// Source: RFC 768; RFC 2675 section 4 for a length of 0.
    private mutating func readUDP(
        _ bytes: PacketBytes, _ range: TransportRange
    ) throws(ParseFailure) {
        guard try has(8, range) else {
            if range.copied < 4 { traits.insert(.shortTransport) }
            return readPorts(bytes, range)
        }
        let said = Int(bytes.half(range.start + 4))
        let isJumbo = said == 0 && range.length > Int(UInt16.max)
        guard said >= 8 || isJumbo else { throw .transportLength }
        guard said <= range.length || traits.contains(.firstFragment) else {
            throw .transportLength
        }
        readPorts(bytes, range)
        // Bytes behind the UDP length are not payload.
        let copied = isJumbo ? range.copied : min(range.copied, said)
        guard copied > 8 else { return }
        payloadOffset = UInt8(range.start + 8)
        let payload = bytes.dropping(range.start + 8)
        let length = isJumbo ? range.length - 8 : said - 8
        if isAnswer(payload, copied: copied - 8, length: length, from: sourcePort) {
            traits.insert(.answer)
            if isMedia(payload, copied: copied - 8, length: length) { traits.insert(.media) }
        }
    }

    /// Source: RFC 3828 section 3.1.
    private mutating func readUDPLite(
        _ bytes: PacketBytes, _ range: TransportRange
    ) throws(ParseFailure) {
        if range.length == 0, !traits.contains(.firstFragment) { return readBare() }
        guard try has(8, range) else {
            if range.copied < 4 { traits.insert(.shortTransport) }
            return readPorts(bytes, range)
        }
        let coverage = Int(bytes.half(range.start + 4))
        guard coverage == 0 || coverage >= 8,
            coverage <= range.length || traits.contains(.firstFragment)
        else { throw .transportLength }
        readPorts(bytes, range)
        setPayload(range, after: 8)
    }

    /// Source: RFC 792; RFC 4443 section 2.1.
    private mutating func readICMP(
        _ bytes: PacketBytes, _ range: TransportRange
    ) throws(ParseFailure) {
        guard try has(8, range) else {
            traits.insert(.shortTransport)
            return
        }
        // Type and code.
        destinationPort = bytes.half(range.start)
        if hasICMPIdentifier { sourcePort = bytes.half(range.start + 4) }
        setPayload(range, after: 8)
        if isICMPError, payloadOffset > 0,
            QuotedPacket(bytes.dropping(range.start + 8)) != nil
        {
            traits.insert(.quotesPacket)
        }
    }

    /// Echo, timestamp, information, mask, and extended echo, in question and answer.
    private var hasICMPIdentifier: Bool {
        switch (ipProtocol, icmpType) {
        case (.icmp, 0), (.icmp, 8), (.icmp, 13...18), (.icmp, 42...43): true
        case (.icmpv6, 128...129), (.icmpv6, 160...161): true
        default: false
        }
    }

    /// A redirect quotes a packet too, but is an order, not an answer to somebody's packet.
    private var isICMPError: Bool {
        switch (ipProtocol, icmpType) {
        case (.icmp, 3...4), (.icmp, 11...12), (.icmpv6, 1...4): true
        default: false
        }
    }

    /// The common header and the first chunk's; a packet has at least one chunk.
    ///
    /// Source: RFC 9260 section 3.
    private mutating func readSCTP(
        _ bytes: PacketBytes, _ range: TransportRange
    ) throws(ParseFailure) {
        if try has(16, range) {
            flags = bytes.byte(range.start + 12)
            setPayload(range, after: 12)
        } else {
            traits.insert(.shortTransport)
        }
        readPorts(bytes, range)
    }

    /// Source: RFC 4340 section 5.1.
    private mutating func readDCCP(
        _ bytes: PacketBytes, _ range: TransportRange
    ) throws(ParseFailure) {
        if range.length == 0, !traits.contains(.firstFragment) { return readBare() }
        guard try has(12, range) else {
            traits.insert(.shortTransport)
            return readPorts(bytes, range)
        }
        let header = Int(bytes.byte(range.start + 4)) * 4
        let typeField = bytes.byte(range.start + 8)
        // The last bit says that sequence numbers are long: 4 bytes more.
        guard header >= (typeField & 1 == 1 ? 16 : 12),
            header <= range.length || traits.contains(.firstFragment)
        else { throw .transportLength }
        flags = typeField >> 1 & 0x0f
        readPorts(bytes, range)
        setPayload(range, after: header)
    }

    /// An IP header that says itself that nothing follows: how a protocol scan asks for protocols
    /// that it has no header for.
    private mutating func readBare() { traits.insert(.shortTransport) }
}
