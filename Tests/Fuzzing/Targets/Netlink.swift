// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Packets
import Ring
import TestSupport

@testable import Daemon
@testable import NFLog

/// What the kernel's netlink sockets deliver, read as the reader does: batches of an NFLOG group,
/// and news of interfaces between them.
///
/// Shape: pieces of three bytes and content. The first byte says what it is, the other two how long
/// it is, low byte first (0: all that is left).
enum Netlink: FuzzTarget {
    static let name = "netlink"

    private enum Piece: UInt8 { case batch = 0, links, dump, acknowledgement, host }

    private static func piece(_ kind: Piece, _ content: [UInt8], isLast: Bool = false) -> [UInt8] {
        let length = isLast ? 0 : UInt16(content.count)
        return [kind.rawValue, UInt8(length & 0xff), UInt8(length >> 8)] + content
    }

    static func seeds() -> [[UInt8]] {
        let messages = Samples.packets.enumerated().map { number, packet in
            NetlinkWriter.logged(packet, number: UInt32(number))
        }
        let scan = Samples.scan.enumerated().flatMap { number, packet in
            NetlinkWriter.logged(packet, number: UInt32(number) + 3)
        }
        let links = NetlinkWriter.link(2, "eth0") + NetlinkWriter.link(1, "lo", flags: 8)
        let end = NetlinkWriter.message(type: MessageType.done, [0, 0, 0, 0])
        let dump = piece(.dump, []) + piece(.links, links + end)
        return messages.map { piece(.batch, $0 + end, isLast: true) } + [
            piece(.links, links) + piece(.batch, scan + end, isLast: true),
            dump.replacing([0, 0, 0], with: [2, 1, 0], maxReplacements: 1)
                + piece(.batch, scan + end, isLast: true),
            piece(.acknowledgement, NetlinkWriter.message(type: MessageType.error, [0, 0, 0, 0])),
            piece(.links, NetlinkWriter.link(2, "eth0", type: MessageType.removedLink)),
            piece(.batch, NetlinkWriter.message(type: MessageType.overrun, [0, 0, 0, 0])),
        ] + HostNews.samples.map { piece(.host, $0 + end, isLast: true) }
    }

    static func run(_ input: RawSpan) {
        var reader = InputReader(input)
        var road = Road()
        var links = InterfaceTable()
        while !reader.isEmpty {
            let kind = Piece(rawValue: reader.byte() % 5) ?? .batch
            let length = Int(reader.half())
            let bytes = length == 0 ? reader.all() : reader.bytes(length)
            switch kind {
            case .batch: road.read(bytes)
            case .links:
                _ = links.apply(bytes, dump: 0)
                must(links.interfaces.count <= InterfaceTable.capacity, "a bound on interfaces")
                road.reader.forgetNames()
            case .dump: links.beginDump()
            case .acknowledgement: _ = NetlinkSocket.acknowledgement(of: 0, in: bytes)
            case .host: HostNews.read(bytes)
            }
        }
        road.witness.finish()
    }
}
