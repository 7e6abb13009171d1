// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Decisions
import Packets
import TestSupport

@testable import Daemon

/// A file that somebody was sent: pcap or pcapng of every link type, through libpcap.
enum Capture: FuzzTarget {
    static let name = "capture"

    static func seeds() -> [[UInt8]] {
        let some = Array(Samples.packets.prefix(20))
        func records(_ frame: ([UInt8]) -> [UInt8]) -> [Record] {
            some.map { Record(bytes: frame($0)) }
        }
        let scan = Samples.scan.map { Record(bytes: $0) }
        return [
            pcap(scan, link: 101), pcap(scan, link: 101, bigEndian: true), pcapng(scan, link: 101),
            pcap(records { ethernet($0) }, link: 1), pcapng(records { ethernet($0) }, link: 1),
            pcap(records { ethernet($0, tags: [0x8100, 0x88a8]) }, link: 1),
            pcap(records { cooked($0) }, link: 113), pcapng(records { cooked2($0) }, link: 276),
            pcap(records { nflog($0, time: .testStart) }, link: 239),
            pcapng(records { nflog($0, linkHeader: [UInt8](repeating: 1, count: 14)) }, link: 239),
            pcap([Record(bytes: tcp(), originalLength: 1500)], link: 228),
            pcap([Record(bytes: tcp(network: .v6))], link: 229), pcap([], link: 9),
        ]
    }

    static func run(_ input: RawSpan) { read(input, seed: 0) }

    /// Reads the bytes as `picket replay` reads a file.
    static func read(_ input: RawSpan, seed: UInt8) {
        ScratchFile.fill(input)
        let options = CaptureOptions(
            referenceTime: .testStart, utcOffsetSeconds: (Int(seed) - 128) * 450,
            bootTime: seed & 1 == 0 ? .testStart : Timestamp(nanoseconds: 0), acceptedGroups: [6])
        var witness = Witness()
        do {
            var reader = try CaptureReader.open(path: ScratchFile.path, options: options)
            var packets: UInt64 = 0
            while try reader.next({ event, packet, table in
                must(packet.byteCount <= PacketEvent.keptBytes, "at most 192 bytes are handed over")
                must(
                    Int(event.transportOffset) <= 192 && Int(event.payloadOffset) <= 192, "offsets")
                if packet.byteCount > 0 {
                    must(
                        Int(event.transportOffset) <= packet.byteCount
                            && Int(event.payloadOffset) <= packet.byteCount,
                        "an event's offsets lie in its packet: \(event)")
                }
                mustBePlain(event.description, "an event")
                witness.observe(event, packet: packet, origins: table)
            }) { packets += 1 }
            must(reader.progress.packets == packets, "every packet is counted")
        } catch {
            mustBePlain(error.description, "an error")
            must([65, 69, 71, 77].contains(error.exitCode), "an exit code of ours")
        }
        witness.finish()
    }
}

/// Log text as the kernel writes it, with whatever a syslog daemon puts before it, and scenarios.
///
/// Shape: one byte that chooses time zone and boot time, then text.
enum LogLines: FuzzTarget {
    static let name = "log"

    static let words = [
        "SRC=", "DST=", "PROTO=", "TCP", "UDP", "ICMP", "ICMPv6", "SPT=", "DPT=", "IN=", "OUT=",
        "MAC=", "LEN=", "TTL=", "ID=", "DF", "MF", "FRAG:", "SYN", "ACK", "FIN", "PSH", "URG",
        "RST", "WINDOW=", "RES=0x00", "URGP=", "SEQ=", "TYPE=", "CODE=", "OPT (", "[", "]",
        "kernel: ",
        "HOPLIMIT=", "FLOWLBL=", "martian source ", " from ", ", on dev ", "Feb 29 ", " > ",
    ]

    static func seeds() -> [[UInt8]] {
        let tcp =
            "IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.7 "
            + "DST=192.0.2.10 LEN=60 TOS=0x00 PREC=0x00 TTL=51 ID=9 DF PROTO=TCP SPT=40001 DPT=22 "
            + "SEQ=1 ACK=0 WINDOW=1024 RES=0x00 SYN URGP=0 OPT (020405B4)"
        let udp6 =
            "IN=eth0 OUT= SRC=2001:0db8:0bad:0000:0000:0000:0000:0007 "
            + "DST=2001:0db8:0000:0000:0000:0000:0000:0010 LEN=48 TC=0 HOPLIMIT=64 FLOWLBL=0 "
            + "PROTO=UDP SPT=5353 DPT=53 LEN=8"
        let icmp =
            "IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=84 TTL=51 ID=0 PROTO=ICMP TYPE=3 "
            + "CODE=3 [SRC=192.0.2.10 DST=198.51.100.7 LEN=28 TTL=64 ID=1 PROTO=UDP SPT=53 DPT=9 LEN=8 ]"
        let lines = [
            "Jan  1 00:00:01 gate kernel: [12345.678901] net-fw DROP \(tcp)",
            "2024-01-01T00:00:01.123456+01:00 gate kernel: [UFW BLOCK] \(udp6)",
            "<4>Dec 31 23:59:59 gate kernel: Shorewall:net2fw:DROP:\(icmp)",
            "[   12.000001] INPUT ACCEPT \(tcp)", "1704067201 \(tcp)",
            "Jan  1 00:00:02 gate kernel: martian source 192.0.2.10 from 127.0.0.1, on dev eth0",
            "Jan  1 00:00:02 gate kernel: ll header: 00000000: ff ff ff ff ff ff 02 00 08 06",
        ]
        let ports = (1...8).map { lines[0].replacing("DPT=22", with: "DPT=\($0)") }
        let scenario =
            "# A scan.\n0.0 tcp 198.51.100.7:40001 > 192.0.2.10:22 S\n"
            + "1.5 udp [2001:db8:bad::7]:53 > [2001:db8::10]:9\n=> 1.5 vertical scan\n"
        return (lines + [ports.joined(separator: "\n"), scenario]).map {
            [128] + Array("\($0)\n".utf8)
        }
    }

    static func run(_ input: RawSpan) {
        var reader = InputReader(input)
        let choice = reader.byte()
        Capture.read(reader.all(), seed: choice)
    }
}
