// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Captures

@Suite("Packets in log text")
struct LogTextTests {
    static let ends = "SRC=198.51.100.7 DST=192.0.2.10 "
    static let ip = ends + "LEN=40 TOS=0x00 PREC=0x00 TTL=49 ID=53123 "
    static let ends6 =
        "SRC=2001:0db8:0bad:0000:0000:0000:0000:0007 DST=2001:0db8:0000:0000:0000:0000:0000:0010 "
    static let ip6 = ends6 + "LEN=72 TC=0 HOPLIMIT=64 FLOWLBL=0 "

    func read(_ fields: String, prefix: String = "") throws -> Reading {
        try Reading(text: prefix + "IN=eth0 OUT= " + fields + "\n")
    }

    @Test("A TCP line gives the fields of its headers")
    func tcpLine() throws {
        let event = try read(
            Self.ends + "LEN=44 TOS=0x00 PREC=0x00 TTL=49 ID=53123 DF PROTO=TCP SPT=37933 DPT=1025 "
                + "SEQ=16909060 ACK=0 WINDOW=2048 RES=0x00 SYN URGP=0 OPT (020405B4) "
        ).event
        var expected = PacketEvent(
            time: event.time, source: .scanner, destination: .host, ipProtocol: .tcp,
            sourcePort: 37933, destinationPort: 1025, flags: TCPFlags.syn.rawValue,
            sequenceNumber: 0x0102_0304, length: 44, identification: 53123, window: 2048,
            hopLimit: 49, tcpOptions: .maximumSegmentSize, traits: .dontFragment)
        expected.origin = event.origin
        #expect(event == expected)
    }

    @Test("Each word of the kernel's text is told by its bytes")
    func words() {
        for field in LogField.allCases {
            var packed: UInt64 = 0
            for byte in field.word.utf8 { packed = packed << 8 | UInt64(byte) }
            #expect(field.rawValue == packed, "\(field.word)")
        }
    }

    @Test("Every set of flags is read, none as well")
    func flags() throws {
        func flags(_ words: String) throws -> TCPFlags {
            try read(
                Self.ip + "PROTO=TCP SPT=1 DPT=2 WINDOW=1 RES=0x00 \(words)URGP=0 "
            ).event.tcpFlags
        }
        #expect(try flags("") == [])
        #expect(try flags("URG PSH FIN ") == [.urg, .psh, .fin])
        #expect(try flags("CWR ECE SYN ") == [.cwr, .ece, .syn])
        #expect(try flags("ACK RST ") == [.ack, .rst])
    }

