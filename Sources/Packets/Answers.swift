// SPDX-License-Identifier: GPL-3.0-or-later

/// Whether a UDP payload is an answer: something that only who was asked sends.
///
/// Each protocol is believed only from the ports on which it is served, so that the first bytes of
/// one (a DNS identifier is random) are not taken for another. Of the payload only `copied` bytes
/// are there; `length` is what the UDP header says. A scanner can forge any of these; it then
/// must do so from a service port to a port above 1023, where detection.md accepts the risk.
func isAnswer(_ payload: PacketBytes, copied: Int, length: Int, from port: UInt16) -> Bool {
    switch port {
    case 53, 5353, 5355: isDNSAnswer(payload, copied: copied, length: length)
    case 123: isNTPAnswer(payload, copied: copied, length: length)
    default:
        isQUIC(payload, copied: copied, from: port)
            || isRTP(payload, copied: copied, length: length)
            || isMedia(payload, copied: copied, length: length)
    }
}

/// Whether a UDP payload is of a call: RTP, RTCP, or STUN's answer. The ends of a call choose their
/// ports, so these are believed from any.
///
/// RTP's first two bytes are those of two questions that the Internet is swept with, FINS (13 bytes)
/// and BACnet (17); 20 ms of the thriftiest codec in use make 32 bytes with the header (G.729).
func isMedia(_ payload: PacketBytes, copied: Int, length: Int) -> Bool {
    length >= 32 && isRTP(payload, copied: copied, length: length)
        || isRTCP(payload, copied: copied, length: length)
        || isSTUNAnswer(payload, copied: copied, length: length)
}

/// A response whose header holds together: a known operation and answer code, the reserved bit
/// clear, and no more records than the payload has room for.
///
/// Source: RFC 1035 section 4.1.1; a question has 5 bytes or more, a record 11.
private func isDNSAnswer(_ payload: PacketBytes, copied: Int, length: Int) -> Bool {
    guard copied >= 12 else { return false }
    let bits = payload.half(2)
    let operation = bits >> 11 & 0x0f
    guard bits & 0x8000 != 0, operation <= 6, operation != 3, bits & 0x0040 == 0,
        bits & 0x000f <= 11
    else { return false }
    let questions = Int(payload.half(4))
    let records = Int(payload.half(6)) + Int(payload.half(8)) + Int(payload.half(10))
    return questions * 5 + records * 11 <= length - 12
}

/// A server's or broadcast packet of version 1 to 4.
///
/// Source: RFC 5905 section 7.3.
private func isNTPAnswer(_ payload: PacketBytes, copied: Int, length: Int) -> Bool {
    guard length >= 48, copied >= 1 else { return false }
    let version = payload.byte(0) >> 3 & 7
    let mode = payload.byte(0) & 7
    return (1...4).contains(version) && (mode == 4 || mode == 5)
}

/// A QUIC packet.
///
/// A long header says its version, and is believed from any port when we know that version. A
/// short header has two bits to know it by, which any text has too; it is believed only from the
/// ports on which QUIC is served, with the length that header protection needs, and with bytes
/// that look encrypted. A server that clears the fixed bit (RFC 9287) is not recognised.
/// Source: RFC 9000 section 17; RFC 9001 section 5.4.2; RFC 9369.
private func isQUIC(_ payload: PacketBytes, copied: Int, from port: UInt16) -> Bool {
    guard copied >= 21 else { return false }
    let first = payload.byte(0)
    if first & 0x80 != 0 {
        // Both connection identifiers have at most 20 bytes.
        guard payload.byte(5) <= 20 else { return false }
        switch payload.word(1) {
        case 0: return servesQUIC(port)  // version negotiation
        case 1, 0x6b33_43cf, 0xff00_001d...0xff00_0022: return first & 0x40 != 0
        default: return false
        }
    }
    guard first & 0x40 != 0, servesQUIC(port) else { return false }
    // Of 20 random bytes fewer than 3 have the high bit set once in 5,000 packets; text and
    // the probes of scanners hardly ever have as many.
    var high = 0
    for index in 1...20 where payload.byte(index) >= 0x80 { high += 1 }
    return high >= 3
}

private func servesQUIC(_ port: UInt16) -> Bool {
    port == 443 || port == 80 || port == 853 || port == 8443
}

/// RTP version 2 with a payload type that is assigned or dynamic.
///
/// Source: RFC 3550 section 5.1; RFC 3551 section 6; RFC 5761 section 4 for 72...76 being RTCP.
private func isRTP(_ payload: PacketBytes, copied: Int, length: Int) -> Bool {
    guard copied >= 12, payload.byte(0) >> 6 == 2 else { return false }
    let contributors = Int(payload.byte(0) & 0x0f)
    guard length >= 12 + contributors * 4 else { return false }
    switch payload.byte(1) & 0x7f {
    case 0, 3...18, 25...26, 28, 31...34, 96...127: return true
    default: return false
    }
}

/// RTCP: RTP's reports, which share its version and often its port.
///
/// Source: RFC 3550 section 6.4; types 200 to 207 by RFC 4585 and RFC 3611.
private func isRTCP(_ payload: PacketBytes, copied: Int, length: Int) -> Bool {
    guard copied >= 8, payload.byte(0) >> 6 == 2, (200...207).contains(payload.byte(1)) else {
        return false
    }
    return (Int(payload.half(2)) + 1) * 4 <= length
}

/// A response of STUN or TURN: the class is success or error, the cookie and the length are right.
///
/// Source: RFC 8489 section 5.
private func isSTUNAnswer(_ payload: PacketBytes, copied: Int, length: Int) -> Bool {
    guard copied >= 20, payload.half(0) & 0xc100 == 0x0100 else { return false }
    return payload.word(4) == 0x2112_a442 && Int(payload.half(2)) + 20 == length
}
