// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

/// One packet of each shape that the parser knows.
enum Shapes {
    static let all: [[UInt8]] = {
        let options = NetworkHeader(options: [7, 7, 4, 0, 0, 0, 0])
        let chain = NetworkHeader(
            version: 6,
            extensions: [
                .hopByHop(), .routing(), .fragment(offset: 0, more: false),
                .authentication(), .destinationOptions(), .mobility(),
            ])
        let jumbo = NetworkHeader(
            version: 6, extensions: [.hopByHop([0xc2, 4] + UInt32(70_000).wireBytes)])
        var packets: [[UInt8]] = []
        for network in [NetworkHeader.v4, .v6, options, chain] {
            packets += [
                tcp(network: network),
                tcp(options: .linux, payload: [1, 2, 3], network: network),
                udp(sourcePort: 53, payload: Payload.dns(), network: network),
                udp(sourcePort: 123, payload: Payload.ntp(), network: network),
                udp(sourcePort: 443, payload: Payload.quicShort(), network: network),
                udp(sourcePort: 443, payload: Payload.quicLong(), network: network),
                udp(sourcePort: 3478, payload: Payload.rtp(), network: network),
                udp(sourcePort: 3478, payload: Payload.rtcp(), network: network),
                udpLite(payload: [1, 2], network: network), sctp(network: network),
                dccp(network: network), ip([1, 2, 3, 4], .gre, network: network),
                ip([1, 2, 3, 4, 5, 6, 7, 8], .esp, network: network),
                ip([0x11, 0, 0, 0, 224, 0, 0, 1], .igmp, network: network),
            ]
        }
        let tail: [[UInt8]] = [
            icmp(payload: [1, 2]), icmpv6(payload: [1, 2]), unreachable(quoting: tcp()),
            unreachable(quoting: tcp(network: .v6)), unreachable(quoting: tcp(network: chain)),
            fragment(of: tcp(options: .linux), offset: 0, bytes: 8),
            fragment(of: tcp(options: .linux), offset: 0, bytes: 24),
            fragment(of: tcp(options: .linux), offset: 8, bytes: 16),
            fragment(of: udp(payload: Payload.dns(), network: .v6), offset: 0, bytes: 16),
            fragment(of: udp(payload: Payload.dns(), network: .v6), offset: 16, bytes: 16),
            tcp(network: jumbo).writing(UInt16(0), at: 4), tcp().writing(UInt16(0), at: 2),
        ]
        return packets + tail
    }()
}

@Suite("Whatever comes")
struct RobustnessTests {
    /// What must hold of every parse; the offsets never point beyond what was there.
    private func check(_ packet: [UInt8]) -> Bool {
        let parsed = parse(packet)
        let event = parsed.event
        let span = RawSpan(_elements: packet.span)
        let kept = min(packet.count, PacketEvent.keptBytes)
        _ = TCPOptionList(of: event, in: span)
        _ = QuotedPacket(in: event, bytes: span)
        _ = QuotedPacket(span)
        return (parsed.failure != nil) == event.traits.contains(.refused)
            && (event.payloadOffset == 0 || Int(event.payloadOffset) < kept)
            && (event.transportOffset == 0 || Int(event.transportOffset) < kept)
            && (parsed.failure != nil || !event.traits.contains(.addressed))
    }

    @Test("Every shape is understood", arguments: Shapes.all)
    func understood(packet: [UInt8]) {
        #expect(parse(packet).failure == nil)
        #expect(check(packet))
    }

    @Test(
        "Every truncation of every shape gives an event or a typed refusal", arguments: Shapes.all)
    func truncations(packet: [UInt8]) {
        for count in 0..<packet.count {
            let cut = Array(packet[..<count])
            #expect(check(cut), "cut to \(count) bytes")
            let parsed = parse(cut)
            // A cut packet never says something else than the whole one.
            guard parsed.failure == nil else { continue }
            let whole = event(packet)
            #expect(parsed.event.sourcePort == whole.sourcePort)
            #expect(parsed.event.destinationPort == whole.destinationPort)
            #expect(parsed.event.flags == whole.flags)
            #expect(parsed.event.tcpOptions == whole.tcpOptions)
            #expect(parsed.event.length == whole.length)
        }
    }

    @Test("Bytes behind the packet's own end are not looked at", arguments: Shapes.all)
    func noByteFromBeyond(packet: [UInt8]) {
        // Not those whose header leaves the end open.
        guard event(packet).length != .max else { return }
        var random = SeededGenerator(seed: 3)
        for count in [1, 7, 60, 200] {
            #expect(parse(packet + random.bytes(count)) == parse(packet))
        }
    }

    @Test("Bytes from the 193rd on are not looked at: replay and live agree")
    func keptBytes() {
        var random = SeededGenerator(seed: 4)
        for shape in Shapes.all {
            let kept = Array((shape + random.bytes(200)).prefix(PacketEvent.keptBytes))
            #expect(parse(kept + random.bytes(100)) == parse(kept))
        }
    }

    @Test("Random bytes never trap", arguments: 1...4 as ClosedRange<UInt64>)
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var wrong = 0
        for round in 0..<25_000 {
            var packet = random.bytes(Int.random(in: 0...220, using: &random))
            // Most of them get past the version, and some past the lengths.
            if !packet.isEmpty, round % 8 != 0 {
                packet[0] = round % 2 == 0 ? 0x45 : 0x60
                if packet.count > 9, round % 3 == 0 {
                    let known: [UInt8] = [6, 17, 58, 1, 132, 33, 136, 0, 43, 44, 51, 60, 135]
                    packet[round % 2 == 0 ? 9 : 6] = known[round % known.count]
                    packet.write(UInt16(packet.count), at: round % 2 == 0 ? 2 : 4)
                }
            }
            if !check(packet) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test("Random changes of valid packets never trap", arguments: 1...4 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed &* 1000)
        var wrong = 0
        for _ in 0..<30_000 {
            var packet = Shapes.all[Int.random(in: 0..<Shapes.all.count, using: &random)]
            for _ in 0...Int.random(in: 0...3, using: &random) {
                // Headers are in front: most changes go there.
                let reach = Bool.random(using: &random) ? min(64, packet.count) : packet.count
                let index = Int.random(in: 0..<reach, using: &random)
                packet[index] = UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0...3, using: &random) == 0 {
                packet = Array(packet.prefix(Int.random(in: 0...packet.count, using: &random)))
            }
            if !check(packet) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test("Random options never trap, and there are never more than forty")
    func randomOptions() {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...48, using: &random)).map { _ in
                UInt8.random(in: 0...11, using: &random)
            }
            let list = TCPOptionList(RawSpan(_elements: bytes.span))
            #expect(list.count <= 40)
        }
    }
}
