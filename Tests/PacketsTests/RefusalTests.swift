// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("Refusals")
struct RefusalTests {
    private func expect(
        _ packet: [UInt8], _ failure: ParseFailure, addressed: Bool = true,
        at location: SourceLocation = #_sourceLocation
    ) {
        let parsed = parse(packet)
        #expect(parsed.failure == failure, sourceLocation: location)
        #expect(parsed.event.traits.contains(.refused), sourceLocation: location)
        #expect(
            parsed.event.traits.contains(.addressed) == addressed, sourceLocation: location)
        #expect(parsed.event.sourcePort == 0, sourceLocation: location)
        #expect(parsed.event.destinationPort == 0, sourceLocation: location)
        #expect(parsed.event.flags == 0, sourceLocation: location)
    }

    @Test("No bytes")
    func noPayload() {
        expect([], .noPayload, addressed: false)
    }

    @Test("A version that is neither 4 nor 6", arguments: [0, 1, 2, 3, 5, 7, 15] as [UInt8])
    func version(number: UInt8) {
        expect(tcp().writing(number << 4 | 5, at: 0), .version, addressed: false)
    }

    @Test("A version that the link layer did not announce")
    func announced() {
        #expect(parse(tcp(), version: 6).failure == .version)
        #expect(parse(tcp(network: .v6), version: 4).failure == .version)
        #expect(parse(tcp(), version: 4).failure == nil)
        #expect(parse(tcp(network: .v6), version: 6).failure == nil)
        #expect(parse(tcp(), version: 9).failure == .version)
    }

    @Test("A network header that is not all there")
    func networkHeader() {
        expect(Array(tcp().prefix(19)), .truncatedNetworkHeader, addressed: false)
        expect(Array(tcp(network: .v6).prefix(39)), .truncatedNetworkHeader, addressed: false)
        let options = tcp(network: NetworkHeader(options: [1, 1, 1, 1]))
        expect(Array(options.prefix(23)), .truncatedNetworkHeader)
    }

    @Test("An IPv4 header length below 20, or a total length below it")
    func networkLength() {
        for words in UInt8(0)...4 { expect(tcp().writing(0x40 | words, at: 0), .networkLength) }
        for total in UInt16(1)...19 { expect(tcp().writing(total, at: 2), .networkLength) }
        expect(tcp().writing(UInt8(0x4f), at: 0), .networkLength)
    }

    @Test("A jumbogram whose lengths contradict each other")
    func jumbo() {
        func jumbo(_ length: UInt32, payload: UInt16?) -> [UInt8] {
            let header = ExtensionHeader.hopByHop([0xc2, 4] + length.wireBytes)
            let packet = tcp(network: NetworkHeader(version: 6, extensions: [header]))
            return payload.map { packet.writing($0, at: 4) } ?? packet
        }
        expect(jumbo(100_000, payload: nil), .networkLength)
        expect(jumbo(65_535, payload: 0), .networkLength)
        let without = NetworkHeader(version: 6, extensions: [.hopByHop()])
        expect(tcp(network: without).writing(UInt16(0), at: 4), .networkLength)
        expect(Array(jumbo(100_000, payload: 0).prefix(46)), .extensionHeaders)
    }

    @Test("An extension header chain that is cut, too long for its packet, or out of order")
    func extensionHeaders() {
        let one = tcp(network: NetworkHeader(version: 6, extensions: [.destinationOptions()]))
        expect(Array(one.prefix(41)), .extensionHeaders)
        expect(Array(one.prefix(47)), .extensionHeaders)
        expect(one.writing(UInt8(30), at: 41), .extensionHeaders)
        expect(one.writing(UInt16(4), at: 4), .extensionHeaders)
        for chain in [
            [ExtensionHeader.destinationOptions(), .hopByHop()],
            [.hopByHop(), .hopByHop()],
            [.fragment(offset: 0, more: true), .fragment(offset: 0, more: true)],
        ] {
            expect(
                tcp(network: NetworkHeader(version: 6, extensions: chain)), .extensionHeaders)
        }
    }

    @Test("A transport header that is not all there, cut or never in the packet")
    func transportHeader() {
        for packet in [
            tcp(), tcp(network: .v6), udp(), udpLite(), sctp(), dccp(), icmp(), icmpv6(),
        ] {
            let header = packet[0] >> 4 == 6 ? 40 : 20
            expect(Array(packet.prefix(header)), .truncatedTransportHeader)
            expect(Array(packet.prefix(header + 7)), .truncatedTransportHeader)
            // The same bytes, and a length that owns up to it.
            var short = Array(packet.prefix(header + 7))
            short.write(UInt16(header == 20 ? 27 : 7), at: header == 20 ? 2 : 4)
            expect(short, .truncatedTransportHeader)
        }
        expect(Array(tcp(options: .linux).prefix(59)), .truncatedTransportHeader)
        for proto in [IPProtocol.tcp, .udp, .icmp, .sctp] {
            expect(ip([], proto), .truncatedTransportHeader)
        }
    }

    @Test("A TCP data offset below 5 or past the total length")
    func dataOffset() {
        for words in UInt8(0)...4 { expect(tcp().writing(words << 4, at: 32), .transportLength) }
        for words in UInt8(6)...15 { expect(tcp().writing(words << 4, at: 32), .transportLength) }
        let padded = tcp() + [UInt8](repeating: 0, count: 40)
        expect(padded.writing(UInt8(0x60), at: 32), .transportLength)
        let first = fragment(of: tcp(), offset: 0, bytes: 16)
        expect(first.writing(UInt8(0x40), at: 32), .transportLength)
    }

    @Test("A UDP length below 8 or past the IP payload")
    func udpLength() {
        for said in [0, 1, 7, 9, 65535] as [UInt16] {
            expect(udp().writing(said, at: 24), .transportLength)
        }
        let padded = udp() + [UInt8](repeating: 0, count: 40)
        expect(padded.writing(UInt16(20), at: 24), .transportLength)
    }

    @Test("A UDP-Lite coverage of 1 to 7, or past the IP payload")
    func udpLiteCoverage() {
        for coverage in [1, 7, 9] as [UInt16] {
            expect(udpLite().writing(coverage, at: 24), .transportLength)
        }
    }

    @Test("A DCCP data offset below its header or past the total length")
    func dccpOffset() {
        for words in [0, 3, 6, 255] as [UInt8] {
            expect(dccp().writing(words, at: 24), .transportLength)
        }
    }
}
