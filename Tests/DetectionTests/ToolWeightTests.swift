// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Detection

@Suite("What a mark changes")
struct ToolWeightTests {
    private let grader = Grader(settings: DetectionSettings(), facts: Known.facts)

    /// An ACK as Nmap sends it.
    private func acknowledgement(from: UInt16, to port: UInt16, sequence: UInt32 = 0) -> [UInt8] {
        TestSupport.tcp(
            from: Known.scanner, to: Known.server, sourcePort: from, port: port, flags: .ack,
            sequence: sequence, network: NetworkHeader(hopLimit: 44))
    }

    private func found(_ packets: [[UInt8]]) -> ScanSummary? {
        var detector = Detector(small: DetectionSettings())
        for packet in packets {
            detector.observe(TestSupport.event(packet), packet: RawSpan(_elements: packet.span))
        }
        return detector.takeFindings().detected.first
    }

    @Test("A sure mark makes a late packet ambiguous, and changes no other grade")
    func grades() {
        for flags in UInt8.min...UInt8.max {
            for from: UInt16 in [53, 443, 8080, 20000] {
                for to: UInt16 in [22, 8080, 40000] {
                    let bytes = TestSupport.tcp(
                        from: Known.scanner, to: Known.server, sourcePort: from, port: to,
                        flags: TCPFlags(rawValue: flags), sequence: 0,
                        network: NetworkHeader(hopLimit: 44))
                    let event = TestSupport.event(bytes)
                    let (grade, mark) = grader.grade(event, packet: RawSpan(_elements: bytes.span))
                    let table = GradeOracle.grade(event)
                    let isMarked = flags & 0xd6 == 0x10  // ACK, no SYN, RST, ECE or CWR
                    #expect(grade == (table == .late && isMarked ? .ambiguous : table))
                    if table == .late || table == .ambiguous {
                        #expect((mark == .nmapAcknowledgement) == isMarked)
                    }
                    // Without the bytes it is the table's.
                    #expect(grader.grade(event, packet: RawSpan()).grade == table)
                }
            }
        }
        let late = TestSupport.udp(
            from: Known.scanner, to: Known.server, sourcePort: 123, port: 123,
            network: NetworkHeader(hopLimit: 240, identification: 54321))
        #expect(grader.grade(TestSupport.event(late)) == .late)
        #expect(
            grader.grade(TestSupport.event(late), packet: RawSpan(_elements: late.span)).grade
                == .ambiguous)
    }

    @Test("Ten targets of marked ACKs are a scan, nine are not; without the mark it takes twenty")
    func half() {
        let marked = (0..<10).map { acknowledgement(from: 40001, to: UInt16(2000 + $0)) }
        #expect(found(Array(marked.prefix(9))) == nil)
        #expect(found(marked)?.tool.tool == .nmap)
        let plain = (0..<20).map {
            acknowledgement(from: 40001, to: UInt16(2000 + $0), sequence: 5)
        }
        #expect(found(Array(plain.prefix(19))) == nil)
        #expect(found(plain) != nil)
    }

    @Test("nmap -sA -g 80 does not hide behind the port of a web server")
    func hidden() {
        #expect(found((0..<10).map { acknowledgement(from: 80, to: UInt16(40000 + $0)) }) != nil)
        // What a web server still sends stays the tail of conversations.
        let tail = (0..<200).map {
            acknowledgement(from: 80, to: UInt16(40000 + $0), sequence: 77 + UInt32($0))
        }
        #expect(found(tail) == nil)
    }

    @Test("A target that a marked packet asked for and then a probe weighs one")
    func stronger() {
        var detector = Detector(small: DetectionSettings())
        func weigh(_ packets: [[UInt8]]) -> Bool {
            for packet in packets {
                detector.observe(
                    TestSupport.event(packet), packet: RawSpan(_elements: packet.span))
            }
            return !detector.takeFindings().isEmpty
        }
        #expect(!weigh((0..<4).map { acknowledgement(from: 40001, to: UInt16(2000 + $0)) }))
        #expect(
            !weigh(
                (0..<4).map {
                    TestSupport.tcp(
                        from: Known.scanner, to: Known.server, port: UInt16(2000 + $0))
                }))
        #expect(!weigh([acknowledgement(from: 40001, to: 2004)]))
        #expect(weigh([acknowledgement(from: 40001, to: 2005)]))
    }
}
