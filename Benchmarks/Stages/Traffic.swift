// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport

/// Made-up packets and events; the same seed gives the same ones.
struct Traffic {
    /// What the sources do.
    enum Kind {
        /// A flood: SYNs of random sources, each to one of four ports of a host. Nobody reaches a
        /// scan's five targets; every tenth source speaks IPv6.
        case flood
        /// What a firewall of a busy network drops: three in five are SYNs to random ports of 250
        /// hosts, so that every source becomes a scanner; the rest is UDP, pings, tails of
        /// conversations, and backscatter.
        case mix
    }

    let kind: Kind
    let sources: UInt64
    private var state: UInt64
    private var clock: Int64 = 1_700_000_000_000_000_000

    init(_ kind: Kind, sources: Int, seed: UInt64 = 1) {
        self.kind = kind
        self.sources = UInt64(sources)
        state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    }

    /// xorshift64* (Vigna 2014).
    private mutating func random() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }

    /// Below the bound: the high half of a product.
    private mutating func random(below bound: UInt64) -> UInt64 {
        random().multipliedFullWidth(by: bound).high
    }

    /// One address for each number, in the order of nothing.
    private static func address(_ number: UInt64) -> Address {
        let mixed = UInt32(truncatingIfNeeded: number) &* 0x9e37_79b1
        if number % 10 == 0 {
            return Address(high: 0x2001_0db8_0000_0000 | UInt64(mixed), low: number | 1)
        }
        return Address(v4: 0x1000_0000 | mixed & 0xff_ffff)
    }

    /// A microsecond later, from a random source.
    @inline(__always)
    mutating func next() -> PacketEvent {
        event(from: random(below: sources))
    }

    /// An event of a source with this number.
    @inline(__always)
    mutating func event(from number: UInt64) -> PacketEvent {
        let dice = random()
        clock &+= 1000
        let source = Traffic.address(number)
        let six = !source.isV4
        var host = UInt64(1)
        if kind == .mix { host += dice >> 32 & 0xff % 250 }
        var event = PacketEvent(
            time: Timestamp(nanoseconds: clock), source: source,
            destination: six
                ? Address(high: 0x2001_0db8_0001_0000, low: host)
                : Address(v4: 0xc000_0200 | UInt32(truncatingIfNeeded: host)),
            ipProtocol: .tcp, sourcePort: UInt16(truncatingIfNeeded: dice >> 48) | 1024,
            destinationPort: UInt16(truncatingIfNeeded: dice >> 16), flags: TCPFlags.syn.rawValue,
            sequenceNumber: UInt32(truncatingIfNeeded: dice), length: 44, window: 1024,
            tcpOptions: .maximumSegmentSize, traits: six ? .v6 : [],
            transportOffset: six ? 40 : 20)
        if kind == .flood {
            // Always the same port of one source and so one target; there are four in all.
            event.destinationPort = UInt16(80 + number % 4)
            return event
        }
        switch dice % 10 {
        case 6:  // the tail of a conversation
            event.flags = TCPFlags.fin.rawValue | TCPFlags.ack.rawValue
            event.sourcePort = 443
            event.destinationPort |= 0x8000
        case 7:  // somebody answers what was never asked
            event.flags = TCPFlags.syn.rawValue | TCPFlags.ack.rawValue
            event.sourcePort = 80
        case 8:
            event.ipProtocol = .udp
            (event.flags, event.tcpOptions) = (0, [])
        case 9:
            event.ipProtocol = six ? .icmpv6 : .icmp
            event.destinationPort = six ? 128 << 8 : 8 << 8
            (event.flags, event.tcpOptions) = (0, [])
        default: break
        }
        return event
    }

    /// The bytes of a SYN with the segment size as its only option.
    mutating func packet() -> [UInt8] {
        let event = next()
        return tcp(
            from: event.source, to: event.destination, sourcePort: event.sourcePort,
            port: event.destinationPort, sequence: event.sequenceNumber,
            options: .nmap)
    }
}
