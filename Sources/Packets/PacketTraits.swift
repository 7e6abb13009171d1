// SPDX-License-Identifier: GPL-3.0-or-later

/// What is true of a packet beside its header fields, one bit each.
package struct PacketTraits: OptionSet, Hashable, Sendable, BitwiseCopyable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The packet is IPv6.
    package static let v6 = PacketTraits(rawValue: 1 << 0)
    /// A first fragment: offset 0 and more to come.
    package static let firstFragment = PacketTraits(rawValue: 1 << 1)
    /// A later fragment: there is no transport header in it.
    package static let laterFragment = PacketTraits(rawValue: 1 << 2)
    /// The transport header's flags or ports are not in it: a first fragment too short for them,
    /// or an IP header with nothing behind it, which is how protocol scans ask.
    package static let shortTransport = PacketTraits(rawValue: 1 << 3)
    /// IPv4 options, or IPv6 extension headers other than a fragment header.
    package static let networkOptions = PacketTraits(rawValue: 1 << 4)
    /// The Don't Fragment bit of IPv4.
    package static let dontFragment = PacketTraits(rawValue: 1 << 5)
    /// An ICMP error that quotes the packet that it is about.
    package static let quotesPacket = PacketTraits(rawValue: 1 << 6)
    /// The UDP payload parses as an answer: DNS with QR=1, NTP mode 4 or 5, QUIC, RTP version 2.
    package static let answer = PacketTraits(rawValue: 1 << 7)
    /// Sent to a broadcast or multicast link-layer address.
    package static let linkMulticast = PacketTraits(rawValue: 1 << 8)
    /// Seen on a loopback interface.
    package static let loopback = PacketTraits(rawValue: 1 << 9)
    /// On its way out of this host (hook OUTPUT, or only an outgoing interface is known).
    package static let output = PacketTraits(rawValue: 1 << 10)
    /// The firewall accepted the packet: by its prefix, or by a group set as `accepted`.
    package static let accepted = PacketTraits(rawValue: 1 << 11)
    /// Refused by the parser: its header fields beyond the addresses mean nothing.
    package static let refused = PacketTraits(rawValue: 1 << 12)
    /// The addresses were read before the refusal.
    package static let addressed = PacketTraits(rawValue: 1 << 13)
    /// The kernel itself called it a martian (log_martians in a kernel log), or an address of an
    /// IPv6 packet is an IPv4-mapped one, which no host may send.
    package static let martian = PacketTraits(rawValue: 1 << 14)
}
