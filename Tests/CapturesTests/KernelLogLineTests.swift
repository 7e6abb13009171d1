// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Captures

@Suite("Packets as the kernel logs them")
struct KernelLogLineTests {
    private static let origin = Origin(
        group: 5, prefix: "net-fw DROP", hook: .input, interfaceIn: "eth0")
    private static let ethernet: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]

    private static func line(
        _ packet: [UInt8], _ origin: Origin = origin, mark: UInt32 = 0
    ) -> String {
        var bytes: [UInt8] = []
        KernelLogLine.write(
            RawSpan(_elements: packet.span), of: origin,
            linkHeader: RawSpan(_elements: ethernet.span), mark: mark, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("A SYN over IPv4 is written as the kernel writes it")
    func syn() {
        let packet = tcp(
            sourcePort: 40001, port: 22, sequence: 7, options: .nmap,
            network: NetworkHeader(hopLimit: 48, identification: 4711, dontFragment: true))
        #expect(
            Self.line(packet, mark: 0x1f)
                == "net-fw DROP IN=eth0 OUT= MAC=02:00:00:00:00:02:02:00:00:00:00:01:08:00 "
                + "SRC=198.51.100.7 DST=192.0.2.10 LEN=44 TOS=0x00 PREC=0x00 TTL=48 ID=4711 DF "
                + "PROTO=TCP SPT=40001 DPT=22 SEQ=7 ACK=0 WINDOW=1024 RES=0x00 SYN URGP=0 "
                + "OPT (020405B4) MARK=0x1f")
    }

    @Test("IPv6 addresses stand in full")
    func v6() {
        #expect(
            Self.line(udp(port: 53, network: .v6)).hasSuffix(
                "SRC=2001:0db8:0bad:0000:0000:0000:0000:0007 "
                    + "DST=2001:0db8:0000:0000:0000:0000:0000:0010 LEN=48 TC=0 HOPLIMIT=64 "
                    + "FLOWLBL=0 PROTO=UDP SPT=40001 DPT=53 LEN=8"),
            "\(Self.line(udp(port: 53, network: .v6)))")
    }

    @Test("What an ICMP error quotes stands in brackets, with nothing quoted inside it")
    func quoted() {
        let line = Self.line(unreachable(quoting: udp(port: 33_434)))
        #expect(line.contains("PROTO=ICMP TYPE=3 CODE=3 [SRC=198.51.100.7 DST=192.0.2.10 LEN=28 "))
        #expect(line.hasSuffix("PROTO=UDP SPT=40001 DPT=33434 LEN=8 ]"))
        let twice = Self.line(unreachable(quoting: unreachable(quoting: udp())))
        #expect(twice.filter { $0 == "[" }.count == 1)
    }

    @Test("A prefix that ends in a colon touches IN=, as Shorewall's does")
    func colon() {
        var origin = Self.origin
        origin.prefix = "Shorewall:net-fw:DROP:"
        #expect(Self.line(tcp(), origin).hasPrefix("Shorewall:net-fw:DROP:IN=eth0 OUT= "))
        origin.prefix = ""
        #expect(Self.line(tcp(), origin).hasPrefix("IN=eth0 OUT= "))
    }

    @Test("Nothing in a prefix or a name can end the line, begin another, or steer a terminal")
    func injection() {
        for evil in ["a\nIN=x", "\r\u{1b}[2J", "\u{2028}x", "\u{85}y", "\u{202e}z", "\u{7f}"] {
            let origin = Origin(
                group: 5, prefix: evil, hook: .input, interfaceIn: evil, interfaceOut: evil)
            let line = Self.line(tcp(), origin)
            #expect(
                line.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value)
                        && !(0x2028...0x202e).contains($0.value)
                }, "\(line)")
        }
        let blank = Origin(interfaceIn: "et h0 SRC=192.0.2.99")
        #expect(Self.line(tcp(), blank).contains("IN=et_h0_SRC=192.0.2.99 OUT="))
    }

    /// Every builder, with what changes the text of each.
    static let packets: [[UInt8]] = {
        var all: [[UInt8]] = []
        for network in [NetworkHeader.v4, .v6] {
            all.append(tcp(options: .linux, network: network))
            for flags: UInt8 in 0...255 {
                all.append(tcp(flags: TCPFlags(rawValue: flags), network: network))
            }
            all.append(
                tcp(flags: [.psh, .ack], payload: Array("GET / HTTP".utf8), network: network))
            all.append(udp(payload: Payload.dns(), network: network))
            all.append(udp(sourcePort: 0, port: 65_535, network: network))
            all.append(udpLite(payload: [1, 2, 3], network: network))
            all.append(sctp(network: network))
            all.append(sctp(chunk: 2, network: network))
            for type: UInt8 in 0...9 { all.append(dccp(type: type, network: network)) }
            for number: UInt8 in [2, 4, 47, 50, 51, 89, 132, 253] {
                all.append(
                    ip(
                        [UInt8](repeating: 0x11, count: 24), IPProtocol(rawValue: number),
                        network: network))
            }
            all.append(ip([], .udpLite, network: network))
            all.append(ip([], .dccp, network: network))
            let whole = udp(payload: [UInt8](repeating: 7, count: 64), network: network)
            all.append(fragment(of: whole, offset: 0, bytes: 32))
            all.append(fragment(of: whole, offset: 32, bytes: 16))
            all.append(fragment(of: whole, offset: 48, bytes: 64))
            all.append(fragment(of: tcp(network: network), offset: 0, bytes: 8))
            for quoted in [tcp(network: network), udp(network: network)] {
                all.append(unreachable(quoting: quoted))
                all.append(unreachable(quoting: quoted, code: 1))
            }
        }
        for type: UInt8 in 0...45 {
            all.append(icmp(type: type, payload: [UInt8](repeating: 0x45, count: 40)))
        }
        for type: UInt8 in 0...255 {
            all.append(icmpv6(type: type, payload: [UInt8](repeating: 0x60, count: 60)))
        }
        all.append(icmp(type: 5, payload: udp()))
        all.append(icmp(type: 3, code: 4, payload: tcp()))
        all.append(icmpv6(type: 2, identifier: 0, sequence: 1280, payload: tcp(network: .v6)))
        all.append(tcp(network: NetworkHeader(options: [7, 7, 4, 0, 0, 0, 0])))
        for header in [
            ExtensionHeader.hopByHop(), .destinationOptions(), .routing(), .authentication(),
            .fragment(offset: 0, more: true), .fragment(offset: 8, more: false),
        ] {
            all.append(tcp(network: NetworkHeader(version: 6, extensions: [header])))
            // Hop-by-hop options come first or not at all.
            if header.number == 0 { continue }
            all.append(
                udp(network: NetworkHeader(version: 6, extensions: [.hopByHop(), header])))
        }
        return all
    }()

    @Test("Text that is read again gives the packet's event, field by field, for every builder")
    func agreement() throws {
        #expect(Self.packets.count >= 890)
        let lines = Self.packets.map { Self.line($0) }
        let reading = try Reading(
            text: lines.map { "Mar 15 20:55:15 gw kernel: \($0)\n" }.joined())
        try #require(reading.events.count == lines.count)
        for (index, packet) in Self.packets.enumerated() {
            var found = reading.events[index]
            var expected = parse(packet).event
            #expect(reading.origins[found.origin].prefix == Self.origin.prefix)
            #expect(reading.origins[found.origin].interfaceIn == "eth0")
            expected.origin = found.origin
            found.time = expected.time
            KernelLogLineTests.forget(
                &expected, packet, incomplete: lines[index].contains(" INCOMPLETE ["))
            if found.traits.contains(.refused), expected.traits.contains(.refused) {
                // Fields beyond the addresses mean nothing then.
                #expect(
                    found.source == expected.source && found.destination == expected.destination)
                continue
            }
            #expect(found == expected, "\(lines[index])\n\(found)\n\(expected)")
        }
    }

    /// What a line does not show: docs/captures.md.
    private static func forget(
        _ event: inout PacketEvent, _ packet: [UInt8], incomplete: Bool
    ) {
        event.transportOffset = 0
        event.payloadOffset = 0
        event.traits.remove(.answer)
        // The kernel shows no port of a header that it has not whole.
        if incomplete, event.ipProtocol == .tcp {
            (event.sourcePort, event.destinationPort, event.sequenceNumber) = (0, 0, 0)
        }
        // Nor what a parameter problem of IPv4 quotes.
        if event.ipProtocol == .icmp, event.icmpType == 12 { event.traits.remove(.quotesPacket) }
        if event.ipProtocol == .sctp || event.ipProtocol == .dccp {
            (event.sourcePort, event.destinationPort, event.flags) = (0, 0, 0)
            if !event.traits.contains(.laterFragment) { event.traits.insert(.shortTransport) }
        }
        // psad reads no IPv6 line that has sequence numbers.
        if event.ipProtocol == .tcp, packet[0] >> 4 == 6 { event.sequenceNumber = 0 }
        // Identifiers stand in the text of echoes alone.
        let isEcho =
            event.ipProtocol == .icmp && [0, 8].contains(event.icmpType)
            || event.ipProtocol == .icmpv6 && (128...129).contains(event.icmpType)
        if event.ipProtocol.isICMP, !isEcho { event.sourcePort = 0 }
    }

    @Test("A packet cut at any byte gives one line without a trap, of the same source")
    func truncated() throws {
        for packet in [
            tcp(options: .linux), udp(network: .v6), unreachable(quoting: tcp()),
            unreachable(quoting: tcp(network: .v6)),
            tcp(network: NetworkHeader(version: 6, extensions: [.hopByHop(), .routing()])),
        ] {
            let lines = (0..<packet.count).map { Self.line(Array(packet.prefix($0))) }
            #expect(lines.allSatisfy { !$0.contains("\n") })
            let header = packet[0] >> 4 == 6 ? 40 : 20
            let reading = try Reading(
                text: lines.dropFirst(header).map { "Mar 15 20:55:15 gw kernel: \($0)\n" }.joined())
            #expect(reading.events.count == packet.count - header)
            #expect(reading.events.allSatisfy { $0.source == event(packet).source })
        }
    }

    @Test("Random bytes never trap and never make two lines")
    func random() {
        var generator = SeededGenerator(seed: 4711)
        for _ in 0..<3000 {
            var bytes = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if !bytes.isEmpty { bytes[0] = Bool.random(using: &generator) ? 0x45 : 0x60 }
            #expect(!Self.line(bytes).contains("\n"))
        }
    }
}
