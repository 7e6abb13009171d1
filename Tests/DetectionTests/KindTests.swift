// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Kinds and techniques")
struct KindTests {
    private func kind(hosts: Int, ports: Int) -> ScanKind? {
        var events: [PacketEvent] = []
        for number in 0..<hosts {
            for port in 0..<ports { events.append(tcp(100 + port, to: host(20 + number))) }
        }
        return findings(in: events).onlyScan?.kind
    }

    @Test("One port is horizontal, one host vertical, then the cuts at five, else block")
    func shapes() {
        #expect(kind(hosts: 20, ports: 1) == .horizontal)
        #expect(kind(hosts: 5, ports: 1) == .horizontal)
        #expect(kind(hosts: 1, ports: 20) == .vertical)
        #expect(kind(hosts: 1, ports: 5) == .vertical)
        #expect(kind(hosts: 20, ports: 5) == .horizontal)
        #expect(kind(hosts: 3, ports: 5) == .horizontal)
        #expect(kind(hosts: 5, ports: 6) == .vertical)
        #expect(kind(hosts: 6, ports: 6) == .block)
        #expect(kind(hosts: 30, ports: 40) == .block)
    }

    @Test("An IP protocol scan is one, with the real headers that it sends for some")
    func protocols() throws {
        let events = (0...255).map { number -> PacketEvent in
            switch number {
            case 1: icmp()
            case 6: tcp(80, flags: .ack)
            case 17: udp(40125)
            default: other(UInt8(number), flags: number == 132 ? 1 : 0)
            }
        }
        let scan = try #require(findings(in: events).onlyScan)
        #expect(scan.kind == .ipProtocol)
        #expect(scan.techniques == [.ipProtocol])
        // No UDP-Lite without flags, no DCCP request missing: 256 numbers, and IGMP from afar.
        #expect(scan.targets == DistinctCount(256))
        #expect(scan.hosts == DistinctCount(1))
    }

    @Test("One IP protocol over many hosts is horizontal")
    func oneProtocol() throws {
        let scan = findings(in: (20..<60).map { other(47, to: host($0)) }).onlyScan
        #expect(try #require(scan).kind == .horizontal)
    }

    @Test("Timestamp and mask requests are a ping sweep too")
    func sweeps() throws {
        let scan = findings(
            in: (20..<30).flatMap { [icmp(13, to: host($0)), icmp(17, to: host($0))] }
        )
        .onlyScan
        #expect(try #require(scan).kind == .pingSweep)
        #expect(try #require(scan).techniques == [.icmpTimestamp, .icmpMask])
    }

    @Test(
        "Each technique has its name",
        arguments: [
            (TCPFlags.syn, [Technique.syn]), ([.syn, .ece, .cwr], [.syn]), (.fin, [.fin]),
            ([], [.null]), ([.fin, .psh, .urg], [.xmas]), (.ack, [.ack, .window]),
            ([.fin, .ack], [.maimon]), ([.syn, .fin], [.other]),
        ] as [(TCPFlags, [Technique])])
    func techniques(flags: TCPFlags, names: [Technique]) throws {
        let scan = findings(in: (1...40).map { tcp($0, flags: flags) }).onlyScan
        #expect(try #require(scan).techniques == names)
    }

    @Test("A SYN with a full stack's options is a connect scan, and a SYN scan")
    func connect() throws {
        let options: TCPOptionKinds = [
            .maximumSegmentSize, .sackPermitted, .timestamps, .windowScale,
        ]
        let full = findings(in: (1...9).map { tcp($0, options: options) }).onlyScan
        #expect(try #require(full).techniques == [.connect, .syn])
        let bare = findings(in: (1...9).map { tcp($0, options: .maximumSegmentSize) }).onlyScan
        #expect(try #require(bare).techniques == [.syn])
    }

    @Test("UDP, SCTP and ICMPv6 echo have their names")
    func transports() throws {
        let datagrams = findings(in: (1...9).map { udp($0) }).onlyScan
        #expect(try #require(datagrams).techniques == [.udp])
        let inits = findings(
            in: (1...9).map { port in
                PacketEvent(
                    source: Known.scanner, destination: Known.server, ipProtocol: .sctp,
                    destinationPort: port, flags: 1)
            }
        ).onlyScan
        #expect(try #require(inits).techniques == [.sctpInit])
        #expect(
            try #require(inits).transports == [
                TransportSummary(ipProtocol: .sctp, packets: 9, ports: 1...9)
            ])
        let echoes = findings(
            in: (1...12).map { number in
                icmp(
                    128, from: Known.scanner6,
                    to: Address(high: 0x2001_0db8_0000_0001, low: UInt64(number)))
            }
        ).onlyScan
        #expect(try #require(echoes).techniques == [.icmpEcho])
        #expect(try #require(echoes).kind == .pingSweep)
    }

    @Test(
        "A header that says itself that nothing follows asks for its protocol; a fragment hides it")
    func bareProtocols() throws {
        // UDP-Lite, DCCP, and the extension headers of IPv6: what they ask for has no fields.
        let numbers: [UInt8] = [0, 33, 43, 44, 51, 60, 136]
        func bare(_ number: UInt8, _ traits: PacketTraits) -> PacketEvent {
            PacketEvent(
                source: Known.scanner6, destination: Known.server6,
                ipProtocol: IPProtocol(rawValue: number), traits: traits.union(.v6))
        }
        let scan = try #require(
            findings(in: numbers.map { bare($0, .shortTransport) }).onlyScan)
        #expect(scan.techniques == [.ipProtocol])
        let hidden = try #require(
            findings(in: numbers.map { bare($0, [.shortTransport, .firstFragment]) }).onlyScan)
        #expect(hidden.techniques == [.other])
    }

    @Test("A technique below a tenth of the packets is not named; the most frequent comes first")
    func shares() throws {
        let few =
            (1...60).map { udp($0) } + (1...30).map { tcp($0) }
            + (1...9).map {
                tcp($0 + 200, flags: .fin)
            }
        #expect(try #require(findings(in: few).onlyScan).techniques == [.udp, .syn])
        let enough = few + [tcp(300, flags: .fin)]
        #expect(try #require(findings(in: enough).onlyScan).techniques == [.udp, .syn, .fin])
    }

    @Test("The sample has ten ports and ten destinations at most")
    func samples() throws {
        let events = (0..<50).map { tcp(500 - $0, to: host(20 + $0)) }
        let scan = try #require(findings(in: events).onlyScan)
        #expect(scan.portSample == [491, 492, 493, 494, 495, 496, 497, 498, 499, 500])
        #expect(scan.destinations == (20..<30).map { host($0) })
        #expect(scan.portRange == 451...500)
    }
}
