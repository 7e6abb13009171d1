// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import TestSupport
import Testing

@testable import Captures

@Suite("Inputs that cannot be read")
struct CaptureErrorTests {
    static let records = [
        Record(bytes: ethernet(tcp())), Record(bytes: ethernet(udp(payload: [1, 2, 3]))),
        Record(bytes: ethernet(tcp(network: .v6))),
    ]

    /// Where each record of the file ends.
    private func ends(_ write: ([Record]) -> [UInt8]) -> [Int] {
        (0...Self.records.count).map { write(Array(Self.records[..<$0])).count }
    }

    private func check(_ write: ([Record]) -> [UInt8], magic: Int) throws {
        let whole = write(Self.records)
        let ends = ends(write)
        for length in magic..<whole.count {
            let reading = try Reading(Array(whole[..<length]))
            let complete = max(0, ends.filter { $0 <= length }.count - 1)
            #expect(reading.events.count == complete, "\(length) bytes")
            if ends.contains(length) {
                #expect(reading.error == nil, "\(length) bytes")
            } else if length > ends[0] {
                let packet = UInt64(complete + 1)
                #expect(reading.error?.cause == .truncated(packet: packet), "\(length) bytes")
                #expect(reading.error?.exitCode == 65)
            }
        }
    }

    @Test("A pcap cut at any byte gives the packets before it, and says after which")
    func truncatedPcap() throws {
        try check({ pcap($0, link: 1) }, magic: 4)
    }

    @Test("A pcapng cut at any byte gives the packets before it, and says after which")
    func truncatedPcapng() throws {
        try check({ pcapng($0, link: 1) }, magic: 4)
    }

    @Test(
        "A log with blocks that were never written, as after a loss of power, is read around them")
    func holes() throws {
        let line =
            "Oct 25 15:16:19 fw kernel: IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=40 TOS=0x00"
            + " PREC=0x00 TTL=50 ID=1 PROTO=TCP SPT=4000 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0\n"
        let hole = String(repeating: "\0", count: 4096)
        for text in [hole + line, line + hole + "\n" + line, line + hole + line] {
            let reading = try Reading(text: text)
            #expect(reading.error == nil)
            #expect(reading.events.count == text.split(separator: "SRC=").count - 1)
        }
        #expect(try Reading(text: hole).error?.cause == .notACapture)
        #expect(try Reading(text: "a line\n" + hole).error?.cause == .notACapture)
    }

    @Test("Random bytes behind each magic never trap", arguments: 0..<40)
    func garbage(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let whole = seed % 2 == 0 ? pcap(Self.records, link: 1) : pcapng(Self.records, link: 1)
        var broken = whole
        for _ in 0..<(1 + seed / 4) {
            broken[Int.random(in: 4..<whole.count, using: &generator)] = generator.bytes(1)[0]
        }
        _ = try Reading(broken)
        _ = try Reading(Array(whole[..<24]) + generator.bytes(400))
        _ = try Reading(generator.bytes(400))
    }

    @Test("A file that is neither capture nor text is refused")
    func binary() throws {
        for content: [UInt8] in [
            [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0], Array("IN=eth0\0".utf8),
            (0..<200).map { UInt8($0 % 8 + 0xf8) },
        ] {
            let reading = try Reading(content)
            #expect(reading.error?.cause == .notACapture)
            #expect(reading.error?.exitCode == 65)
        }
    }

    @Test("A compressed file is named with the command that opens it")
    func compressed() throws {
        let magics: [(Compression, [UInt8])] = [
            (.gzip, [0x1f, 0x8b, 8, 0]), (.xz, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
            (.zstd, [0x28, 0xb5, 0x2f, 0xfd]), (.bzip2, Array("BZh91AY&SY".utf8) + [0]),
            (.lz4, [4, 0x22, 0x4d, 0x18]),
        ]
        for (format, magic) in magics {
            let reading = try Reading(magic + [0, 1, 2, 3])
            #expect(reading.error?.cause == .compressed(format))
            #expect(reading.error?.description.contains("| picket replay -") == true)
        }
    }

    @Test("A link type that cannot be read is named")
    func linkType() throws {
        let reading = try Reading(pcap([], link: 105))
        #expect(reading.error?.cause == .unsupportedLink(type: 105, name: "IEEE802_11"))
        #expect(reading.error?.exitCode == 65)
    }

    @Test("A missing file, a forbidden one and a directory each have their exit code")
    func opening() throws {
        #expect(Reading(path: "/nowhere/at/all").error?.cause == .cannotOpen(errno: ENOENT))
        #expect(Reading(path: "/nowhere/at/all").error?.exitCode == 69)
        #expect(CaptureError(path: "x", cause: .cannotOpen(errno: EACCES)).exitCode == 77)
        #expect(Reading(path: "/").error?.cause == .cannotRead(errno: EISDIR))
        #expect(Reading(path: "/").error?.exitCode == 71)
        #expect(
            Reading(path: "/").error?.description == "cannot read (/): Is a directory")
    }

    @Test("An empty file has no packets and is no error")
    func empty() throws {
        let reading = try Reading([])
        #expect(reading.error == nil && reading.events.isEmpty)
    }

    @Test("A pipe is read like a file, text and capture alike")
    func pipe() throws {
        let texts = [
            pcap(Self.records, link: 1),
            Array("IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=20 PROTO=2\n".utf8),
        ]
        for content in texts {
            let pipe = Pipe()
            try pipe.fileHandleForWriting.write(contentsOf: content)
            try pipe.fileHandleForWriting.close()
            let reading = Reading(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
            #expect(reading.error == nil)
            #expect(reading.events == (try Reading(content)).events)
            #expect(reading.progress.totalBytes == nil)
            #expect(reading.progress.bytesRead == UInt64(content.count))
        }
    }

    @Test("A pipe that is followed live gives each line as it comes")
    func live() throws {
        let line = Array("IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=20 PROTO=2\n".utf8)
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: line)
        // The writing end stays open: waiting for more than the line would be for ever.
        var reader = try CaptureReader.open(
            path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)", options: .test)
        let isPacket = try reader.next { event, _, _ in #expect(event.ipProtocol == .igmp) }
        #expect(isPacket)
        try pipe.fileHandleForWriting.close()
        let isMore = try reader.next { _, _, _ in }
        #expect(!isMore)
    }

    @Test("Progress counts the bytes of the whole file")
    func progress() throws {
        let content = pcap(Self.records, link: 1)
        let reading = try Reading(content)
        #expect(reading.progress.totalBytes == UInt64(content.count))
        #expect(reading.progress.bytesRead == UInt64(content.count))
        #expect(reading.progress.packets == 3)
    }
}
