// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("IPv4")
struct IPv4Tests {
    @Test("The header's fields are in the event")
    func fields() {
        let packet = tcp(
            from: "203.0.113.9", to: "192.0.2.77",
            network: NetworkHeader(hopLimit: 37, identification: 54321, dontFragment: true))
        let event = event(packet)
        #expect(event.source == "203.0.113.9")
        #expect(event.destination == "192.0.2.77")
        #expect(event.ipProtocol == .tcp)
        #expect(event.hopLimit == 37)
        #expect(event.identification == 54321)
        #expect(event.length == 40)
        #expect(event.traits == .dontFragment)
        #expect(event.transportOffset == 20)
    }

    @Test("Options move the transport and are told")
    func options() {
        let recordRoute: [UInt8] = [7, 7, 4, 0, 0, 0, 0]
        let event = event(tcp(port: 443, network: NetworkHeader(options: recordRoute)))
        #expect(event.traits == .networkOptions)
        #expect(event.transportOffset == 28)
        #expect(event.destinationPort == 443)
    }

    @Test("A total length beyond the bytes is what a copy range leaves")
    func copyRange() {
        let packet = Array(tcp(payload: [UInt8](repeating: 7, count: 1400)).prefix(64))
        let parsed = parse(packet)
        #expect(parsed.failure == nil)
        #expect(parsed.event.length == 1440)
        #expect(parsed.event.payloadOffset == 40)
    }

    @Test("Bytes behind the total length are the link layer's padding, not payload")
    func padding() {
        let padded = tcp() + [UInt8](repeating: 0xff, count: 6)
        #expect(event(padded) == event(tcp()))
        #expect(event(padded).payloadOffset == 0)
    }

    @Test("A total length of 0 is a TCP packet that offload made longer than the field can say")
    func oversized() {
        let parsed = parse(tcp(payload: [1]).writing(UInt16(0), at: 2))
        #expect(parsed.failure == nil)
        #expect(parsed.event.length == 65535)
        #expect(parsed.event.tcpFlags == .syn)
        #expect(parse(udp().writing(UInt16(0), at: 2)).failure == .networkLength)
        let fragment = fragment(of: tcp(), offset: 0, bytes: 16)
        #expect(parse(fragment.writing(UInt16(0), at: 2)).failure == .networkLength)
    }
}

@Suite("IPv6")
struct IPv6Tests {
    @Test("The header's fields are in the event")
    func fields() {
        let packet = tcp(
            from: "2001:db8:1::2", to: "2001:db8:3::4",
            network: NetworkHeader(hopLimit: 255))
        let event = event(packet)
        #expect(event.source == "2001:db8:1::2")
        #expect(event.destination == "2001:db8:3::4")
        #expect(event.hopLimit == 255)
        #expect(event.identification == 0)
        #expect(event.length == 60)
        #expect(event.traits == .v6)
        #expect(event.transportOffset == 40)
    }

    static let chains: [[ExtensionHeader]] = [
        [.hopByHop()], [.destinationOptions()], [.routing()], [.authentication()], [.mobility()],
        [.hostIdentity()], [.shim6()],
        [.hopByHop(), .destinationOptions(), .routing(), .authentication(), .destinationOptions()],
        [
            .hopByHop([1, 12] + [UInt8](repeating: 0, count: 12)),
            .routing(type: 0, segmentsLeft: 3),
        ],
        // As Topera sends, to get past those who look at the first header only.
        [ExtensionHeader](repeating: .destinationOptions(), count: 12),
    ]

    @Test("The transport is found behind extension headers", arguments: chains)
    func extensions(chain: [ExtensionHeader]) {
        let parsed = parse(tcp(port: 8080, network: NetworkHeader(version: 6, extensions: chain)))
        #expect(parsed.failure == nil)
        #expect(parsed.event.ipProtocol == .tcp)
        #expect(parsed.event.destinationPort == 8080)
        #expect(parsed.event.tcpFlags == .syn)
        #expect(parsed.event.traits == [.v6, .networkOptions])
        let size = chain.reduce(40) { $0 + 1 + $1.rest.count }
        #expect(Int(parsed.event.transportOffset) == size)
    }

