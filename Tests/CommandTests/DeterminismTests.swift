// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import TestSupport
import Testing

@Suite("The same input", .timeLimit(.minutes(3)))
struct DeterminismTests {
    /// Four hundred sources in disorder: scanners of several techniques, IPv4 and IPv6, passers-by,
    /// repeated attempts, a clock that jumps.
    private static let capture: [UInt8] = {
        var random = SeededGenerator(seed: 4)
        var packets: [Recorded] = []
        var time = Timestamp.testStart
        let sets: [TCPFlags] = [
            .syn, .fin, [], [.fin, .psh, .urg], .ack, [.fin, .ack], [.syn, .ack],
        ]
        for _ in 0..<20_000 {
            time = time.advanced(byNanoseconds: Int64.random(in: 0...40_000_000, using: &random))
            if Int.random(in: 0..<2000, using: &random) == 0 {
                time = time.advanced(byNanoseconds: -600_000_000_000)
            }
            let source = UInt32.random(in: 0..<400, using: &random)
            // A quarter of the sources asks for many ports, the others for a few.
            let ports: ClosedRange<UInt16> = source % 4 == 0 ? 1...2000 : 20...21
            let port = UInt16.random(in: ports, using: &random)
            let host = UInt32.random(in: 0..<(source % 8 == 0 ? 200 : 3), using: &random)
            let from = Address(v4: 0xc633_6400 &+ source % 200 &+ (source / 200) << 16)
            let to = Address(v4: 0xc000_0200 &+ host)
            let from6 = Address(high: 0x2001_0db8_0000_0000 | UInt64(source), low: 7)
            let to6 = Address(high: 0x2001_0db8_ffff_0000, low: UInt64(host))
            let flags = sets[Int(source) % sets.count]
            let packet: [UInt8] =
                switch source % 5 {
                case 0: udp(from: from, to: to, port: port)
                case 1: tcp(from: from6, to: to6, port: port, flags: flags, network: .v6)
                case 2: icmp(from: from, to: to)
                default: tcp(from: from, to: to, port: port, flags: flags)
                }
            packets.append(Recorded(bytes: packet, time: time))
        }
        return Recordings.pcap(packets)
    }()

    @Test(
        "The same capture replayed twice gives identical bytes",
        arguments: ["text", "ecs", "eve", "psad", "fwlogwatch", "scanlogd"])
    func twice(format: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("capture.pcap", Self.capture)
        let command = PicketCommand("replay", "--format", format, file)
        let first = try await command.run()
        let second = try await command.run()
        #expect(first.code == 0)
        #expect(first.output == second.output)
        #expect(first.lines.count > (format == "fwlogwatch" ? 20 : 100))
        // All but the CPU time.
        #expect(first.wordLines.dropFirst() == second.wordLines.dropFirst())
    }

    @Test("A copy of the capture under another name and from a pipe gives identical bytes")
    func elsewhere() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("capture.pcap", Self.capture)
        let copy = try folder.write("copy", Self.capture)
        let first = try await PicketCommand("replay", "--json", file).run()
        let second = try await PicketCommand("replay", "--json", copy).run()
        var piped = PicketCommand("replay", "--json", "-")
        piped.before = "cat \(file) |"
        let third = try await piped.run()
        #expect(!first.output.isEmpty)
        #expect(first.output == second.output)
        #expect(first.output == third.output)
    }

    @Test("Two logs one after the other are their concatenation")
    func concatenation() async throws {
        let folder = try TemporaryFolder()
        // The scan goes on from one file into the other, and each has an origin of its own.
        let prefixes = ["DROP ", "A ", "B "]
        let lines = (0..<300).map { index -> String in
            return Recordings.line(
                from: "198.51.100.\(index % 7)", port: 20 + index,
                prefix: prefixes[index % 2 == 0 ? 0 : 1 + index / 150],
                time: Double(index) / 4)
        }
        let first = try folder.write("a", lines[..<150].joined())
        let second = try folder.write("b", lines[150...].joined())
        let both = try folder.write("both", lines.joined())
        for format in ["text", "ecs"] {
            let apart = try await PicketCommand("replay", "--format", format, first, second).run()
            let together = try await PicketCommand("replay", "--format", format, both).run()
            #expect(apart.code == 0)
            #expect(apart.lines.count > 14)
            #expect(apart.output == together.output)
        }
    }

    @Test("pcap, pcapng and the same packets through a pipe decide alike")
    func formats() async throws {
        let folder = try TemporaryFolder()
        let packets = Recordings.scanPackets(ports: 200)
        let old = try folder.write("a.pcap", Recordings.pcap(packets))
        let new = try folder.write("a.pcapng", Recordings.pcapng(packets))
        let first = try await PicketCommand("replay", "--json", old).run()
        let second = try await PicketCommand("replay", "--json", new).run()
        #expect(first.lines.count > 2)
        #expect(first.output == second.output)
    }
}
