// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@Suite("The event")
struct EventShapeTests {
    @Test("An event is a trivial value of one cache line")
    func size() {
        func isTrivial<T: BitwiseCopyable>(_: T.Type) -> Bool { true }
        #expect(isTrivial(PacketEvent.self))
        #expect(MemoryLayout<PacketEvent>.size == 64)
        #expect(MemoryLayout<PacketEvent>.stride == 64)
        #expect(MemoryLayout<PacketEvent>.alignment == 8)
    }

    @Test("An event keeps the time, origin and traits that it is given")
    func given() {
        let origin = OriginID(rawValue: 7)
        let event = event(
            tcp(), time: Timestamp(seconds: 12), origin: origin, traits: [.output, .loopback])
        #expect(event.time == Timestamp(seconds: 12))
        #expect(event.origin == origin)
        #expect(event.traits == [.output, .loopback])
    }

    @Test(
        "An event reads like a line of a scenario",
        arguments: [
            (tcp(), "tcp 198.51.100.7:40001 > 192.0.2.10:22 S"),
            (tcp(flags: [.fin, .psh, .urg]), "tcp 198.51.100.7:40001 > 192.0.2.10:22 FPU"),
            (tcp(flags: []), "tcp 198.51.100.7:40001 > 192.0.2.10:22 -"),
            (udp(network: .v6), "udp [2001:db8:bad::7]:40001 > [2001:db8::10]:53"),
            (icmp(), "icmp 198.51.100.7 > 192.0.2.10 8/0"),
            (icmpv6(), "ipv6-icmp 2001:db8:bad::7 > 2001:db8::10 128/0"),
            (sctp(), "sctp 198.51.100.7:40001 > 192.0.2.10:2905 chunk 1"),
            (dccp(), "dccp 198.51.100.7:40001 > 192.0.2.10:5001 type 0"),
            (ip([1, 2], .gre), "gre 198.51.100.7 > 192.0.2.10"),
            (
                fragment(of: tcp(), offset: 0, bytes: 8),
                "tcp 198.51.100.7:40001 > 192.0.2.10:22 short first fragment"
            ),
            (
                fragment(of: tcp(), offset: 8, bytes: 8),
                "tcp 198.51.100.7 > 192.0.2.10 later fragment"
            ),
            (Array(tcp().prefix(30)), "refused 198.51.100.7 > 192.0.2.10"),
            ([], "refused"),
        ])
    func text(packet: [UInt8], line: String) {
        #expect(event(packet).description == line)
    }
}
