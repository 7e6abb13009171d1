// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
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

    private enum Piece: UInt8 { case batch = 0, links, dump, acknowledgement }

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
        ]
    }

    static func run(_ input: RawSpan) {
        var reader = InputReader(input)
        var road = Road()
        while !reader.isEmpty {
            let kind = Piece(rawValue: reader.byte() & 3) ?? .batch
            let length = Int(reader.half())
            let bytes = length == 0 ? reader.all() : reader.bytes(length)
            switch kind {
            case .batch: road.read(bytes)
            case .links: road.follow(bytes)
            case .dump: road.interfaces.beginDump()
            case .acknowledgement: _ = NetlinkSocket.acknowledgement(of: 0, in: bytes)
            }
        }
        road.witness.finish()
    }

    /// The reader's part of the road, without its socket.
    private struct Road: ~Copyable {
        var witness = Witness()
        var interfaces = InterfaceTable()
        private var counters = NFLogCounters()
        private var sequence = SequenceCheck()
        private var memo = OriginMemo()
        private var origins = OriginTable()

        init() {}

        mutating func follow(_ bytes: RawSpan) {
            let before = interfaces.revision
            _ = interfaces.apply(bytes, dump: 0)
            must(interfaces.interfaces.count <= InterfaceTable.capacity, "a bound on interfaces")
            if interfaces.revision != before { memo.clear() }
        }

        mutating func read(_ bytes: RawSpan) {
            let before = counters
            let names = interfaces.interfaces
            var (counters, sequence) = (self.counters, self.sequence)
            let handed = Datagram.walk(bytes, counters: &counters, sequence: &sequence) { message in
                let entry = memo.entry(of: message) { prefix in
                    let origin = Origin(
                        group: 5, prefix: String(decoding: prefix, as: UTF8.self),
                        hook: message.namedHook,
                        interfaceIn: names[message.interfaceIn]?.name ?? "",
                        interfaceOut: names[message.interfaceOut]?.name ?? "")
                    return OriginMemo.Entry(
                        id: origins.intern(origin),
                        traits: origin.rule.isAccepted ? [.accepted] : [])
                }
                observe(message, entry, limit: bytes.byteCount)
            }
            (self.counters, self.sequence) = (counters, sequence)
            must(Int(counters.messages - before.messages) == handed, "every message is counted")
            must(handed * 20 <= bytes.byteCount, "no message without bytes")
            must(counters.gap - before.gap <= UInt64(bytes.byteCount / 20) << 31, "a gap is a gap")
        }

        private mutating func observe(
            _ message: borrowing LogMessage, _ entry: OriginMemo.Entry, limit: Int
        ) {
            for part in [
                message.payload.byteCount, message.prefix.byteCount, message.linkHeader.byteCount,
                message.l2Header.byteCount, message.conntrack.byteCount,
            ] { must(part <= limit, "no part is longer than the datagram") }
            var traits = entry.traits
            if LinkAddress.isForMany(Span<UInt8>(_bytes: message.linkHeader)) {
                traits.insert(.linkMulticast)
            }
            let time =
                message.timestamp.map {
                    Timestamp(seconds: $0.seconds, nanoseconds: $0.nanoseconds)
                } ?? .testStart
            let start = message.payloadStartsWithLinkHeader ? min(14, message.payload.byteCount) : 0
            let packet = message.payload.extracting(start..<message.payload.byteCount)
            let parsed = PacketEvent.parsing(
                packet, version: message.ipVersion, time: time, origin: entry.id, traits: traits)
            Packet.check(parsed, of: packet, announced: message.ipVersion)
            mustBePlain(message.hardwareAddress.map { $0.description } ?? "", "an address")
            let kept = packet.extracting(first: min(packet.byteCount, PacketEvent.keptBytes))
            witness.observe(parsed.event, packet: kept, origins: origins)
        }
    }
}

/// Writes netlink messages as the kernel does, on a machine of its byte order.
enum NetlinkWriter {
    static func message(type: UInt16, _ content: [UInt8]) -> [UInt8] {
        host(UInt32(content.count + 16)) + host(type) + host(UInt16(0)) + host(UInt32(0))
            + host(UInt32(0)) + content
    }

    /// A log message with every attribute that the kernel fills at the input hook.
    static func logged(_ packet: [UInt8], number: UInt32) -> [UInt8] {
        let isV6 = packet[0] >> 4 == 6
        let type = (isV6 ? UInt16(0x86dd) : 0x0800).wireBytes
        return message(
            type: MessageType.packet,
            [isV6 ? 10 : 2, 0, 0, 5] + attribute(1, type + [1, 0])
                + attribute(10, Array("net-fw DROP ".utf8) + [0])
                + attribute(4, UInt32(2).wireBytes) + attribute(6, UInt32(2).wireBytes)
                + attribute(8, [0, 6, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0]) + attribute(15, [0, 1])
                + attribute(17, [0, 14]) + attribute(16, [UInt8](repeating: 2, count: 14))
                + attribute(3, UInt64(1_704_067_200).wireBytes + UInt64(UInt64(number)).wireBytes)
                + attribute(12, number.wireBytes) + attribute(2, UInt32(7).wireBytes)
                + attribute(19, attribute(2, [0, 5]) + attribute(1, [0x81, 0]))
                + attribute(9, packet))
    }

    /// News of one interface.
    static func link(
        _ index: UInt32, _ name: String, flags: UInt32 = 0, type: UInt16 = MessageType.newLink
    ) -> [UInt8] {
        message(
            type: type,
            [0, 0, 1, 0] + host(index) + host(flags) + host(UInt32(0))
                + attribute(3, Array(name.utf8) + [0]))
    }

    private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        host(UInt16(value.count + 4)) + host(type) + value.padded(toMultipleOf: 4)
    }

    private static func host(_ number: some FixedWidthInteger) -> [UInt8] {
        number.wireBytes.reversed()
    }
}
