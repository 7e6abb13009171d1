// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("The grade table")
struct GradeTableTests {
    private let grader = Grader(settings: DetectionSettings(), facts: Known.facts)
    private static let neighbour = host(77)
    private static let neighbour6 = Address(high: 0x2001_0db8_0000_0001, low: 77)
    private static let linkLocal = Address(high: 0xfe80_0000_0000_0000, low: 77)

    /// From outside, from home, from home to outside, and the same over IPv6.
    private static let ways: [(Address, Address)] = [
        (Known.scanner, Known.server), (neighbour, Known.server), (neighbour, Known.scanner),
        (Address(v4: 0xa9fe_0001), Known.server), (Known.scanner6, Known.server6),
        (neighbour6, Known.server6), (linkLocal, Known.server6), (neighbour6, Known.scanner6),
    ]
    private static let sourcePorts: [UInt16] = [53, 123, 443, 4500, 5353, 8080, 20000, 50000]
    private static let destinationPorts: [UInt16] = [
        22, 68, 123, 500, 1023, 1024, 1900, 4500, 5353, 8080, 32767, 32768, 65535,
    ]

    private func expectTable(_ event: PacketEvent) {
        let (grade, expected) = (grader.grade(event), GradeOracle.grade(event))
        // An #expect for each of the millions would take minutes.
        if grade != expected {
            Issue.record("\(event): \(grade), but the table says \(expected)")
        }
    }

    @Test(
        "Every set of TCP flags, SCTP chunk and DCCP packet type between all kinds of ports",
        arguments: ways.indices)
    func flags(way: Int) {
        for ipProtocol in [IPProtocol.tcp, .sctp, .dccp] {
            for flags in UInt8.min...UInt8.max {
                for from in [443, 8080, 20000, 50000] as [UInt16] {
                    for to in [22, 8080, 20000, 32767, 32768] as [UInt16] {
                        expectTable(
                            PacketEvent(
                                source: Self.ways[way].0, destination: Self.ways[way].1,
                                ipProtocol: ipProtocol, sourcePort: from, destinationPort: to,
                                flags: flags))
                    }
                }
            }
        }
    }

    @Test(
        "Every IP protocol between all kinds of ports with every trait that counts",
        arguments: ways.indices)
    func protocols(way: Int) {
        let traits: [PacketTraits] = [
            [], .answer, [.answer, .media], .quotesPacket, .accepted, .refused, .martian,
            .laterFragment,
            .firstFragment, .shortTransport, .linkMulticast, .networkOptions, .output,
            [.refused, .accepted], [.accepted, .laterFragment], [.shortTransport, .firstFragment],
            [.refused, .addressed],
        ]
        for number in UInt8.min...UInt8.max {
            for traits in traits {
                let hasPorts = IPProtocol(rawValue: number).hasPorts
                for from in hasPorts ? Self.sourcePorts : [0] {
                    for to in hasPorts ? Self.destinationPorts : [0] {
                        expectTable(
                            PacketEvent(
                                source: Self.ways[way].0, destination: Self.ways[way].1,
                                ipProtocol: IPProtocol(rawValue: number), sourcePort: from,
                                destinationPort: to, flags: number, traits: traits))
                    }
                }
            }
        }
    }

    @Test(
        "Every ICMP type and code, near and far, with and without a quoted packet",
        arguments: ways.indices)
    func messages(way: Int) {
        for typeAndCode in UInt16.min...UInt16.max {
            for (hopLimit, traits) in [(255, []), (64, .quotesPacket)] as [(UInt8, PacketTraits)] {
                expectTable(
                    PacketEvent(
                        source: Self.ways[way].0, destination: Self.ways[way].1,
                        ipProtocol: Self.ways[way].0.isV4 ? .icmp : .icmpv6,
                        destinationPort: typeAndCode, hopLimit: hopLimit, traits: traits))
            }
        }
    }

