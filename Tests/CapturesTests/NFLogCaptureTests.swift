// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Captures

@Suite("NFLOG captures")
struct NFLogCaptureTests {
    func read(_ records: [[UInt8]], options: CaptureOptions = .test) throws -> Reading {
        try Reading(pcap(records.map { Record(bytes: $0) }, link: 239), options: options)
    }

    @Test("A record gives the packet and the place in the firewall that it came from")
    func record() throws {
        let packet = tcp(options: .linux)
        let reading = try read([nflog(packet)])
        var expected = event(packet)
        expected.origin = try reading.event.origin
        #expect(try reading.event == expected)
        #expect(
            try reading.origin
                == Origin(group: 5, prefix: "net-fw DROP", hook: .input, interfaceIn: "if2"))
        #expect(reading.bytes == [packet])
    }

    @Test("Attributes are read in the byte order of the machine that wrote them")
    func byteOrder() throws {
        let packet = tcp(network: .v6)
        let file = pcap(
            [Record(bytes: nflog(packet, bigEndian: true))], link: 239, bigEndian: true)
        let reading = try Reading(file)
        #expect(reading.bytes == [packet])
        #expect(try reading.origin.prefix == "net-fw DROP")
    }

    @Test("The kernel's timestamp wins over the record's")
    func timestamp() throws {
        let time = try moment("2024-02-03T04:05:06.789012")
        #expect(try read([nflog(tcp(), time: time)]).event.time == time)
        #expect(try read([nflog(tcp())]).event.time == .testStart)
    }

    @Test("An accepting prefix, an accepted group, lo, and the output hook are marked")
    func traits() throws {
        func traits(_ record: [UInt8]) throws -> PacketTraits {
            var options = CaptureOptions.test
            options.acceptedGroups = [6]
            return try read([record], options: options).event.traits
        }
        #expect(try traits(nflog(tcp())) == [])
        #expect(try traits(nflog(tcp(), group: 6)) == .accepted)
        #expect(try traits(nflog(tcp(), prefix: "Shorewall:net-fw:ACCEPT:")) == .accepted)
        #expect(try traits(nflog(tcp(), interfaceIn: 1)) == .loopback)
        #expect(try traits(nflog(tcp(), hook: 3, interfaceIn: 0, interfaceOut: 2)) == .output)
    }

    @Test("A link header whose destination is a group is marked; another medium's is not")
    func multicast() throws {
        let group: [UInt8] = [1, 0, 0x5e, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]
        #expect(try read([nflog(tcp(), linkHeader: group)]).event.traits == .linkMulticast)
        #expect(try read([nflog(tcp(), linkHeader: [2] + group.dropFirst())]).event.traits == [])
        let tunnel = Array(tcp()[..<20])
        #expect(try read([nflog(tcp(), linkHeader: tunnel)]).event.traits == [])
    }

    @Test("A bridge's packets are of the protocol that the packet header names")
    func bridge() throws {
        #expect(try read([nflog(tcp(network: .v6), family: 7)]).event.traits == .v6)
        var arp = nflog(tcp(), family: 7)
        arp.replaceSubrange(8..<10, with: [0x08, 0x06])
        #expect(try read([arp]).progress.otherProtocols == 1)
    }

    @Test("A record without packet is refused as one")
    func noPayload() throws {
        let reading = try read([nflog([])])
        #expect(reading.progress.refused == [.noPayload: 1])
        #expect(try reading.origin.group == 5)
    }

    @Test("Wrong lengths end the walk; a packet before them stands")
    func lengths() throws {
        for length: UInt8 in [0, 3, 255] {
            let bad: [UInt8] = [length, 0, 9, 0]
            #expect(try read([[2, 0, 0, 5] + bad]).progress.refused == [.noPayload: 1])
            #expect(try read([nflog(tcp()) + bad]).progress.refused == [:])
        }
    }

    @Test("A record cut by the capture gives as much of the packet as is there")
    func snapped() throws {
        let whole = nflog(tcp(options: .linux, payload: [UInt8](repeating: 1, count: 50)))
        let record = Record(bytes: Array(whole.dropLast(42)), originalLength: whole.count)
        let reading = try Reading(pcap([record], link: 239))
        #expect(reading.progress.refused == [:])
        #expect(try reading.event.destinationPort == 22)
    }

    @Test("Every truncation of a record gives the packet, or a refusal, and never traps")
    func truncations() throws {
        let whole = nflog(tcp(options: .linux), time: .testStart)
        let reading = try read((0...whole.count).map { Array(whole[..<$0]) })
        #expect(reading.error == nil)
        #expect(reading.progress.packets == UInt64(whole.count + 1))
        #expect(reading.events.filter { !$0.traits.contains(.refused) }.count == 1)
    }

    @Test("Random records never trap", arguments: 0..<20)
    func random(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let records = (0..<200).map { _ in
            // Half of them begin as a record does.
            let start: [UInt8] = Bool.random(using: &generator) ? [2, 0, 0, 5] : []
            return start + generator.bytes(Int.random(in: 0...80, using: &generator))
        }
        let reading = try read(records)
        #expect(reading.progress.packets + reading.progress.otherProtocols == 200)
    }
}