    @Test("TCP options are known by kind, and so are wrong lengths")
    func options() throws {
        func kinds(_ hex: String) throws -> TCPOptionKinds {
            try read(
                Self.ip + "PROTO=TCP SPT=1 DPT=2 WINDOW=1 RES=0x00 SYN URGP=0 OPT (\(hex)) "
            ).event.tcpOptions
        }
        #expect(
            try kinds("020405B40402080A00001000000000000103030 7".filter { $0 != " " })
                == [.maximumSegmentSize, .sackPermitted, .timestamps, .windowScale])
        #expect(try kinds("01010101") == [])
        #expect(try kinds("2204AAAA") == .other)
        #expect(try kinds("0204") == .malformed)
        #expect(try kinds("0200") == .malformed)
        #expect(try kinds("0003FF") == [])
    }

    @Test("UDP keeps the packet's length, not the datagram's")
    func udp() throws {
        let event = try read(Self.ip + "PROTO=UDP SPT=44318 DPT=1146 LEN=8 ").event
        #expect(event.description == "udp 198.51.100.7:44318 > 192.0.2.10:1146")
        #expect(event.length == 40)
    }

    @Test("ICMP has type, code and identifier; the packet's own identification stays")
    func icmp() throws {
        let event = try read(Self.ip + "PROTO=ICMP TYPE=8 CODE=2 ID=2158 SEQ=512 ").event
        #expect(event.icmpType == 8 && event.icmpCode == 2 && event.sourcePort == 2158)
        #expect(event.identification == 53123 && event.sequenceNumber == 0)
    }

    @Test("A packet quoted by an ICMP error changes nothing but a trait")
    func quoted() throws {
        let quote =
            "[SRC=192.0.2.10 DST=198.51.100.7 LEN=60 TOS=0x00 PREC=0x00 TTL=3 ID=9 DF PROTO=UDP "
            + "SPT=5 DPT=6 LEN=40 ] MTU=1400 "
        let event = try read(Self.ip + "PROTO=ICMP TYPE=3 CODE=4 " + quote).event
        #expect(event.source == .scanner && event.hopLimit == 49 && event.length == 40)
        #expect(event.traits == .quotesPacket)
        let redirect = try read(Self.ip + "PROTO=ICMP TYPE=5 CODE=1 GATEWAY=192.0.2.1 " + quote)
        #expect(try redirect.event.traits == [])
        let six = try read(Self.ip6 + "PROTO=ICMPv6 TYPE=1 CODE=4 [" + Self.ends6 + "PROTO=TCP ] ")
        #expect(try six.event.traits == [.quotesPacket, .v6])
    }

    @Test("Protocols are known by name and by number")
    func protocols() throws {
        let names: [(String, IPProtocol)] = [
            ("2", .igmp), ("47", .gre), ("ESP SPI=0x1", .esp), ("AH SPI=0x1", .ah),
            ("162", IPProtocol(rawValue: 162)),
        ]
        for (name, ipProtocol) in names {
            let event = try read(Self.ip + "PROTO=\(name) ").event
            #expect(event.ipProtocol == ipProtocol && !event.traits.contains(.refused))
        }
        let lite = try read(Self.ip + "PROTO=UDPLITE SPT=1 DPT=2 LEN=8 ").event
        #expect(lite.description == "udplite 198.51.100.7:1 > 192.0.2.10:2")
    }

    @Test("SCTP and DCCP, whose ports the kernel does not show, are marked as short")
    func hiddenPorts() throws {
        #expect(try read(Self.ip + "PROTO=132 ").event.traits == .shortTransport)
        #expect(try read(Self.ip + "PROTO=33 ").event.traits == .shortTransport)
        let bare = Self.ends + "LEN=20 TOS=0x00 PREC=0x00 TTL=49 ID=1 PROTO=132 "
        #expect(try read(bare).progress.refused == [.truncatedTransportHeader: 1])
    }

    @Test("IPv6 extension headers are network options; a fragment header is not")
    func extensions() throws {
        let ports = "PROTO=TCP SPT=58537 DPT=1234 WINDOW=8192 RES=0x00 SYN URGP=0 "
        #expect(try read(Self.ip6 + ports).event.traits == .v6)
        let topera = try read(Self.ip6 + "OPT ( ) OPT ( ) OPT ( ) " + ports).event
        #expect(topera.traits == [.v6, .networkOptions])
        #expect(topera.destinationPort == 1234 && topera.hopLimit == 64)
        let first = try read(Self.ip6 + "OPT ( FRAG:0 INCOMPLETE ID:0000abcd ) " + ports).event
        #expect(first.traits == [.v6, .firstFragment])
        #expect(first.identification == 0)
        let later = try read(Self.ip6 + "OPT ( FRAG:1448 ID:0000abcd ) PROTO=TCP ").event
        #expect(later.traits == [.v6, .laterFragment])
        let secret = try read(Self.ip6 + "OPT ( ESP SPI=0x1234 )").event
        #expect(secret.ipProtocol == .esp)
    }

    @Test("IPv4 options and fragments are marked")
    func fragments() throws {
        let ports = "PROTO=TCP SPT=1 DPT=2 WINDOW=1 RES=0x00 SYN URGP=0 "
        #expect(try read(Self.ip + "OPT (9404) " + ports).event.traits == .networkOptions)
        #expect(try read(Self.ip + "MF " + ports).event.traits == .firstFragment)
        #expect(try read(Self.ip + "FRAG:185 PROTO=TCP ").event.traits == .laterFragment)
        #expect(try read(Self.ip + "MF FRAG:185 PROTO=UDP ").event.traits == .laterFragment)
        let short = try read(Self.ip + "MF PROTO=TCP INCOMPLETE [8 bytes] ").event
        #expect(short.traits == [.firstFragment, .shortTransport])
    }

    @Test("What the kernel had not the bytes to print, and a cut line, are refused")
    func incomplete() throws {
        let lines = [
            "PROTO=TCP INCOMPLETE [8 bytes] ", "PROTO=UDP INCOMPLETE [0 bytes] ",
            "PROTO=ICMP INCOMPLETE [2 bytes] ", "PROTO=TCP SPT=1 DPT=22 WINDOW=1024 RES=0x00 SY",
            "PROTO=TCP SPT=1 DPT=22 WIND", "PROTO=UDP SPT=1",
        ]
        for line in lines {
            let reading = try read(Self.ip + line)
            #expect(reading.progress.refused == [.truncatedTransportHeader: 1], "\(line)")
            #expect(try reading.event.traits == [.refused, .addressed])
            #expect(try reading.event.source == .scanner)
        }
        #expect(try read(Self.ends).progress.refused == [.truncatedNetworkHeader: 1])
        #expect(try read(Self.ip6 + "OPT ( ").progress.refused == [.extensionHeaders: 1])
    }

    @Test("The link's destination is a group in either form; a tunnel's header is no address")
    func multicast() throws {
        func traits(_ mac: String) throws -> PacketTraits {
            try read("\(mac) \(Self.ip)PROTO=2 ").event.traits
        }
        let rest = ":00:5e:00:00:01:02:00:00:00:00:02:08:00"
        #expect(try traits("MAC=01\(rest)") == .linkMulticast)
        #expect(try traits("MAC=02\(rest)") == [])
        #expect(try traits("MAC=") == [])
        #expect(try traits("MAC=45:00:00:3c:00:00:40:00:40:29:00:00:c0:00:02:01:c0:00:02:02") == [])
        let form = "MACSRC=02:00:00:00:00:02 MACDST=ff:ff:ff:ff:ff:ff MACPROTO=0800"
        #expect(try traits(form) == .linkMulticast)
    }

    @Test("Lines of ARP are other protocols")
    func arp() throws {
        let line = "MACSRC=02:00:00:00:00:02 MACDST=ff:ff:ff:ff:ff:ff MACPROTO=0806 ARP HTYPE=1 "
        #expect(try read(line).progress.otherProtocols == 1)
    }

    @Test("An IPv4-mapped IPv6 address stays IPv6, and is a martian")
    func mapped() throws {
        let line =
            "SRC=0000:0000:0000:0000:0000:ffff:c633:6407 DST=2001:0db8:0000:0000:0000:0000:0000:0010 "
            + "LEN=60 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=59 "
        #expect(try read(line).event.traits == [.v6, .martian])
    }

    @Test("Fields that Picket has no use for change nothing")
    func otherFields() throws {
        let plain = try read(Self.ip + "PROTO=UDP SPT=1 DPT=2 LEN=8 ").event
        let rich = try read(
            "PHYSIN=eth1 PHYSOUT=eth2 " + Self.ip
                + "CE PROTO=UDP SPT=1 DPT=2 LEN=8 UID=1000 GID=1000 MARK=0xf00 "
        ).event
        #expect(rich == plain)
    }
}
