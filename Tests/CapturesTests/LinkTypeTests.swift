// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Captures

/// One way to put a packet on a link.
struct Framing: Sendable, CustomTestStringConvertible {
    var name: String
    var link: UInt16
    var traits: PacketTraits = []
    var frame: @Sendable ([UInt8]) -> [UInt8]
    var testDescription: String { name }

    static let all: [Framing] = [
        Framing(name: "Ethernet", link: 1) { ethernet($0) },
        Framing(name: "Ethernet with a VLAN", link: 1) { ethernet($0, tags: [0x8100]) },
        Framing(name: "Ethernet with stacked VLANs", link: 1) {
            ethernet($0, tags: [0x88a8, 0x8100, 0x9100])
        },
        Framing(name: "Ethernet to a group", link: 1, traits: .linkMulticast) {
            ethernet($0, to: [0x33, 0x33, 0, 0, 0, 1])
        },
        Framing(name: "Ethernet of the loopback interface", link: 1, traits: .loopback) {
            [UInt8](repeating: 0, count: 12) + etherType($0).wireBytes + $0
        },
        Framing(name: "Linux cooked", link: 113) { cooked($0) },
        Framing(name: "Linux cooked, broadcast", link: 113, traits: .linkMulticast) {
            cooked($0, packetType: 1)
        },
        Framing(name: "Linux cooked, outgoing", link: 113, traits: .output) {
            cooked($0, packetType: 4)
        },
        Framing(name: "Linux cooked, loopback", link: 113, traits: .loopback) {
            cooked($0, hardware: 772)
        },
        Framing(name: "Linux cooked 2", link: 276) { cooked2($0) },
        Framing(name: "Linux cooked 2, multicast", link: 276, traits: .linkMulticast) {
            cooked2($0, packetType: 2)
        },
        Framing(name: "Linux cooked 2, loopback", link: 276, traits: .loopback) {
            cooked2($0, interface: 1)
        },
        Framing(name: "raw IP (12)", link: 12) { $0 },
        Framing(name: "raw IP (101)", link: 101) { $0 },
        Framing(name: "NULL, little end first", link: 0, traits: .loopback) {
            [$0[0] >> 4 == 6 ? 10 : 2, 0, 0, 0] + $0
        },
        Framing(name: "NULL, big end first, Darwin", link: 0, traits: .loopback) {
            [0, 0, 0, $0[0] >> 4 == 6 ? 30 : 2] + $0
        },
        Framing(name: "LOOP", link: 108, traits: .loopback) {
            [0, 0, 0, $0[0] >> 4 == 6 ? 24 : 2] + $0
        },
    ]
}

@Suite("Link types of captures")
struct LinkTypeTests {
    static let packets = [
        tcp(options: .linux), tcp(options: .nmap, network: .v6), udp(payload: [1, 2, 3]),
        icmp(), icmpv6(),
    ]

    @Test("The packet behind each link header is the parser's", arguments: Framing.all)
    func framing(_ framing: Framing) throws {
        let reading = try Reading(
            pcap(Self.packets.map { Record(bytes: framing.frame($0)) }, link: UInt32(framing.link)))
        #expect(reading.error == nil)
        let expected = Self.packets.map { packet in
            var event = event(packet)
            event.traits.formUnion(framing.traits)
            return event
        }
        #expect(
            reading.events.map { event in
                var event = event
                event.origin = .unknown
                return event
            } == expected)
        #expect(reading.bytes == Self.packets)
    }

    @Test("pcap in both byte orders and pcapng give the same events", arguments: Framing.all)
    func formats(_ framing: Framing) throws {
        let time = try moment("2024-01-02T03:04:05.678901234")
        let records = Self.packets.map { Record(bytes: framing.frame($0), time: time) }
        let little = try Reading(pcap(records, link: UInt32(framing.link)))
        let big = try Reading(pcap(records, link: UInt32(framing.link), bigEndian: true))
        let next = try Reading(pcapng(records, link: framing.link))
        #expect(little.events.map(\.time) == Self.packets.map { _ in time })
        #expect(little.events == next.events)
        #expect(little.events == big.events)
        #expect(next.error == nil && big.error == nil)
    }

    @Test("Links that announce a version refuse packets of the other", arguments: [228, 229])
    func versions(link: UInt32) throws {
        let reading = try Reading(
            pcap([Record(bytes: tcp()), Record(bytes: tcp(network: .v6))], link: link))
        #expect(reading.events.map { $0.traits.contains(.refused) } == [link == 229, link == 228])
        #expect(reading.progress.refused == [.version: 1])
    }

    @Test("Frames of other protocols are counted, not handed over")
    func otherProtocols() throws {
        let arp = ethernet([0, 1, 8, 0, 6, 4, 0, 1], type: 0x0806)
        let reading = try Reading(
            pcap([Record(bytes: arp), Record(bytes: ethernet(tcp()))], link: 1))
        #expect(reading.progress.otherProtocols == 1)
        #expect(reading.progress.packets == 1)
    }

    @Test("A frame shorter than its link header is refused as one without payload")
    func cut() throws {
        let frame = ethernet(tcp(), tags: [0x8100])
        let reading = try Reading(
            pcap((0..<18).map { Record(bytes: Array(frame[..<$0])) }, link: 1))
        #expect(reading.progress.refused == [.noPayload: 18])
        #expect(reading.events.allSatisfy { $0.traits.contains(.refused) })
    }

    @Test("What Ethernet adds behind the packet is not part of it")
    func padding() throws {
        let packet = tcp()
        let padded = ethernet(packet) + [UInt8](repeating: 0xee, count: 6)
        let reading = try Reading(pcap([Record(bytes: padded)], link: 1))
        #expect(reading.bytes == [packet])
        #expect(try reading.event == event(packet))
    }

    @Test("Only the 192 bytes are read that a live event keeps")
    func keptBytes() throws {
        let packet = udp(payload: [UInt8](repeating: 7, count: 900))
        let reading = try Reading(pcap([Record(bytes: ethernet(packet))], link: 1))
        #expect(reading.bytes == [Array(packet[..<192])])
        #expect(try reading.event.length == 928)
    }

    @Test("The interface of a cooked capture is known by its number")
    func interface() throws {
        let records = [
            Record(bytes: cooked2(tcp(), interface: 3)),
            Record(bytes: cooked2(tcp(), packetType: 4, interface: 4)),
        ]
        let reading = try Reading(pcap(records, link: 276))
        let origins = reading.events.map { reading.origins[$0.origin] }
        #expect(origins.map(\.interfaceIn) == ["if3", ""])
        #expect(origins.map(\.interfaceOut) == ["", "if4"])
    }
}
