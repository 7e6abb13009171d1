// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport

@testable import HostFacts

/// What the kernel says of the host itself: addresses, routes, sockets.
enum HostNews {
    static func read(_ bytes: RawSpan) {
        var dump = Dump(sequence: 0)
        var addresses: [InterfaceAddress] = []
        var routes: [Route] = []
        _ = dump.take(Span<UInt8>(_bytes: bytes)) { type, content in
            switch type {
            case MessageType.address: InterfaceAddress(content).map { addresses.append($0) }
            case MessageType.route: Route(content).map { routes.append($0) }
            default: _ = ListeningSocket(content, ipProtocol: .tcp)
            }
        }
        var reading = HostReading()
        reading.take(addresses: addresses, routes: routes)
        must(reading.homeNetworks.count <= HostReading.networkLimit, "a bound on networks")
        must(reading.ownAddresses.count <= HostReading.addressLimit, "a bound on addresses")
        for (first, next) in zip(reading.homeNetworks, reading.homeNetworks.dropFirst()) {
            must(!first.contains(next.address), "no network is inside another one")
        }
    }

    /// An address, a default route, and a listening socket.
    static let samples: [[UInt8]] = [
        message(MessageType.address, [2, 24, 0, 0, 2, 0, 0, 0] + attribute(2, [192, 0, 2, 10])),
        message(
            MessageType.address,
            [10, 64, 0, 0, 2, 0, 0, 0] + attribute(1, Address.host6.wireBytes)),
        message(
            MessageType.route,
            [2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0] + attribute(5, [192, 0, 2, 1])
                + attribute(4, [2, 0, 0, 0])),
        message(
            MessageType.route,
            [2, 24, 0, 0, 254, 2, 253, 1, 0, 0, 0, 0] + attribute(1, [192, 0, 2, 0])),
        message(MessageType.sockets, [2, 10, 0, 0, 0, 22] + [UInt8](repeating: 0, count: 66)),
    ]

    private static func message(_ type: UInt16, _ content: [UInt8]) -> [UInt8] {
        host(UInt32(content.count + 16)) + host(type) + host(UInt16(0)) + host(UInt32(0))
            + host(UInt32(0)) + content
    }

    private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        host(UInt16(value.count + 4)) + host(type) + value.padded(toMultipleOf: 4)
    }

    private static func host(_ number: some FixedWidthInteger) -> [UInt8] {
        number.wireBytes.reversed()
    }
}
