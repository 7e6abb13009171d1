// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Configuration
import Decisions
import Detection
import Foundation
import Packets
import Ring
import TestSupport
import Testing

@testable import Daemon

@Suite("Evidence")
struct EvidenceTests {
    private func address(_ number: Int) -> Address { Address(v4: 0xcb00_7100 + UInt32(number)) }

    @Test("A scan's packets are kept from before anybody knew it, and replay to the same decisions")
    func whole() throws {
        let rig = try EvidenceRig()
        let origin = rig.registry.intern(
            Origin(group: 5, prefix: "net-fw DROP", hook: .input, interfaceIn: "wan0"))
        for port in 1...40 {
            rig.observe(tcp(port: UInt16(port)), at: Int64(port) * 100, origin: origin)
            rig.observe(
                tcp(from: address(port), port: 443), at: Int64(port) * 100 + 1, origin: origin)
        }
        rig.finish()
        let file = try #require(rig.files.first)
        #expect(rig.files.count == 1)
        let packets = try Evidence.packets(file)
        #expect(packets.map(\.event.destinationPort) == (1...40).map { UInt16($0) })
        #expect(packets.allSatisfy { $0.event.source == .scanner })
        #expect(packets[0].bytes == tcp(port: 1))
        #expect(packets[0].event.time == Timestamp.testStart.advanced(byNanoseconds: 100_000_000))
        #expect(
            packets.allSatisfy {
                $0.origin
                    == Origin(
                        group: 5, prefix: "net-fw DROP", hook: .input, interfaceIn: "wan0")
            })
        #expect(try Evidence.replay(file).map(\.essence) == rig.decisions.map(\.essence))
    }

    @Test("Of a long scan the first packets and the last ones are kept")
    func firstAndLast() throws {
        let rig = try EvidenceRig(first: 20, last: 7)
        for port in 1...500 { rig.observe(tcp(port: UInt16(port)), at: Int64(port)) }
        rig.finish()
        let ports = try Evidence.packets(try #require(rig.files.first)).map(\.event.destinationPort)
        #expect(ports == (Array(1...20) + Array(494...500)).map { UInt16($0) })
    }

    @Test("While a scan goes on its file has the last packets until then")
    func lastSoFar() throws {
        let rig = try EvidenceRig(first: 10, last: 3)
        var port: UInt16 = 0
        for round in 1...4 {
            for _ in 1...20 {
                port += 1
                rig.observe(tcp(port: port), at: Int64(port))
            }
            rig.writeLast()
            let ports = try Evidence.packets(rig.files[0]).map(\.event.destinationPort)
            #expect(ports == Array(1...10) + [port - 2, port - 1, port], "round \(round)")
        }
        #expect(rig.store.status.lost == 0)
    }

    @Test("A flood of sources with one packet each pushes out nobody who came twice")
    func flood() throws {
        let rig = try EvidenceRig(memory: 1 << 20)
        var number: UInt32 = 0
        for port in 1...5 {
            rig.observe(tcp(port: UInt16(port)), at: Int64(port) * 1000)
            // The first packet has no lane of its own yet: what comes between must leave it there.
            for _ in 0..<(port == 1 ? 500 : 3000) {
                number += 1
                rig.observe(
                    tcp(from: Address(v4: 0x0a00_0000 + number), port: 80),
                    at: Int64(port) * 1000 + 1)
            }
        }
        rig.end()
        let own = try rig.files.flatMap(Evidence.packets).filter { $0.event.source == .scanner }
        #expect(own.map(\.event.destinationPort) == [1, 2, 3, 4, 5])
    }

    @Test("A decoy set's file has the packets of all members, and replays to the set")
    func decoys() throws {
        let rig = try EvidenceRig()
        let members: [Address] = [.scanner, address(1), address(2), address(3)]
        for port in 1...12 {
            for (index, member) in members.enumerated() {
                rig.observe(
                    tcp(from: member, sourcePort: 55_555, port: UInt16(port), sequence: 0x1234),
                    at: Int64(port) * 50 + Int64(index))
            }
        }
        rig.finish()
        let told = try #require(rig.decisions.first)
        #expect(told.scan?.kind == .decoy)
        let file = try #require(rig.files.first { $0.contains("_decoy_192.0.2.") })
        #expect(Set(try Evidence.packets(file).map(\.event.source)) == Set(members))
        #expect(try Evidence.replay(file).first?.essence == told.essence)
    }

    @Test("An IPv6 source is kept by its network; the name is one that any file system takes")
    func v6() throws {
        let rig = try EvidenceRig()
        for port in 1...6 {
            let from = Address(high: 0x2001_0db8_0002_0003, low: UInt64(port) * 77)
            rig.observe(
                tcp(from: from, to: .host6, port: UInt16(port)), at: Int64(port) * 1000)
        }
        rig.finish()
        let file = try #require(rig.files.first)
        #expect(file.hasSuffix("_2001-db8-2-3--_64.pcap"))
        #expect(try Evidence.packets(file).count == 6)
        #expect(try Evidence.replay(file).map(\.essence) == rig.decisions.map(\.essence))
    }

    @Test("Ten thousand scans take no more than they may, and the oldest go first")
    func bound() throws {
        let rig = try EvidenceRig(size: 1 << 20)
        var worst = 0
        for number in 0..<10_000 {
            let source = Address(v4: 0x0b00_0000 + UInt32(number))
            for port in 1...6 {
                rig.observe(
                    tcp(
                        from: source, sourcePort: UInt16(1024 + number), port: UInt16(port * 7),
                        sequence: UInt32(number)),
                    at: Int64(number) * 10 + Int64(port))
            }
            if number % 500 == 499 {
                rig.store.drain()
                worst = max(worst, rig.bytes)
            }
        }
        rig.end()
        worst = max(worst, rig.bytes)
        #expect(worst <= 1 << 20)
        #expect(rig.files.count == 256, "a block of 4 KiB each")
        let status = rig.store.status
        #expect(status.files == 256)
        #expect(status.bytes == rig.bytes)
        #expect(rig.files.last?.hasSuffix("_\(Address(v4: 0x0b00_0000 + 9999)).pcap") == true)
    }

    @Test("A disk that does not answer costs packets that are counted, and nothing waits")
    func stalled() throws {
        var handed = 0
        var lost = 0
        var keeper = EvidenceKeeper(
            first: 1000, last: 50, memory: 1 << 20, seed: 1,
            hand: { _ in
                handed += 1
                return nil
            }, lose: { lost += $0 })
        let before = keeper.bytes
        var detector = Detector(settings: DetectionSettings(), facts: HostFacts(), seed: 1)
        var sent = 0
        for number in 0..<200 {
            for port in 1...100 {
                let packet = tcp(
                    from: Address(v4: 0x0b00_0000 + UInt32(number)), port: UInt16(port),
                    sequence: UInt32(number))
                let event = event(
                    packet,
                    time: Timestamp.testStart.advanced(byNanoseconds: Int64(sent) * 3_000_000))
                sent += 1
                let bytes = RawSpan(_elements: packet.span)
                detector.observe(event, packet: bytes)
                keeper.note(event, bytes)
                for finding in detector.takeFindings() { keeper.follow(finding) }
                keeper.handOver()
            }
        }
        #expect(handed > 0)
        #expect(lost > 10_000)
        #expect(lost < sent)
        let after = keeper.bytes
        #expect(after == before)
    }

    @Test("A torn end is cut off at the next start; whole records and foreign files stay")
    func torn() throws {
        let rig = try EvidenceRig()
        for port in 1...9 { rig.observe(tcp(port: UInt16(port)), at: Int64(port)) }
        rig.end()
        let file = try #require(rig.files.first)
        let whole = try Data(contentsOf: URL(filePath: file))
        let foreign = rig.folder.path + "/mine.pcap"
        for cut in [1, 20, 60] {
            try whole.dropLast(cut).write(to: URL(filePath: file))
            try Data([1, 2, 3]).write(to: URL(filePath: foreign))
            let next = try EvidenceRig(in: rig.folder)
            next.end()
            #expect(try Evidence.packets(file).count == 8, "\(cut) bytes are missing")
            #expect(try Data(contentsOf: URL(filePath: foreign)).count == 3)
        }
        try whole.prefix(10).write(to: URL(filePath: file))
        let next = try EvidenceRig(in: rig.folder)
        next.end()
        #expect(!FileManager.default.fileExists(atPath: file), "nothing was in it")
    }

    @Test("A scan that is open when the daemon ends goes on in a file of the next run")
    func restart() throws {
        let rig = try EvidenceRig(first: 10, last: 2)
        for port in 1...8 { rig.observe(tcp(port: UInt16(port)), at: Int64(port)) }
        rig.end()
        let saved = rig.saved()
        var analysis = Analysis(settings: DetectionSettings(), facts: HostFacts(), seed: 77)
        var evidence = EvidenceSettings()
        evidence.path = rig.folder.path
        let store = EvidenceStore(evidence, registry: rig.registry)
        store.open()
        try analysis.restore(from: saved, registry: rig.registry)
        analysis.keepEvidence(with: store.keeper(ipv6Prefix: 64, seed: 3))
        for port in 9...12 {
            let packet = tcp(port: UInt16(port))
            let event = event(
                packet,
                time: Timestamp.testStart.advanced(byNanoseconds: Int64(port) * 1_000_000_000))
            analysis.observe(event, packet: RawSpan(_elements: packet.span)) { _ in }
        }
        analysis.finishEvidence()
        store.drain()
        let ports = try rig.files.map { try Evidence.packets($0).map(\.event.destinationPort) }
        #expect(ports == [(1...8).map { UInt16($0) }, (9...12).map { UInt16($0) }])
    }

    @Test("Times finer than a microsecond, and times before 1970, come back as they were")
    func times() throws {
        let rig = try EvidenceRig()
        let base: Int64 = 1_700_000_000_123_456_789
        for port in 1...5 {
            let packet = udp(port: UInt16(port))
            let time = Timestamp(nanoseconds: base + Int64(port) * 1001)
            rig.observe(event(packet, time: time), RawSpan(_elements: packet.span))
        }
        rig.finish()
        let times = try Evidence.packets(rig.files[0]).map(\.event.time.nanoseconds)
        #expect(times == (1...5).map { base + $0 * 1001 })
    }

    @Test("Only what is counted of sources that scan is kept: no tails, no answers, no chatter")
    func onlyEvidence() throws {
        let rig = try EvidenceRig()
        for port in 1...10 {
            rig.observe(tcp(port: UInt16(port)), at: Int64(port) * 10)
            rig.observe(
                tcp(sourcePort: 443, port: 40_000, flags: [.fin, .ack]), at: Int64(port) * 10 + 1)
            rig.observe(tcp(port: 9, flags: [.syn, .ack]), at: Int64(port) * 10 + 2)
        }
        rig.finish()
        #expect(try Evidence.packets(rig.files[0]).count == 10)
    }
}
