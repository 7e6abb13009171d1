// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test(
        "IPv6 is written as RFC 5952 says",
        arguments: [
            // Section 4.1: no leading zeros.
            ("2001:0db8::0001", "2001:db8::1"),
            // 4.2.1: shortened as much as possible.
            ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
            ("2001:db8::0:1", "2001:db8::1"),
            // 4.2.2: one zero group is not shortened.
            ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            // 4.2.3: the longest run; the first of equal ones.
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            // 4.3: lower case.
            ("2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"),
            // The ends.
            ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"),
            ("fe80:0:0:0:0:0:0:0", "fe80::"), ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
            ("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] as [(String, String)])
    func canonical(text: String, expected: String) {
        #expect(Address(text)?.description == expected)
        #expect(Address(expected)?.description == expected)
    }

    @Test("Every text form of IPv6 is read")
    func forms() {
        let forms = [
            ("::192.0.2.1", Address(high: 0, low: 0xc000_0201)),
            ("64:ff9b::192.0.2.33", Address(high: 0x0064_ff9b_0000_0000, low: 0xc000_0221)),
            ("1:2:3:4:5:6:7.8.9.10", Address(high: 0x0001_0002_0003_0004, low: 0x5_0006_0708_090a)),
            ("1:2:3:4:5:6:7::", Address(high: 0x0001_0002_0003_0004, low: 0x0005_0006_0007_0000)),
            ("::2:3:4:5:6:7:8", Address(high: 0x0000_0002_0003_0004, low: 0x0005_0006_0007_0008)),
            ("::ffff:192.0.2.1", Address(v4: 0xc000_0201)),
        ]
        for (text, address) in forms { #expect(Address(text) == address, "\(text)") }
    }

    @Test("IPv4 is read and written dotted")
    func v4() {
        for text in ["0.0.0.0", "192.0.2.1", "255.255.255.255", "10.0.100.9"] {
            #expect(Address(text)?.description == text)
            #expect(Address(text)?.isV4 == true)
        }
        #expect(Address(v4: 0xc000_0201).description == "192.0.2.1")
    }

    @Test(
        "What is not an address is refused",
        arguments: [
            "", " ", ":", ":::", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.5",
            "1.2.3.4.",
            "256.1.1.1", "1.2.3.999999999999999999999", "01.2.3.4", "1.2.3.00", "1.2.3.4 ",
            " 1.2.3.4", "0x1.2.3.4", "1.2.3.-4", "1.2.3.+4", "1.2.3.4/24", "a.b.c.d", "１.2.3.4",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
            "1::2::3", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "1::2:", ":1::2", "12345::", "g::",
            "fe80::1%eth0", "::1.2.3", "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4",
            "[::1]", "::1/64", "::-1", "::ffff:256.0.0.1", "::1.2.3.04",
        ])
    func refused(text: String) {
        #expect(Address(text) == nil)
    }

    @Test("Any address reads back from its text")
    func roundTrip() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            // Masks make runs of zeros likely.
            let high = random.next() & random.next() & (random.next() % 3 == 0 ? 0xffff_0000 : .max)
            let low = random.next() & (random.next() % 2 == 0 ? 0xffff : .max)
            let six = Address(high: high, low: low)
            #expect(Address(six.description) == six)
            let four = Address(v4: UInt32(truncatingIfNeeded: low))
            #expect(Address(four.description) == four)
        }
    }

    @Test("Random text never traps")
    func randomText() {
        var random = SeededGenerator(seed: 6)
        let letters = Array("0123456789abcdefF:::...%/g")
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...24, using: &random)
            let text = String((0..<count).map { _ in letters.randomElement(using: &random) ?? ":" })
            if let address = Address(text) { #expect(Address(address.description) == address) }
        }
    }

    @Test("The order is that of the bits, IPv4 between the IPv6 addresses around it")
    func order() {
        #expect(("192.0.2.1" as Address) < "192.0.2.2")
        #expect(("192.0.2.255" as Address) < "2001:db8::")
        #expect(("2001:db8::1" as Address) < "2001:db8:0:1::")
        #expect(!(("2001:db8::1" as Address) < "2001:db8::1"))
    }
}

