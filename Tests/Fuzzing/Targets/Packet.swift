// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport

/// Packet bytes, as any rule may log them: announced as IPv4, as IPv6, as neither, as something
/// else, and cut anywhere.
///
/// Shape: pieces of three bytes and a packet. The first byte says what was announced, the second
/// which traits the reader knew, the third how long the packet is (255: all that is left).
enum Packet: FuzzTarget {
    static let name = "packet"

    static func seeds() -> [[UInt8]] {
        let each = Samples.packets.flatMap { packet in
            [UInt8(0), packet[0] >> 4 == 4 ? 1 : 2].map { [$0, 0, 255] + packet }
        }
        func inARow(_ packets: [[UInt8]]) -> [UInt8] {
            packets.flatMap { [0, 0, UInt8($0.count)] + $0 }
        }
        return each + [inARow(Samples.scan), inARow(Samples.sweep)]
    }

    static func run(_ input: RawSpan) {
        var reader = InputReader(input)
        var witness = Witness()
        let origins = OriginTable()
        var time = Timestamp.testStart
        while !reader.isEmpty {
            let announced = reader.byte()
            let traits = reader.byte()
            let length = reader.byte()
            let packet = length == 255 ? reader.all() : reader.bytes(Int(length))
            let version: [UInt8?] = [nil, 4, 6, announced]
            // What the parser itself finds out is not the reader's to say.
            let known = PacketTraits(rawValue: UInt16(traits) << 8).subtracting([
                .refused, .addressed,
            ])
            let parsed = PacketEvent.parsing(
                packet, version: version[Int(announced & 3)], time: time, traits: known)
            check(parsed, of: packet, announced: version[Int(announced & 3)])
            let kept = packet.extracting(first: min(packet.byteCount, PacketEvent.keptBytes))
            let again = PacketEvent.parsing(
                kept, version: version[Int(announced & 3)], time: time, traits: known)
            must(parsed == again, "only the first 192 bytes count: \(parsed.event)")
            witness.observe(parsed.event, packet: kept, origins: origins)
            time = time.advanced(byNanoseconds: Int64(announced) * 10_000_000)
        }
        witness.finish()
    }

    /// What every event promises to those who read the packet by its offsets.
    static func check(_ parsed: ParsedPacket, of packet: RawSpan, announced: UInt8? = nil) {
        let event = parsed.event
        let kept = min(packet.byteCount, PacketEvent.keptBytes)
        must(Int(event.transportOffset) <= kept, "the transport begins in the packet: \(event)")
        must(Int(event.payloadOffset) <= kept, "the payload begins in the packet: \(event)")
        must(
            event.payloadOffset == 0 || event.payloadOffset >= event.transportOffset,
            "the payload stands behind the transport's header: \(event)")
        must(
            (parsed.failure != nil) == event.traits.contains(.refused),
            "who is refused says so: \(event)")
        if parsed.failure == nil {
            let version: UInt8 = event.traits.contains(.v6) ? 6 : 4
            must(announced == nil || announced == version, "the announced version is its own")
            must(kept >= 20, "no packet without a header")
        }
        mustBePlain(event.description, "an event")
    }
}
