// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Detection

@Suite("Marks of tools in one packet")
struct ToolMarkTests {
    private static let target = Known.server

    private func mark(_ bytes: [UInt8]) -> ToolMark {
        ToolMark(of: TestSupport.event(bytes), in: RawSpan(_elements: bytes.span))
    }

    /// Without the bytes, as a log's line gives the packet.
    private func markOfFields(_ bytes: [UInt8]) -> ToolMark {
        var event = TestSupport.event(bytes)
        (event.transportOffset, event.payloadOffset) = (0, 0)
        return ToolMark(of: event, in: RawSpan())
    }

    private let nmapHeader = NetworkHeader(hopLimit: 44, identification: 0x4711)

    @Test("Nmap's raw scans: window 1024, one option on a SYN and none elsewhere")
    func nmapScans() {
        let syn = TestSupport.tcp(port: 22, options: .nmap, network: nmapHeader)
        #expect(mark(syn) == .nmapScan)
        #expect(markOfFields(syn) == .nmapScan)
        for flags in [TCPFlags.fin, [], [.fin, .psh, .urg]] {
            #expect(mark(TestSupport.tcp(flags: flags, network: nmapHeader)) == .nmapScan)
        }
        for flags in [TCPFlags.ack, [.fin, .ack]] {
            let bytes = TestSupport.tcp(flags: flags, sequence: 0, network: nmapHeader)
            #expect(mark(bytes) == .nmapAcknowledgement)
            // In a log a sequence number of 0 may only mean that it is not shown.
            #expect(markOfFields(bytes) == .nmapHopLimit)
        }
    }

    @Test("Almost the same packet is not Nmap's")
    func nearlyNmap() {
        let far = NetworkHeader(hopLimit: 64)
        #expect(mark(TestSupport.tcp(options: [.maximumSegmentSize(1400)], network: far)) == .none)
        #expect(mark(TestSupport.tcp(window: 1025, options: .nmap, network: far)) == .none)
        #expect(mark(TestSupport.tcp(window: 1024, options: .linux, network: far)) == .none)
        #expect(mark(TestSupport.tcp(window: 1024, network: far)) == .none)
        var forbidding = nmapHeader
        forbidding.dontFragment = true
        #expect(mark(TestSupport.tcp(options: .nmap, network: forbidding)) == .none)
        #expect(mark(TestSupport.tcp(flags: .ack, sequence: 1, network: far)) == .none)
    }

