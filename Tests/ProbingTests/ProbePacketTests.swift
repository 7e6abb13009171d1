// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls
import Packets
import Testing

@testable import Probing

@Suite("The packets of a probe")
struct ProbePacketTests {
    private func packet(_ scan: ScanType, v6: Bool, port: UInt16 = 54_321) throws -> [UInt8] {
        let source = try #require(Address(v6 ? "2001:db8:b::7" : "198.51.100.7"))
        let target = try #require(Address(v6 ? "2001:db8:a::10" : "192.0.2.10"))
        return ProbePacket(scan: scan, source: source, target: target, port: port).packet
    }

    @Test(
        "Each is what its scan sends, in both families", arguments: ScanType.allCases,
        [false, true])
    func shape(scan: ScanType, v6: Bool) throws {
        let bytes = try packet(scan, v6: v6, port: scan == .ipProtocol ? 99 : 54_321)
        let parsed = PacketEvent.parsing(
            RawSpan(_elements: bytes.span), time: Timestamp(nanoseconds: 0))
        #expect(parsed.failure == nil)
        #expect(parsed.event.ipProtocol.rawValue == scan.protocolNumber)
        #expect(Int(parsed.event.length) == bytes.count)
        guard scan != .ipProtocol else { return }
        #expect(parsed.event.destinationPort == 54_321)
        if scan.protocolNumber == 6 { #expect(parsed.event.flags == scan.flags) }
        // SCTP's first chunk is INIT.
        if scan == .sctp { #expect(parsed.event.flags == 1) }
    }

    @Test("The sums are those that the kernel expects", arguments: [false, true])
    func sums(v6: Bool) throws {
        for scan in [ScanType.syn, .connect, .null, .xmas, .ack, .udp] {
            let bytes = try packet(scan, v6: v6)
            let header = v6 ? 40 : 20
            if !v6 { #expect(Checksum.internet(Array(bytes[..<20])) == 0) }
            let addresses = Array(v6 ? bytes[8..<40] : bytes[12..<20])
            let length = bytes.count - header
            let pseudo =
                addresses
                + [0, scan.protocolNumber, UInt8(length >> 8), UInt8(length & 0xff)]
            #expect(Checksum.internet(pseudo + Array(bytes[header...])) == 0)
        }
    }

    @Test("CRC32c is that of RFC 9260")
    func crc() {
        // The check value of the CRC-32C (Castagnoli) catalogue entry.
        #expect(Checksum.crc32c(Array("123456789".utf8)) == [0x83, 0x92, 0x06, 0xe3])
    }

    @Test("The sources are no neighbours of the target, and one for each scan")
    func sources() throws {
        for text in ["198.51.100.9", "192.0.2.10", "2001:db8:b::1", "2001:db8:a::10"] {
            let target = try #require(Address(text))
            let sources = ScanType.allCases.indices.compactMap { Probe.source($0, target: target) }
            #expect(Set(sources).count == 11)
            let near = Network(target, prefixLength: target.isV4 ? 24 : 64)
            #expect(!sources.contains { near.contains($0) })
        }
    }
}

@Suite("What a probe tells")
struct ProbeResultTests {
    private func result(_ seen: Int, _ letIn: Int = 0, of scan: ScanType = .syn) -> ProbeResult {
        var result = ProbeResult(scan: scan, v6: false, sent: 12)
        result.seen = Set((0..<seen).map { UInt16($0) })
        result.letIn = Set((0..<letIn).map { UInt16(100 + $0) })
        return result
    }

    @Test("A scan has arrived when all that was refused was seen, and is missing below the half")
    func verdicts() {
        #expect(result(12).verdict == .arrived)
        #expect(result(3, 9).verdict == .arrived)
        #expect(result(8).verdict == .arrivedInPart)
        #expect(result(6).verdict == .missing)
        #expect(result(0).verdict == .missing)
        #expect(result(0, 12).verdict == .missing)
    }

    @Test("An open port 445 is no fault")
    func open() {
        var smb = ProbeResult(scan: .smb, v6: false, sent: 1)
        smb.letIn = [445]
        #expect(smb.verdict == .letIn)
        smb.letIn = []
        #expect(smb.verdict == .missing)
    }
}