    @Test("Addresses that cannot be on the wire are martians")
    func martians() throws {
        for text in [
            "0.0.0.0", "0.1.2.3", "127.0.0.1", "240.0.0.1", "255.255.255.255",
            "224.0.0.5", "192.0.2.10",
        ] {
            let source = try #require(Address(text))
            #expect(grader.grade(tcp(22, from: source)) == .martian, "from \(text)")
        }
        for text in ["0.0.0.0", "127.0.0.1", "240.0.0.1"] {
            let destination = try #require(Address(text))
            #expect(grader.grade(tcp(22, to: destination)) == .martian, "to \(text)")
        }
        for text in ["::", "::1", "ff02::1", "::192.0.2.1", "::ffff:192.0.2.1"] {
            let source = try #require(Address(text))
            #expect(
                grader.grade(tcp(22, from: source, to: Known.server6, traits: .v6)) == .martian,
                "from \(text)")
        }
        for text in ["::", "::1", "::ffff:192.0.2.1"] {
            let destination = try #require(Address(text))
            #expect(
                grader.grade(tcp(22, from: Known.scanner6, to: destination, traits: .v6))
                    == .martian, "to \(text)")
        }
        #expect(grader.grade(tcp(22, from: Known.scanner, to: Known.scanner)) == .martian)
    }

    @Test("On loopback, and on its way out, our own address is no martian")
    func ownPackets() throws {
        let loopback: Address = "127.0.0.1"
        #expect(grader.grade(tcp(22, from: loopback, to: loopback, traits: .loopback)) == .probe)
        #expect(
            grader.grade(tcp(22, from: Known.server, to: Known.server, traits: .loopback)) == .probe
        )
        #expect(
            grader.grade(tcp(22, from: Known.server, to: Known.scanner, traits: .output)) == .probe)
        let group: Address = "224.0.0.251"
        #expect(grader.grade(udp(5353, from: Known.server, to: group)) == .chatter)
    }

    @Test("Who has no address yet may say so: DHCP, IGMP, duplicate address detection, MLD")
    func withoutAddress() throws {
        let nobody: Address = "0.0.0.0"
        let all: Address = "255.255.255.255"
        #expect(grader.grade(udp(67, from: nobody, to: all, sourcePort: 68)) == .chatter)
        #expect(grader.grade(udp(67, from: nobody, to: all, sourcePort: 69)) == .martian)
        #expect(grader.grade(udp(67, from: nobody, sourcePort: 68)) == .martian)
        let group: Address = "224.0.0.22"
        #expect(grader.grade(other(2, from: nobody, to: group)) == .chatter)
        let solicited: Address = "ff02::1:ff00:10"
        let unspecified = Address.unspecified
        for type in [135, 143] as [UInt8] {
            #expect(
                grader.grade(icmp(type, from: unspecified, to: solicited, hopLimit: 255))
                    == .chatter)
        }
        #expect(grader.grade(icmp(135, from: unspecified, to: Known.server6)) == .martian)
    }

    @Test("What everybody gets is chatter, wherever it comes from")
    func broadcasts() throws {
        for text in ["255.255.255.255", "192.0.2.255", "224.0.0.251", "239.255.255.250"] {
            let destination = try #require(Address(text))
            #expect(grader.grade(udp(1900, to: destination)) == .chatter, "\(text)")
            #expect(grader.grade(tcp(80, from: host(5), to: destination)) == .chatter, "\(text)")
        }
        let nodes: Address = "ff02::1"
        #expect(grader.grade(udp(5353, from: Known.scanner6, to: nodes)) == .chatter)
        #expect(grader.grade(udp(137, to: Known.server)) == .probe)
    }

    @Test("The host's own ephemeral range and service ports decide")
    func settings() {
        var settings = DetectionSettings()
        settings.servicePorts = [7777]
        let facts = HostFacts(ephemeralPorts: 10000...20000)
        let grader = Grader(settings: settings, facts: facts)
        #expect(grader.grade(tcp(15000, flags: .ack, sourcePort: 7777)) == .late)
        #expect(grader.grade(tcp(15000, flags: .ack, sourcePort: 8080)) == .ambiguous)
        #expect(grader.grade(tcp(50000, flags: .ack, sourcePort: 7777)) == .ambiguous)
        #expect(grader.grade(udp(50000)) == .probe)
        #expect(grader.grade(udp(15000)) == .ambiguous)
    }
}