@Suite("Networks")
struct NetworkTests {
    @Test(
        "A network is read and written",
        arguments: [
            ("192.0.2.0/24", "192.0.2.0/24"), ("192.0.2.7", "192.0.2.7/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("192.0.2.128/25", "192.0.2.128/25"), ("2001:db8::/32", "2001:db8::/32"),
            ("2001:DB8::5", "2001:db8::5/128"), ("::/0", "::/0"),
            ("2001:db8::8/125", "2001:db8::8/125"),
        ] as [(String, String)])
    func text(text: String, expected: String) {
        #expect(Network(text)?.description == expected)
    }

    @Test(
        "What is not a network is refused",
        arguments: [
            "", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8",
            "192.0.2.0/24/8", "192.0.2.0/ 24", "192.0.2.0/24 ", "192.0.2.0/255.255.255.0",
            "192.0.2.1/24", "2001:db8::1/64", "::/129", "::/999", "2001:db8::/0", "192.0.2.0/024",
            "192.0.2.0/２4",
        ])
    func refused(text: String) {
        #expect(Network(text) == nil)
    }

    @Test("Every width keeps its bits and no others")
    func widths() {
        let ones = Address(high: .max, low: .max)
        for width in 0...128 {
            let network = Network(ones, prefixLength: width)
            #expect(
                network.address.high.nonzeroBitCount + network.address.low.nonzeroBitCount == width)
            #expect(network.contains(ones))
            #expect(Network(network.description) == network)
        }
        let four = Address(v4: .max)
        for width in 0...32 {
            let network = Network(four, prefixLength: width)
            #expect(network.address.isV4)
            #expect(network.address.v4Bits.nonzeroBitCount == width)
            #expect(network.contains(four))
            #expect(Network(network.description) == network)
        }
    }

    @Test("A width beyond the family's is the host's")
    func clamped() {
        #expect(Network("192.0.2.1" as Address, prefixLength: 64).isHost)
        #expect(Network("2001:db8::1" as Address, prefixLength: 900).prefixLength == 128)
        #expect(Network("2001:db8::1" as Address, prefixLength: -5).description == "::/0")
        #expect(Network(host: "192.0.2.1").prefixLength == 32)
    }

    @Test("A network contains its first and last address, and not its neighbours")
    func contains() {
        let four: Network = "192.0.2.64/26"
        for (address, inside) in [
            ("192.0.2.63", false), ("192.0.2.64", true), ("192.0.2.127", true),
            ("192.0.2.128", false), ("::c000:240", false),
        ] as [(Address, Bool)] { #expect(four.contains(address) == inside) }
        let six: Network = "2001:db8:0:8::/61"
        for (address, inside) in [
            ("2001:db8:0:7:ffff::", false), ("2001:db8:0:8::", true),
            ("2001:db8:0:f:ffff:ffff:ffff:ffff", true), ("2001:db8:0:10::", false),
        ] as [(Address, Bool)] { #expect(six.contains(address) == inside) }
    }

    @Test("The whole of one family holds nothing of the other")
    func families() {
        #expect(("0.0.0.0/0" as Network).contains("203.0.113.1"))
        #expect(!("0.0.0.0/0" as Network).contains("2001:db8::1"))
        #expect(("::/0" as Network).contains("2001:db8::1"))
        #expect(!("::/0" as Network).contains("203.0.113.1"))
    }

    @Test("The directed broadcast address is the last one of an IPv4 network up to /30")
    func broadcast() {
        #expect(("192.0.2.0/24" as Network).broadcast == "192.0.2.255")
        #expect(("192.0.2.4/30" as Network).broadcast == "192.0.2.7")
        #expect(("0.0.0.0/0" as Network).broadcast == "255.255.255.255")
        #expect(("192.0.2.4/31" as Network).broadcast == nil)
        #expect(("192.0.2.4/32" as Network).broadcast == nil)
        #expect(("2001:db8::/64" as Network).broadcast == nil)
    }
}
