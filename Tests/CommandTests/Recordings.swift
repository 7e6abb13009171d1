// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import TestSupport

/// What a firewall leaves behind, made for these tests: kernel log text and captures.
enum Recordings {
    /// One line as the kernel's LOG target writes a dropped SYN.
    ///
    /// - Parameter time: seconds of the 25th of October 2010 after 13:16 UTC.
    static func line(
        from source: String = "198.51.100.7", to destination: String = "192.0.2.10", port: Int,
        sourcePort: Int = 40001, prefix: String = "DROP ", time: Double = 0
    ) -> String {
        let whole = Int(time)
        let stamp = String(
            format: "2010-10-25T13:%02d:%02d.%06dZ", 16 + whole / 60, whole % 60,
            Int((time - Double(whole)) * 1_000_000))
        return "\(stamp) sid7 kernel: \(prefix)IN=eth0 OUT= "
            + "MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=\(source) DST=\(destination) "
            + "LEN=44 TOS=0x00 PREC=0x00 TTL=50 ID=4711 PROTO=TCP SPT=\(sourcePort) DPT=\(port) "
            + "WINDOW=1024 RES=0x00 SYN URGP=0\n"
    }

    /// A scan of that many ports, ten a second.
    static func scan(from source: String = "198.51.100.7", ports: Int = 10) -> String {
        (0..<ports).map { line(from: source, port: 20 + $0, time: Double($0) / 10) }.joined()
    }

    /// The SYNs of a scan of that many ports as packets, one a millisecond.
    static func scanPackets(ports: Int = 10) -> [Recorded] {
        (0..<ports).map { index in
            Recorded(
                bytes: tcp(port: UInt16(20 + index)),
                time: Timestamp.testStart.advanced(byNanoseconds: Int64(index) * 1_000_000))
        }
    }

    /// A pcap file with nanoseconds, little-endian; link type 101 is raw IP.
    ///
    /// Source: pcap-savefile(5).
    static func pcap(_ packets: [Recorded], link: UInt32 = 101) -> [UInt8] {
        var file: [UInt8] = []
        for word: UInt32 in [0xa1b2_3c4d, 2 | 4 << 16, 0, 0, 65535, link] { file += little(word) }
        for packet in packets {
            let (seconds, rest) = packet.time.nanoseconds.quotientAndRemainder(
                dividingBy: 1_000_000_000)
            file += little(UInt32(seconds)) + little(UInt32(rest))
            file += little(UInt32(packet.bytes.count)) + little(UInt32(packet.bytes.count))
            file += packet.bytes
        }
        return file
    }

    /// A pcapng file: section header, one interface of raw IP, one simple block a packet with
    /// microseconds.
    ///
    /// Source: draft-ietf-opsawg-pcapng.
    static func pcapng(_ packets: [Recorded]) -> [UInt8] {
        func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
            let padded = body.padded(toMultipleOf: 4)
            let length = little(UInt32(padded.count + 12))
            return little(type) + length + padded + length
        }
        var file = block(
            0x0a0d_0d0a, little(0x1a2b_3c4d) + [1, 0, 0, 0] + [UInt8](repeating: 0xff, count: 8))
        file += block(1, [101, 0, 0, 0] + little(65535))
        for packet in packets {
            let time = UInt64(packet.time.nanoseconds / 1000)
            file += block(
                6,
                little(0) + little(UInt32(time >> 32)) + little(UInt32(truncatingIfNeeded: time))
                    + little(UInt32(packet.bytes.count)) + little(UInt32(packet.bytes.count))
                    + packet.bytes)
        }
        return file
    }

    private static func little(_ value: UInt32) -> [UInt8] { value.byteSwapped.wireBytes }
}

/// A packet and when it was recorded.
struct Recorded {
    var bytes: [UInt8]
    var time = Timestamp.testStart
}
