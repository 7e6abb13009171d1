// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("TCP options")
struct TCPOptionListTests {
    private func list(_ bytes: [UInt8]) -> TCPOptionList {
        TCPOptionList(RawSpan(_elements: bytes.span))
    }

    private func kinds(_ list: TCPOptionList) -> [UInt8] {
        (0..<list.count).map { list.kind($0) }
    }

    @Test("Order, values and presence")
    func values() {
        let options: [TCPOptionBytes] = [
            .maximumSegmentSize(1460), .sackPermitted, .timestamps(0xdead_beef, echo: 77),
            .noOperation, .windowScale(7),
        ]
        let list = list(options.flatMap(\.bytes))
        #expect(kinds(list) == [2, 4, 8, 1, 3])
        #expect(list.maximumSegmentSize == 1460)
        #expect(list.windowScale == 7)
        #expect(list.timestampValue == 0xdead_beef)
        #expect(list.timestampEcho == 77)
        #expect(list.permitsSACK)
        #expect(!list.isMalformed)
    }

    @Test("No options is an empty list")
    func empty() {
        #expect(list([]).count == 0)
        #expect(list([]).kinds == [])
        #expect(list([]).maximumSegmentSize == nil)
    }

    @Test("The end of the list ends it; what follows is counted and looked at")
    func end() {
        let zeros = list([1, 0, 0, 0])
        #expect(kinds(zeros) == [1, 0])
        #expect(zeros.bytesAfterEnd == 2)
        #expect(!zeros.hasDataAfterEnd)
        let hidden = list([0, 2, 4, 5])
        #expect(hidden.bytesAfterEnd == 3)
        #expect(hidden.hasDataAfterEnd)
        #expect(hidden.kinds == [])
    }

    @Test("A list of forty no-operations fits")
    func longest() {
        #expect(list([UInt8](repeating: 1, count: 40)).count == 40)
        #expect(list([UInt8](repeating: 1, count: 60)).count == 40)
    }

    @Test("Other kinds are told as other, and stepped over")
    func others() {
        let list = list([5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 34, 2, 3, 3, 9])
        #expect(kinds(list) == [5, 34, 3])
        #expect(list.kinds == [.other, .windowScale])
        #expect(list.windowScale == 9)
    }

    @Test(
        "A length below 2, past the end, or not the kind's own is malformed",
        arguments: [
            [2, 0, 5, 5], [2, 1, 5, 5], [3], [8, 10, 0, 0], [254, 200],
            [2, 3, 5, 1], [3, 4, 5, 1], [4, 3, 5, 1], [8, 4, 5, 1],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(list(bytes).isMalformed)
        #expect(list(bytes).maximumSegmentSize == nil)
        let event = event(tcp(options: [.raw(bytes.padded(toMultipleOf: 4))]))
        #expect(event.tcpOptions.contains(.malformed))
    }

    @Test("A wrong length inside the header does not hide the options behind it")
    func goesOn() {
        let list = list([2, 3, 5, 3, 3, 8])
        #expect(kinds(list) == [2, 3])
        #expect(list.windowScale == 8)
        #expect(list.kinds == [.malformed, .windowScale])
    }

    @Test("The list of a packet is found through its event")
    func ofEvent() {
        let packet = tcp(options: .nmap, network: .v6)
        let list = TCPOptionList(of: event(packet), in: RawSpan(_elements: packet.span))
        #expect(list?.maximumSegmentSize == 1460)
        #expect(list?.count == 1)
        for other in [udp(), fragment(of: packet, offset: 0, bytes: 16), Array(packet.prefix(58))] {
            let span = RawSpan(_elements: other.span)
            #expect(TCPOptionList(of: event(other), in: span)?.count == nil)
            // The bytes of another packet than the event's.
            #expect(TCPOptionList(of: event(packet), in: span)?.count == nil)
        }
    }
}
