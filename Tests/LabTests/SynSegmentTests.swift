// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Lab

@Suite("The built-in sender's packets")
struct SynSegmentTests {
    /// The sum over pseudo header and segment of a right segment is all ones (RFC 1071).
    static func folded(_ words: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: words.count, by: 2) {
            sum += UInt32(words[index]) << 8 | UInt32(words[index + 1])
        }
        while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
        return sum
    }

    @Test("A SYN has 24 bytes, one option, and its ports and sequence in network order")
    func shape() throws {
        let bytes = SynSegment(
            source: try #require(Address("198.51.100.7")),
            target: try #require(Address("192.0.2.10")), sourcePort: 40_000, targetPort: 443,
            sequence: 0x0102_0304
        ).bytes
        #expect(bytes.count == 24)
        #expect(bytes[0...7] == [0x9c, 0x40, 0x01, 0xbb, 1, 2, 3, 4])
        #expect(bytes[12...13] == [0x60, 0x02])
        #expect(bytes[20...23] == [2, 4, 0x05, 0xb4])
    }

    @Test("The checksum covers the pseudo header, of IPv4 as of IPv6")
    func checksum() throws {
        let v4 = SynSegment(
            source: try #require(Address("198.51.100.7")),
            target: try #require(Address("192.0.2.10")), sourcePort: 1, targetPort: 2, sequence: 3)
        let pseudo4: [UInt8] = [198, 51, 100, 7, 192, 0, 2, 10, 0, 6, 0, 24]
        #expect(SynSegmentTests.folded(pseudo4 + v4.bytes) == 0xffff)

        let v6 = SynSegment(
            source: try #require(Address("2001:db8:b::7")),
            target: try #require(Address("2001:db8:a::10")), sourcePort: 1, targetPort: 2,
            sequence: 3)
        var pseudo6: [UInt8] = [0x20, 0x01, 0x0d, 0xb8, 0, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]
        pseudo6 += [0x20, 0x01, 0x0d, 0xb8, 0, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10]
        pseudo6 += [0, 0, 0, 24, 0, 0, 0, 6]
        #expect(SynSegmentTests.folded(pseudo6 + v6.bytes) == 0xffff)
    }

    @Test(
        "Wrong words are a usage error",
        arguments: [
            ["--from", "192.0.2.1"], ["--to"], ["--speed", "3"],
            ["--from", "192.0.2.1", "--to", "2001:db8::1"],
            ["--from", "192.0.2.1", "--to", "192.0.2.2", "--ports", "0-5"],
            ["--from", "192.0.2.1", "--to", "192.0.2.2", "--ports", "9-5"],
            ["--from", "192.0.2.1", "--to", "192.0.2.2", "--ports", "1-2-3"],
            ["--from", "192.0.2.1", "--to", "192.0.2.2", "--ports", ""],
            ["--from", "192.0.2.1", "--to", "192.0.2.2", "--rate", "0"],
        ])
    func refused(words: [String]) {
        do {
            let sender = try LabSender(arguments: words)
            Issue.record("took \(words) as \(sender)")
        } catch {
            #expect(error.exitCode == 64)
        }
    }

    @Test("A single port is a range of one")
    func onePort() throws {
        let sender = try LabSender(arguments: [
            "--from", "192.0.2.1", "--to", "192.0.2.2", "--ports", "22",
        ])
        #expect(sender.ports == 22...22)
        #expect(sender.rate == 200)
    }
}