    @Test("Nmap's OS detection: timestamps of ones, window 3 with both ECN flags, 300 letters C")
    func nmapSystem() {
        let ones = TCPOptionBytes.timestamps(.max, echo: 0)
        let options: [TCPOptionBytes] = [
            .windowScale(10), .noOperation, .maximumSegmentSize(265), ones, .sackPermitted,
        ]
        for (flags, window, fixed) in [
            (TCPFlags.syn, 1, false), (.syn, 63, false), (.syn, 4, false), (.syn, 16, false),
            (.syn, 512, false), ([], 128, true), ([.syn, .fin, .psh, .urg], 256, false),
            (.ack, 1024, true), (.syn, 31337, false), (.ack, 32768, true),
            ([.fin, .psh, .urg], 65535, false),
        ] as [(TCPFlags, UInt16, Bool)] {
            let bytes = TestSupport.tcp(
                flags: flags, window: window, options: options,
                network: NetworkHeader(dontFragment: fixed))
            #expect(mark(bytes) == .nmapSystem, "\(flags) \(window)")
            #expect(markOfFields(bytes) != .nmapSystem)
        }
        var labelled = TestSupport.tcp(from: Known.scanner6, to: Known.server6, window: 900)
        #expect(mark(labelled) == .none)
        labelled.replaceSubrange(0..<4, with: [0x60, 0x01, 0x23, 0x45])
        #expect(mark(labelled) == .nmapSystem)
        let notOnes = TestSupport.tcp(
            window: 1, options: [.windowScale(10), .timestamps(.max, echo: 1)])
        #expect(mark(notOnes) != .nmapSystem)
        let ecn = TestSupport.tcp(
            flags: [.syn, .ece, .cwr], window: 3,
            options: [
                .windowScale(10), .noOperation, .maximumSegmentSize(1460), .sackPermitted,
                .noOperation, .noOperation,
            ])
        #expect(mark(ecn) == .nmapSystem)
        let letters = [UInt8](repeating: 0x43, count: 300)
        #expect(mark(TestSupport.udp(port: 38418, payload: letters)) == .nmapSystem)
        #expect(mark(TestSupport.udp(port: 38418, payload: letters.dropLast() + [])) != .nmapSystem)
        #expect(
            mark(TestSupport.udp(port: 38418, payload: [UInt8](repeating: 0x44, count: 300)))
                != .nmapSystem)
    }

    @Test("masscan: the identification is folded from address, port and sequence number")
    func masscan() {
        let folded = UInt16(truncatingIfNeeded: Self.target.low) ^ 443 ^ 0x4321
        let header = NetworkHeader(hopLimit: 250, identification: folded)
        let syn = TestSupport.tcp(
            to: Self.target, port: 443, sequence: 0x9876_4321, network: header)
        #expect(mark(syn) == .masscan)
        #expect(markOfFields(syn) == .masscan)
        #expect(
            mark(
                TestSupport.tcp(to: Self.target, port: 444, sequence: 0x9876_4321, network: header))
                == .none)
        let query: [UInt8] = [0x43, 0x21, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let dns = NetworkHeader(
            hopLimit: 250,
            identification: UInt16(truncatingIfNeeded: Self.target.low) ^ 53 ^ 0x4321)
        #expect(mark(TestSupport.udp(to: Self.target, payload: query, network: dns)) == .masscan)
        #expect(mark(TestSupport.udp(to: Self.target, payload: [0x43], network: dns)) == .none)
    }

    @Test("ZMap: identification 54321, or the options of Windows from farther than Windows is")
    func zmap() {
        let old = NetworkHeader(hopLimit: 240, identification: 54321)
        #expect(mark(TestSupport.tcp(window: 65535, network: old)) == .zmapIdentification)
        #expect(mark(TestSupport.tcp(window: 8192, network: old)) == .none)
        #expect(mark(TestSupport.udp(network: old)) == .zmapIdentification)
        #expect(mark(TestSupport.icmp(network: old)) == .zmapIdentification)
        let windows: [TCPOptionBytes] = [
            .maximumSegmentSize(1460), .noOperation, .windowScale(8), .noOperation, .noOperation,
            .sackPermitted,
        ]
        let new = NetworkHeader(hopLimit: 240)
        #expect(
            mark(TestSupport.tcp(window: 65535, options: windows, network: new)) == .zmapOptions)
        #expect(
            mark(
                TestSupport.tcp(
                    window: 65535, options: windows, network: NetworkHeader(hopLimit: 120)))
                == .none)
        #expect(
            mark(TestSupport.tcp(window: 65535, options: windows.reversed(), network: new)) == .none
        )
    }

    @Test("Mirai and its kin: the sequence number is the destination")
    func mirai() {
        let sequence = UInt32(truncatingIfNeeded: Self.target.low)
        for port: UInt16 in [23, 2323, 7547] {
            let bytes = TestSupport.tcp(
                to: Self.target, port: port, sequence: sequence, window: 5840)
            #expect(mark(bytes) == .mirai)
        }
        #expect(mark(TestSupport.tcp(to: Self.target, sequence: sequence + 1)) == .none)
    }

    @Test("hping3: window 512 without options; without ACK an acknowledgement number")
    func hping() {
        #expect(mark(TestSupport.tcp(window: 512)) == .hpingPorts)
        #expect(mark(TestSupport.tcp(flags: .ack, acknowledgement: 5, window: 512)) == .hpingPorts)
        #expect(mark(TestSupport.tcp(acknowledgement: 5, window: 512)) == .hpingAcknowledgement)
        #expect(mark(TestSupport.tcp(window: 512, options: .nmap)) == .none)
    }

    @Test("What ordinary systems send has no mark")
    func ordinary() {
        let nothing = TCPOptionBytes.noOperation
        let size = TCPOptionBytes.maximumSegmentSize(1460)
        let time = TCPOptionBytes.timestamps(0x1234_5678, echo: 0)
        for (window, hopLimit, options) in [
            (64240, 52, .linux), (29200, 52, .linux), (65535, 50, .linux), (5840, 50, .linux),
            // Windows XP to 11
            (64240, 115, [size, nothing, .windowScale(8), nothing, nothing, .sackPermitted]),
            (65535, 115, [size, nothing, .windowScale(8), nothing, nothing, .sackPermitted]),
            (8192, 115, [size, nothing, .windowScale(8), nothing, nothing, .sackPermitted]),
            (65535, 115, [size, nothing, nothing, .sackPermitted]),
            // macOS, iOS
            (
                65535, 53,
                [
                    size, nothing, .windowScale(6), nothing, nothing, time, .sackPermitted,
                    .endOfList, .endOfList,
                ]
            ),
            // FreeBSD, OpenBSD
            (65535, 55, [size, nothing, .windowScale(6), .sackPermitted, time]),
            (
                16384, 55,
                [
                    size, nothing, nothing, .sackPermitted, nothing, .windowScale(6), nothing,
                    nothing, time,
                ]
            ),
            // Solaris, Cisco IOS, small devices
            (32850, 52, [size, nothing, .windowScale(1), nothing, nothing, time, .sackPermitted]),
            (4128, 245, [.maximumSegmentSize(536)]), (4128, 245, [size]), (5744, 250, [size]),
            (65535, 250, [size]),
        ] as [(UInt16, UInt8, [TCPOptionBytes])] {
            for fixed in [true, false] {
                let bytes = TestSupport.tcp(
                    to: Self.target, port: 443, sequence: 0x1f2e_3d4c, window: window,
                    options: options,
                    network: NetworkHeader(
                        hopLimit: hopLimit, identification: 0x2b1c, dontFragment: fixed))
                #expect(mark(bytes) == .none, "window \(window)")
            }
        }
    }

    @Test("No truncation of a packet traps, and none gives it a sure mark that it had not")
    func truncated() {
        let packets = [
            TestSupport.tcp(options: .nmap), TestSupport.tcp(window: 1, options: .linux),
            TestSupport.tcp(flags: .ack, sequence: 0),
            TestSupport.udp(port: 161, payload: [UInt8](repeating: 2, count: 40)),
            TestSupport.udp(port: 9999, payload: [UInt8](repeating: 0x43, count: 300)),
            TestSupport.icmp(code: 9, payload: [UInt8](repeating: 0, count: 120)),
        ]
        for packet in packets {
            let whole = mark(packet)
            let event = TestSupport.event(packet)
            for length in 0..<packet.count {
                let cut = Array(packet[..<length])
                _ = mark(cut)
                let short = ToolMark(of: event, in: RawSpan(_elements: cut.span))
                #expect(!short.isSure || short == whole)
            }
        }
    }
}
