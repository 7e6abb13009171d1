// SPDX-License-Identifier: GPL-3.0-or-later

/// What is true of a packet beside its header fields, one bit each.
@usableFromInline package struct PacketTraits: OptionSet, Hashable, Sendable, BitwiseCopyable {
    @usableFromInline package let rawValue: UInt16
    @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The packet is IPv6.
    @inlinable package static var v6: PacketTraits { PacketTraits(rawValue: 1 << 0) }
    /// A first fragment: offset 0 and more to come.
    @inlinable package static var firstFragment: PacketTraits { PacketTraits(rawValue: 1 << 1) }
    /// A later fragment: there is no transport header in it.
    @inlinable package static var laterFragment: PacketTraits { PacketTraits(rawValue: 1 << 2) }
    /// The transport header's flags or ports are not in it: a first fragment too short for them,
    /// or an IP header with nothing behind it, which is how protocol scans ask.
    @inlinable package static var shortTransport: PacketTraits { PacketTraits(rawValue: 1 << 3) }
    /// IPv4 options, or IPv6 extension headers other than a fragment header.
    @inlinable package static var networkOptions: PacketTraits { PacketTraits(rawValue: 1 << 4) }
    /// The Don't Fragment bit of IPv4.
    @inlinable package static var dontFragment: PacketTraits { PacketTraits(rawValue: 1 << 5) }
    /// An ICMP error that quotes the packet that it is about.
    @inlinable package static var quotesPacket: PacketTraits { PacketTraits(rawValue: 1 << 6) }
    /// The UDP payload parses as an answer: DNS with QR=1, NTP mode 4 or 5, QUIC, RTP version 2, STUN.
    @inlinable package static var answer: PacketTraits { PacketTraits(rawValue: 1 << 7) }
    /// Sent to a broadcast or multicast link-layer address.
    @inlinable package static var linkMulticast: PacketTraits { PacketTraits(rawValue: 1 << 8) }
    /// Seen on a loopback interface.
    @inlinable package static var loopback: PacketTraits { PacketTraits(rawValue: 1 << 9) }
    /// On its way out of this host (hook OUTPUT, or only an outgoing interface is known).
    @inlinable package static var output: PacketTraits { PacketTraits(rawValue: 1 << 10) }
    /// The firewall accepted the packet: by its prefix, or by a group set as `accepted`.
    @inlinable package static var accepted: PacketTraits { PacketTraits(rawValue: 1 << 11) }
    /// Refused by the parser: its header fields beyond the addresses mean nothing.
    @inlinable package static var refused: PacketTraits { PacketTraits(rawValue: 1 << 12) }
    /// The addresses were read before the refusal.
    @inlinable package static var addressed: PacketTraits { PacketTraits(rawValue: 1 << 13) }
    /// The kernel itself called it a martian (log_martians in a kernel log), or an address of an
    /// IPv6 packet is an IPv4-mapped one, which no host may send.
    @inlinable package static var martian: PacketTraits { PacketTraits(rawValue: 1 << 14) }
    /// A UDP answer of a kind that comes from any port: RTP, RTCP, or a STUN response.
    @inlinable package static var media: PacketTraits { PacketTraits(rawValue: 1 << 15) }
}
