// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("Transports")
struct TransportTests {
    @Test("TCP: ports, flags, sequence number, window, payload", arguments: [4, 6])
    func tcpFields(version: Int) {
        let packet = tcp(
            sourcePort: 54321, port: 443, flags: [.psh, .ack], sequence: 0xfedc_ba98, window: 512,
            payload: [1, 2, 3], network: NetworkHeader(version: version))
        let event = event(packet)
        #expect(event.sourcePort == 54321)
        #expect(event.destinationPort == 443)
        #expect(event.tcpFlags == [.psh, .ack])
        #expect(event.sequenceNumber == 0xfedc_ba98)
        #expect(event.window == 512)
        #expect(event.payloadOffset == event.transportOffset + 20)
    }

    @Test("TCP: which options there are", arguments: [4, 6])
    func tcpOptions(version: Int) {
        let event = event(tcp(options: .linux, network: NetworkHeader(version: version)))
        #expect(
            event.tcpOptions == [.maximumSegmentSize, .windowScale, .sackPermitted, .timestamps])
        #expect(event.payloadOffset == 0)
    }

    @Test("TCP: every combination of flags comes through", arguments: UInt8.min...UInt8.max)
    func flags(bits: UInt8) {
        #expect(event(tcp(flags: TCPFlags(rawValue: bits))).flags == bits)
    }

    @Test("UDP: ports and payload")
    func udpFields() {
        let event = event(udp(sourcePort: 5000, port: 161, payload: [1]))
        #expect(event.sourcePort == 5000)
        #expect(event.destinationPort == 161)
        #expect(event.payloadOffset == 28)
        #expect(TestSupport.event(udp()).payloadOffset == 0)
    }

    @Test("UDP: bytes behind its length are not payload")
    func udpSurplus() {
        let parsed = parse(udp(payload: [1, 2, 3]).writing(UInt16(8), at: 24))
        #expect(parsed.failure == nil)
        #expect(parsed.event.payloadOffset == 0)
    }

    @Test("UDP-Lite: any coverage that its header and length allow", arguments: [0, 8, 9, 12])
    func coverage(bytes: UInt16) {
        let parsed = parse(udpLite(port: 53, coverage: bytes, payload: [1, 2, 3, 4]))
        #expect(parsed.failure == nil)
        #expect(parsed.event.destinationPort == 53)
    }

    @Test("SCTP: the first chunk's type", arguments: [0, 1, 2, 6, 10, 14, 255] as [UInt8])
    func sctpChunk(type: UInt8) {
        let event = event(sctp(port: 3868, chunk: type))
        #expect(event.flags == type)
        #expect(event.destinationPort == 3868)
    }

    @Test("DCCP: the packet type, from its four bits", arguments: UInt8.min...9)
    func dccpType(type: UInt8) {
        let event = event(dccp(port: 5001, type: type))
        #expect(event.flags == type)
        #expect(event.destinationPort == 5001)
    }

    @Test("DCCP: short sequence numbers make a header of 12 bytes")
    func dccpShort() {
        // Type 2 (Data), X = 0.
        let header: [UInt8] = [0, 7, 0, 9, 3, 0, 0, 0, 2 << 1, 0, 0, 1]
        let parsed = parse(ip(header, .dccp))
        #expect(parsed.failure == nil)
        #expect(parsed.event.flags == 2)
        #expect(parsed.event.destinationPort == 9)
    }

    @Test("GRE, ESP, AH, IGMP and unknown protocols come by number, and with any length")
    func others() {
        for number in UInt8.min...UInt8.max {
            let proto = IPProtocol(rawValue: number)
            guard !proto.hasPorts, !proto.isICMP else { continue }
            for payload in [[], [1], [1, 2, 3, 4, 5, 6, 7, 8]] as [[UInt8]] {
                let parsed = parse(ip(payload, proto))
                #expect(parsed.failure == nil)
                #expect(parsed.event.ipProtocol == proto)
                #expect(parsed.event.transportOffset == (payload.isEmpty ? 0 : 20))
            }
        }
    }

    @Test("A bare IP header of a transport that scans have no header for is a question")
    func bare() {
        for proto in [IPProtocol.dccp, .udpLite] {
            let parsed = parse(ip([], proto))
            #expect(parsed.failure == nil)
            #expect(parsed.event.traits == .shortTransport)
        }
    }
}
