// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A TCP packet: by default a bare SYN to port 22.
package func tcp(
    from: Address? = nil, to: Address? = nil, sourcePort: UInt16 = 40001, port: UInt16 = 22,
    flags: TCPFlags = .syn, sequence: UInt32 = 0x0102_0304, acknowledgement: UInt32 = 0,
    window: UInt16 = 1024, options: [TCPOptionBytes] = [], payload: [UInt8] = [],
    network: NetworkHeader = NetworkHeader()
) -> [UInt8] {
    let options = options.flatMap(\.bytes).padded(toMultipleOf: 4)
    precondition(options.count <= 40, "a TCP header holds 40 bytes of options")
    var segment = sourcePort.wireBytes + port.wireBytes
    segment += sequence.wireBytes + acknowledgement.wireBytes
    segment += [UInt8(5 + options.count / 4) << 4, flags.rawValue] + window.wireBytes
    segment += [0, 0, 0, 0] + options + payload
    return checked(segment, .tcp, from, to, network, checksumAt: 16)
}

/// A UDP datagram: by default an empty one to port 53.
package func udp(
    from: Address? = nil, to: Address? = nil, sourcePort: UInt16 = 40001, port: UInt16 = 53,
    payload: [UInt8] = [], network: NetworkHeader = NetworkHeader()
) -> [UInt8] {
    let length = UInt16(8 + payload.count)
    let datagram = sourcePort.wireBytes + port.wireBytes + length.wireBytes + [0, 0] + payload
    return checked(datagram, .udp, from, to, network, checksumAt: 6)
}

/// A UDP-Lite datagram whose checksum covers so many bytes; 0 is all of it (RFC 3828).
package func udpLite(
    from: Address? = nil, to: Address? = nil, sourcePort: UInt16 = 40001, port: UInt16 = 53,
    coverage: UInt16 = 0, payload: [UInt8] = [], network: NetworkHeader = NetworkHeader()
) -> [UInt8] {
    let datagram = sourcePort.wireBytes + port.wireBytes + coverage.wireBytes + [0, 0] + payload
    let covered = coverage == 0 ? datagram.count : Int(coverage)
    return checked(datagram, .udpLite, from, to, network, checksumAt: 6, covered: covered)
}

/// An SCTP packet with one chunk: by default an INIT (RFC 9260).
package func sctp(
    from: Address? = nil, to: Address? = nil, sourcePort: UInt16 = 40001, port: UInt16 = 2905,
    chunk: UInt8 = 1, tag: UInt32 = 0, value: [UInt8]? = nil,
    network: NetworkHeader = NetworkHeader()
) -> [UInt8] {
    // An INIT: initiate tag, receiver window, streams out and in, first TSN.
    let value =
        value ?? UInt32(0x2222).wireBytes + UInt32(65536).wireBytes + [0, 10, 0, 10]
        + UInt32(1).wireBytes
    var packet = sourcePort.wireBytes + port.wireBytes + tag.wireBytes + [0, 0, 0, 0]
    packet += [chunk, 0] + UInt16(4 + value.count).wireBytes + value.padded(toMultipleOf: 4)
    // The CRC stands in the packet least significant byte first.
    packet.write(crc32c(packet).byteSwapped, at: 8)
    return ip(packet, .sctp, from: from, to: to, network: network)
}

/// A DCCP packet with 48-bit sequence numbers: by default a Request (RFC 4340).
package func dccp(
    from: Address? = nil, to: Address? = nil, sourcePort: UInt16 = 40001, port: UInt16 = 5001,
    type: UInt8 = 0, network: NetworkHeader = NetworkHeader()
) -> [UInt8] {
    // The generic header and what each type adds to it: Request 4, Data 0, DataAck and Ack 8, …
    let added = [4, 12, 0, 8, 8, 12, 12, 12, 8, 8][Int(min(type, 9))]
    var packet = sourcePort.wireBytes + port.wireBytes
    packet += [UInt8((16 + added) / 4), 0, 0, 0, type << 1 | 1, 0, 0, 0, 0, 0, 0, 1]
    packet += [UInt8](repeating: 0, count: added)
    return checked(packet, .dccp, from, to, network, checksumAt: 6)
}

/// An ICMP message: by default an echo request.
package func icmp(
    from: Address? = nil, to: Address? = nil, type: UInt8 = 8, code: UInt8 = 0,
    identifier: UInt16 = 0x4242, sequence: UInt16 = 1, payload: [UInt8] = [],
    network: NetworkHeader = .v4
) -> [UInt8] {
    var message = [type, code, 0, 0] + identifier.wireBytes + sequence.wireBytes + payload
    message.write(internetChecksum(message), at: 2)
    return ip(message, .icmp, from: from, to: to, network: network)
}

/// An ICMPv6 message: by default an echo request.
package func icmpv6(
    from: Address? = nil, to: Address? = nil, type: UInt8 = 128, code: UInt8 = 0,
    identifier: UInt16 = 0x4242, sequence: UInt16 = 1, payload: [UInt8] = [],
    network: NetworkHeader = .v6
) -> [UInt8] {
    let message = [type, code, 0, 0] + identifier.wireBytes + sequence.wireBytes + payload
    return checked(message, .icmpv6, from, to, network, checksumAt: 2)
}

/// An ICMP or ICMPv6 destination-unreachable that quotes a packet: by default "port unreachable".
package func unreachable(quoting packet: [UInt8], code: UInt8? = nil, from: Address? = nil)
    -> [UInt8]
{
    packet[0] >> 4 == 6
        ? icmpv6(
            from: from, type: 1, code: code ?? 4, identifier: 0, sequence: 0, payload: packet)
        : icmp(from: from, type: 3, code: code ?? 3, identifier: 0, sequence: 0, payload: packet)
}

/// An IP packet whose transport checksum, at the offset, also covers the pseudo-header.
private func checked(
    _ segment: [UInt8], _ ipProtocol: IPProtocol, _ from: Address?, _ to: Address?,
    _ network: NetworkHeader, checksumAt offset: Int, covered: Int? = nil
) -> [UInt8] {
    let (source, destination) = network.ends(from, to)
    let pseudo = pseudoHeader(source, destination, ipProtocol, length: segment.count)
    let sum = internetChecksum(pseudo + segment.prefix(covered ?? segment.count))
    // A UDP checksum of 0 would say that there is none (RFC 768).
    let written = sum == 0 && ipProtocol == .udp ? 0xffff : sum
    return ip(
        segment.writing(written, at: offset), ipProtocol, from: source, to: destination,
        network: network)
}
