// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport

/// Packets of many kinds, from the tests' builders: what the seeds of several targets hold.
enum Samples {
    static let packets: [[UInt8]] = [
        tcp(options: .nmap), tcp(options: .linux, payload: [1, 2, 3]), tcp(flags: [.syn, .ack]),
        tcp(flags: []), tcp(flags: [.fin, .psh, .urg]),
        tcp(sourcePort: 80, port: 40000, flags: .ack),
        tcp(network: .v6), tcp(to: .host, network: NetworkHeader(options: [7, 7, 4, 0, 0, 0, 0])),
        udp(payload: Payload.dns(isAnswer: false)),
        udp(sourcePort: 53, port: 40000, payload: Payload.dns()),
        udp(sourcePort: 123, port: 123, payload: Payload.ntp()),
        udp(sourcePort: 443, port: 40000, payload: Payload.quicShort()),
        udp(port: 443, payload: Payload.quicLong(), network: .v6),
        udp(sourcePort: 5004, port: 40000, payload: Payload.rtp()), udpLite(coverage: 8), sctp(),
        ip([8, 0, 0, 0, 1, 2, 0, 1], .icmp), ip([13, 0, 0, 0, 1, 2, 0, 1], .icmp),
        ip([3, 3, 0, 0, 0, 0, 0, 0] + udp(from: .host, to: .scanner), .icmp),
        ip([128, 0, 0, 0, 1, 2, 0, 1], .icmpv6, network: .v6),
        ip([1, 0, 0, 0, 0, 0, 0, 0] + tcp(from: .host6, to: .scanner6), .icmpv6, network: .v6),
        ip([], IPProtocol(rawValue: 41)), ip([1, 2, 3, 4], IPProtocol(rawValue: 33)),
        tcp(
            network: NetworkHeader(
                version: 6,
                extensions: [
                    .hopByHop(), .routing(), .fragment(offset: 0, more: true), .authentication(),
                    .destinationOptions(), .mobility(), .hostIdentity(), .shim6(),
                ])),
        fragment(of: tcp(payload: [UInt8](repeating: 7, count: 40)), offset: 0, bytes: 16),
        fragment(of: tcp(payload: [UInt8](repeating: 7, count: 40)), offset: 16, bytes: 16),
        fragment(
            of: udp(payload: [UInt8](repeating: 7, count: 40), network: .v6), offset: 0, bytes: 8),
        Array(tcp().prefix(23)), Array(tcp(network: .v6).prefix(41)), [0x45], [],
    ].filter { !$0.isEmpty }

    /// Ten ports of one host.
    static let scan: [[UInt8]] = (1...10).map { tcp(port: UInt16($0), options: .nmap) }

    /// Ten hosts are asked for an echo.
    static let sweep: [[UInt8]] = (1...10).map {
        ip([8, 0, 0, 0, 1, 2, 0, 1], .icmp, from: .scanner, to: Address(v4: 0xc000_0200 + $0))
    }
}
