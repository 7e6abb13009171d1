// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("The builders of test packets")
struct BuilderTests {
    @Test("Header checksums and lengths are right")
    func headers() {
        for packet in [tcp(), udp(payload: [1]), icmp(), tcp(network: NetworkHeader(options: [1]))]
        {
            let header = Int(packet[0] & 15) * 4
            #expect(internetChecksum(Array(packet.prefix(header))) == 0)
            #expect(Int(packet[2]) << 8 | Int(packet[3]) == packet.count)
        }
        for packet in [tcp(network: .v6), udp(payload: [1], network: .v6), icmpv6()] {
            #expect(40 + (Int(packet[4]) << 8 | Int(packet[5])) == packet.count)
        }
    }

    @Test("Known packets come out byte for byte")
    func known() {
        // An ICMP echo request as `ping` sends it, its checksum worked out by hand.
        #expect(
            Array(icmp(identifier: 1, sequence: 1).suffix(8)) == [8, 0, 0xf7, 0xfd, 0, 1, 0, 1])
        // The check value of CRC-32C.
        #expect(crc32c(Array("123456789".utf8)) == 0xe306_9283)
        // RFC 1071 section 3.
        #expect(internetChecksum([0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7]) == ~0xddf2)
    }

    @Test("Fragments cover the payload, and only the last says that it is")
    func fragments() {
        let whole = udp(payload: [UInt8](repeating: 1, count: 32))
        let first = fragment(of: whole, offset: 0, bytes: 24)
        let last = fragment(of: whole, offset: 24, bytes: 24)
        #expect(Array(first[20...] + last[20...]) == Array(whole[20...]))
        #expect(first[6] & 0x20 != 0)
        #expect(last[6] & 0x20 == 0)
        #expect(internetChecksum(Array(first.prefix(20))) == 0)
    }

    @Test("The seeded generator gives SplitMix64's numbers")
    func generator() {
        var random = SeededGenerator(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }
}
