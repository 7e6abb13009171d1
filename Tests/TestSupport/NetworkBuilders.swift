// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// An IP packet around a transport's bytes.
package func ip(
    _ payload: [UInt8], _ ipProtocol: IPProtocol, from: Address? = nil, to: Address? = nil,
    network: NetworkHeader = NetworkHeader()
) -> [UInt8] {
    let (source, destination) = network.ends(from, to)
    return source.isV4
        ? ipv4(payload, ipProtocol, source, destination, network)
        : ipv6(payload, ipProtocol, source, destination, network)
}

/// A piece of a packet's payload as a packet of its own; more are to come unless it reaches the end.
///
/// The offset must be a multiple of 8. An IPv6 packet may have no extension headers.
package func fragment(of packet: [UInt8], offset: Int, bytes: Int) -> [UInt8] {
    let six = packet[0] >> 4 == 6
    let header = six ? 40 : Int(packet[0] & 15) * 4
    let payload = packet[header...]
    let more = offset + bytes < payload.count
    let piece = payload.dropFirst(offset).prefix(bytes)
    if six {
        var result = Array(packet[..<40])
        let extra = ExtensionHeader.fragment(offset: offset, more: more)
        result[6] = extra.number
        result.write(UInt16(8 + piece.count), at: 4)
        return result + [packet[6]] + extra.rest + piece
    }
    var result = Array(packet[..<header])
    result.write(UInt16(header + piece.count), at: 2)
    result.write(UInt16(offset / 8 | (more ? 0x2000 : 0)), at: 6)
    result.write(UInt16(0), at: 10)
    result.write(internetChecksum(result), at: 10)
    return result + piece
}

private func ipv4(
    _ payload: [UInt8], _ ipProtocol: IPProtocol, _ source: Address, _ destination: Address,
    _ network: NetworkHeader
) -> [UInt8] {
    let options = network.options.padded(toMultipleOf: 4)
    precondition(options.count <= 40 && network.extensions.isEmpty)
    let length = 20 + options.count + payload.count
    var header: [UInt8] = [0x40 | UInt8(5 + options.count / 4), 0]
    header += UInt16(length).wireBytes + network.identification.wireBytes
    header += UInt16(network.dontFragment ? 0x4000 : 0).wireBytes
    header += [network.hopLimit, ipProtocol.rawValue, 0, 0]
    header += source.wireBytes + destination.wireBytes + options
    header.write(internetChecksum(header), at: 10)
    return header + payload
}

private func ipv6(
    _ payload: [UInt8], _ ipProtocol: IPProtocol, _ source: Address, _ destination: Address,
    _ network: NetworkHeader
) -> [UInt8] {
    precondition(network.options.isEmpty)
    let numbers = network.extensions.map(\.number) + [ipProtocol.rawValue]
    var body: [UInt8] = []
    for (header, next) in zip(network.extensions, numbers.dropFirst()) {
        body += [next] + header.rest
    }
    body += payload
    return [0x60, 0, 0, 0] + UInt16(body.count).wireBytes + [numbers[0], network.hopLimit]
        + source.wireBytes + destination.wireBytes + body
}