    @Test("A chain that leaves no room for the transport in 192 bytes is refused, with addresses")
    func tooLong() {
        let chain = [ExtensionHeader](repeating: .destinationOptions(), count: 20)
        let parsed = parse(tcp(network: NetworkHeader(version: 6, extensions: chain)))
        #expect(parsed.failure == .extensionHeaders)
        #expect(parsed.event.source == .scanner6)
        #expect(parsed.event.traits.isSuperset(of: [.refused, .addressed, .v6]))
    }

    @Test("ESP ends the chain")
    func esp() {
        let packet = ip(
            [UInt8](repeating: 6, count: 32), .esp,
            network: NetworkHeader(version: 6, extensions: [.destinationOptions()]))
        #expect(parse(packet).failure == nil)
        #expect(event(packet).ipProtocol == .esp)
        #expect(event(packet).transportOffset == 48)
    }

    @Test("No next header ends the chain, and there is no transport")
    func noNextHeader() {
        let none = IPProtocol(rawValue: 59)
        for packet in [
            ip([], none, network: .v6), ip([1, 2, 3], none, network: .v6),
            ip([], none, network: NetworkHeader(version: 6, extensions: [.hopByHop()])),
        ] {
            #expect(parse(packet).failure == nil)
            #expect(event(packet).ipProtocol == none)
            #expect(event(packet).transportOffset == 0)
        }
    }

    @Test(
        "A mobility, HIP or Shim6 header that nothing follows is the message itself",
        arguments: [ExtensionHeader.mobility(), .hostIdentity(), .shim6()])
    func message(header: ExtensionHeader) {
        let packet = ip(
            [], IPProtocol(rawValue: 59), network: NetworkHeader(version: 6, extensions: [header]))
        #expect(parse(packet).failure == nil)
        #expect(event(packet).ipProtocol.rawValue == header.number)
        #expect(event(packet).transportOffset == 40)
    }

    @Test(
        "A header alone that names an extension is a protocol scan's question",
        arguments: [43, 44, 51, 60, 135, 139, 140] as [UInt8])
    func bareExtension(number: UInt8) {
        let parsed = parse(ip([], IPProtocol(rawValue: number), network: .v6))
        #expect(parsed.failure == nil)
        #expect(parsed.event.ipProtocol.rawValue == number)
        #expect(parsed.event.traits == [.v6, .shortTransport])
    }

    @Test("A jumbogram's length is in its hop-by-hop option")
    func jumbogram() {
        let jumbo = ExtensionHeader.hopByHop([0xc2, 4] + UInt32(100_000).wireBytes)
        let network = NetworkHeader(version: 6, extensions: [jumbo])
        let parsed = parse(tcp(port: 99, network: network).writing(UInt16(0), at: 4))
        #expect(parsed.failure == nil)
        #expect(parsed.event.length == 65535)
        #expect(parsed.event.destinationPort == 99)
        // RFC 2675: a UDP length of 0 then.
        let datagram = udp(payload: [1, 2], network: network)
        let long = parse(datagram.writing(UInt16(0), at: 4).writing(UInt16(0), at: 52))
        #expect(long.failure == nil)
        #expect(long.event.payloadOffset == 56)
    }

    @Test("A payload length of 0 before TCP is what offload makes of more than 65,535 bytes")
    func oversized() {
        let parsed = parse(tcp(network: .v6).writing(UInt16(0), at: 4))
        #expect(parsed.failure == nil)
        #expect(parsed.event.length == 65535)
        #expect(parsed.event.tcpFlags == .syn)
    }

    @Test("An IPv4-mapped address in an IPv6 packet is a martian, and no IPv4 host is blamed")
    func mapped() {
        var packet = tcp(network: .v6)
        packet.replaceSubrange(
            8..<24, with: [UInt8](repeating: 0, count: 10) + [255, 255] + Address.host.wireBytes)
        #expect(event(packet).traits.isSuperset(of: [.v6, .martian]))
    }
}

