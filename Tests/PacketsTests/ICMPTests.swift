// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("ICMP")
struct ICMPTests {
    @Test("Type and code stand in the destination port")
    func typeAndCode() {
        let four = event(icmp(type: 13, code: 7))
        #expect(four.icmpType == 13)
        #expect(four.icmpCode == 7)
        let six = event(icmpv6(type: 133, code: 1))
        #expect(six.icmpType == 133)
        #expect(six.icmpCode == 1)
    }

    @Test("The identifier stands in the source port of those types that have one")
    func identifier() {
        for type in UInt8.min...UInt8.max {
            let four: Set<UInt8> = [0, 8, 13, 14, 15, 16, 17, 18, 42, 43]
            let six: Set<UInt8> = [128, 129, 160, 161]
            #expect(event(icmp(type: type)).sourcePort == (four.contains(type) ? 0x4242 : 0))
            #expect(event(icmpv6(type: type)).sourcePort == (six.contains(type) ? 0x4242 : 0))
        }
    }

    @Test("The payload starts behind 8 bytes")
    func payload() {
        #expect(event(icmp(payload: [1])).payloadOffset == 28)
        #expect(event(icmp()).payloadOffset == 0)
    }

    private func quoted(by packet: [UInt8]) -> QuotedPacket? {
        QuotedPacket(in: event(packet), bytes: RawSpan(_elements: packet.span))
    }

    @Test("An error quotes the packet that it is about, in full or in its first 8 bytes")
    func quotes() throws {
        let probe = udp(from: "192.0.2.10", to: "203.0.113.5", sourcePort: 40000, port: 33434)
        for length in [28, 24] {
            let quote = try #require(quoted(by: unreachable(quoting: Array(probe.prefix(length)))))
            #expect(quote.source == "192.0.2.10")
            #expect(quote.destination == "203.0.113.5")
            #expect(quote.ipProtocol == .udp)
            #expect(quote.sourcePort == 40000)
            #expect(quote.destinationPort == 33434)
            #expect(!quote.isV6)
        }
    }

    @Test("An ICMPv6 error quotes through extension headers")
    func quotesV6() throws {
        let network = NetworkHeader(version: 6, extensions: [.destinationOptions(), .routing()])
        let quote = try #require(quoted(by: unreachable(quoting: tcp(port: 443, network: network))))
        #expect(quote.source == .scanner6)
        #expect(quote.destination == .host6)
        #expect(quote.ipProtocol == .tcp)
        #expect(quote.destinationPort == 443)
        #expect(quote.isV6)
    }

    @Test("Quoted ICMP and later fragments have no ports")
    func noPorts() throws {
        let echo = try #require(quoted(by: unreachable(quoting: icmp())))
        #expect(echo.ipProtocol == .icmp)
        #expect(echo.destinationPort == 0)
        for network in [NetworkHeader.v4, .v6] {
            let later = fragment(of: tcp(network: network), offset: 8, bytes: 8)
            #expect(try #require(quoted(by: unreachable(quoting: later))).destinationPort == 0)
        }
    }

    @Test("A total length that a router rewrote does not hide the quote")
    func rewritten() {
        #expect(quoted(by: unreachable(quoting: tcp().writing(UInt16(3), at: 2))) != nil)
    }

    @Test("A quote too short for addresses and ports is none", arguments: 0..<24)
    func shortQuote(length: Int) {
        let packet = icmp(type: 3, code: 3, payload: Array(tcp().prefix(length)))
        #expect(parse(packet).failure == nil)
        #expect(!event(packet).traits.contains(.quotesPacket))
        #expect(quoted(by: packet) == nil)
    }

    @Test("Only errors quote: not echo, not redirect, whatever they carry")
    func onlyErrors() {
        for type in UInt8.min...UInt8.max {
            let isError = [3, 4, 11, 12].contains(type)
            let packet = event(icmp(type: type, payload: tcp()))
            #expect(packet.traits.contains(.quotesPacket) == isError)
            let six = event(icmpv6(type: type, payload: tcp(network: .v6)))
            #expect(six.traits.contains(.quotesPacket) == (1...4).contains(type))
        }
    }
}
