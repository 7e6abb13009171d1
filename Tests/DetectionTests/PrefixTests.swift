// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("IPv6 sources")
struct PrefixTests {
    /// An address of 2001:db8:f00::/48.
    private func address(_ subnet: Int, _ interface: Int) -> Address {
        Address(high: 0x2001_0db8_0f00_0000 | UInt64(subnet), low: UInt64(interface))
    }

    private func probe(_ port: Int, _ source: Address) -> PacketEvent {
        tcp(port, from: source, to: Known.server6)
    }

    @Test("A source that changes its address within its /64 at each probe is one scan")
    func rotating() throws {
        let found = findings(in: (1...9).map { probe($0, address(1, $0 * 77)) })
        let scan = try #require(found.onlyScan)
        #expect(scan.source == Network("2001:db8:f00:1::/64"))
        #expect(scan.firstAddress == address(1, 77))
        #expect(scan.targets == DistinctCount(9))
        #expect(scan.destinations == [Known.server6])
    }

    @Test("Eight probing /64s of one /48 are one source, and their targets count together")
    func folding() throws {
        let seven = findings(in: (1...7).map { probe($0, address($0, 1)) })
        #expect(seven.isEmpty)
        let scan = try #require(findings(in: (1...20).map { probe($0, address($0, 1)) }).onlyScan)
        #expect(scan.source == Network("2001:db8:f00::/48"))
        #expect(scan.firstAddress == address(1, 1))
        #expect(scan.targets == DistinctCount(20))
        #expect(scan.packets == 20)
        #expect(scan.portRange == 1...20)
    }

    @Test("/64s that only send ambiguous packets are not folded")
    func ambiguous() {
        let events = (1...40).map {
            tcp($0, flags: .ack, from: address($0, 1), to: Known.server6)
        }
        var detector = Detector(small: DetectionSettings())
        for event in events { detector.see(event) }
        #expect(detector.sourceCount == 40)
    }

    @Test("A /64 that was named before the folding keeps its own scan")
    func named() {
        let events =
            (1...6).map { probe($0, address(1, 1)) }
            + (2...12).map { probe(50 + $0, address($0, 1)) }
            + [probe(7, address(1, 1))]
        let ended = findings(in: events).ended.map(\.summary)
        #expect(
            ended.map(\.source.description).sorted()
                == ["2001:db8:f00:1::/64", "2001:db8:f00::/48"])
        #expect(ended.map(\.targets.count).sorted() == [7, 11])
    }

    @Test("With another width nothing is folded", arguments: [48, 56, 128])
    func width(bits: Int) {
        var settings = DetectionSettings()
        settings.ipv6Prefix = bits
        var detector = Detector(small: settings)
        for subnet in 0..<40 { detector.see(probe(1, address(subnet, 1))) }
        #expect(detector.sourceCount == (bits == 128 ? 40 : 1))
    }

    @Test("Neighbours count one by one: link-local and on-link prefixes")
    func neighbours() throws {
        for prefix in [0xfe80_0000_0000_0000, 0x2001_0db8_0000_0001] as [UInt64] {
            var detector = Detector(small: DetectionSettings())
            for number in 100..<140 {
                detector.see(probe(1, Address(high: prefix, low: UInt64(number))))
            }
            #expect(detector.sourceCount == 40)
        }
    }

    @Test("Behind a translator or 6to4 the IPv4 address inside is the source")
    func embedded() throws {
        for text in ["64:ff9b::198.51.100.7", "2002:c633:6407::1", "2002:c633:6407:5::9"] {
            let source = try #require(Address(text))
            let scan = try #require(findings(in: (1...5).map { probe($0, source) }).onlyScan)
            #expect(scan.source == Network(host: Known.scanner))
            #expect(scan.firstAddress == source)
        }
    }
}
