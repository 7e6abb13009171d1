// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import TestSupport
import Testing

@testable import Captures

@Suite("Packets in batches")
struct PacketBatchTests {
    static let line = Array("IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=20 PROTO=2\n".utf8)

    /// What comes out batch by batch, and the error at the end.
    private func batches(
        _ content: [UInt8]
    ) throws -> (sizes: [Int], events: [PacketEvent], bytes: [[UInt8]], error: CaptureError?) {
        let file = try TemporaryFile(content)
        var reader = try CaptureReader.open(path: file.path, options: .test)
        var batch = PacketBatch()
        var (sizes, events, bytes) = ([Int](), [PacketEvent](), [[UInt8]]())
        do throws(CaptureError) {
            while try reader.fill(&batch) {
                sizes.append(batch.count)
                for index in 0..<batch.count {
                    events.append(batch.events[index])
                    let span = Span<UInt8>(_bytes: batch.packet(index))
                    bytes.append(span.indices.map { span[$0] })
                }
            }
        } catch {
            return (sizes, events, bytes, error)
        }
        return (sizes, events, bytes, nil)
    }

    private func records(_ count: Int) -> [Record] {
        (0..<count).map { number in
            Record(
                bytes: ethernet(
                    number % 3 == 0
                        ? udp(payload: [UInt8](repeating: 1, count: number * 5))
                        : tcp(port: UInt16(number + 1))))
        }
    }

    @Test("A file's packets are the same in batches, and each keeps its bytes")
    func same() throws {
        let content = pcap(records(75), link: 1)
        let single = try Reading(content)
        let found = try batches(content)
        #expect(found.sizes == [32, 32, 11])
        #expect(found.events == single.events)
        #expect(found.bytes == single.bytes)
        #expect(found.error == nil)
    }

    @Test("Where a file breaks off, the packets before it come first and the error after them")
    func broken() throws {
        let whole = pcap(records(40), link: 1)
        let found = try batches(Array(whole.dropLast()))
        #expect(found.sizes == [32, 7])
        #expect(found.error?.cause == .truncated(packet: 40))
    }

    @Test("A batch is not held back for a pipe's next packet", arguments: [0, 1, 2])
    func live(kind: Int) throws {
        let pieces =
            switch kind {
            case 0: [Self.line, Self.line + Self.line]
            // A line that has begun waits for its end, and the one before it does not.
            case 1: [Self.line + Self.line.prefix(20), Array(Self.line.dropFirst(20))]
            default:
                [
                    pcap(Array(records(1)), link: 1),
                    Array(pcap(records(2), link: 1).dropFirst(pcap(records(1), link: 1).count)),
                ]
            }
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: pieces[0])
        // The writing end stays open: waiting for more would be for ever.
        var reader = try CaptureReader.open(
            path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)", options: .test)
        var batch = PacketBatch()
        var isFilled = try reader.fill(&batch)
        var count = batch.count
        #expect(isFilled && count == 1)
        try pipe.fileHandleForWriting.write(contentsOf: pieces[1])
        isFilled = try reader.fill(&batch)
        count = batch.count
        #expect(isFilled && count == (kind == 0 ? 2 : 1))
        try pipe.fileHandleForWriting.close()
        isFilled = try reader.fill(&batch)
        #expect(!isFilled)
    }
}