@Suite("Fragments")
struct FragmentTests {
    @Test("The first fragment shows the transport, later ones do not", arguments: [4, 6])
    func fragments(version: Int) {
        let whole = udp(
            port: 53, payload: [UInt8](repeating: 9, count: 64),
            network: NetworkHeader(version: version))
        let first = parse(fragment(of: whole, offset: 0, bytes: 32))
        #expect(first.failure == nil)
        #expect(first.event.traits.contains(.firstFragment))
        #expect(first.event.destinationPort == 53)
        for (offset, bytes) in [(32, 16), (48, 24)] {
            let later = parse(fragment(of: whole, offset: offset, bytes: bytes))
            #expect(later.failure == nil)
            #expect(later.event.traits.contains(.laterFragment))
            #expect(later.event.ipProtocol == .udp)
            #expect(later.event.destinationPort == 0)
            #expect(later.event.transportOffset == 0)
        }
    }

    @Test("An IPv6 fragment header with offset 0 and nothing to come is a whole packet")
    func atomic() {
        let network = NetworkHeader(version: 6, extensions: [.fragment(offset: 0, more: false)])
        #expect(event(tcp(port: 25, network: network)).traits == .v6)
        #expect(event(tcp(port: 25, network: network)).destinationPort == 25)
    }

    @Test("A first TCP fragment of 8 bytes shows ports and no flags", arguments: [4, 6])
    func tiny(version: Int) {
        let packet = fragment(
            of: tcp(port: 139, network: NetworkHeader(version: version)), offset: 0, bytes: 8)
        let parsed = parse(packet)
        #expect(parsed.failure == nil)
        #expect(parsed.event.traits.isSuperset(of: [.firstFragment, .shortTransport]))
        #expect(parsed.event.destinationPort == 139)
        #expect(parsed.event.sequenceNumber == 0x0102_0304)
        #expect(parsed.event.flags == 0)
    }

    @Test("A first TCP fragment of 16 bytes shows the flags", arguments: [4, 6])
    func small(version: Int) {
        let whole = tcp(window: 2048, options: .linux, network: NetworkHeader(version: version))
        for bytes in [16, 24, 32] {
            let parsed = parse(fragment(of: whole, offset: 0, bytes: bytes))
            #expect(parsed.failure == nil)
            #expect(!parsed.event.traits.contains(.shortTransport))
            #expect(parsed.event.tcpFlags == .syn)
            #expect(parsed.event.window == 2048)
            #expect(parsed.event.tcpOptions == [])
        }
    }

    @Test("Other transports' short first fragments are told, not refused")
    func otherTransports() {
        for whole in [sctp(), dccp(), sctp(network: .v6), dccp(network: .v6)] {
            let parsed = parse(fragment(of: whole, offset: 0, bytes: 8))
            #expect(parsed.failure == nil)
            #expect(parsed.event.traits.contains(.shortTransport))
            #expect(parsed.event.sourcePort == 40001)
        }
    }

    @Test("An IPv6 first fragment that ends inside the chain hides the ports: short, not refused")
    func hiddenChain() {
        let network = NetworkHeader(
            version: 6, extensions: [.fragment(offset: 0, more: true), .destinationOptions()])
        let whole = tcp(network: network)
        for kept in [48, 50, 56] {
            let parsed = parse(Array(whole.prefix(kept)).writing(UInt16(kept - 40), at: 4))
            #expect(parsed.failure == nil)
            #expect(parsed.event.traits.isSuperset(of: [.firstFragment, .shortTransport]))
        }
    }

    @Test("A first fragment that the copy range cut is refused like any cut packet")
    func cut() {
        let first = fragment(
            of: tcp(payload: [UInt8](repeating: 0, count: 64)), offset: 0, bytes: 40)
        #expect(parse(Array(first.prefix(30))).failure == .truncatedTransportHeader)
    }
}
