// SPDX-License-Identifier: GPL-3.0-or-later

/// One packet that the firewall reported: what detection asks of it, in one cache line.
///
/// Shape: a trivial value of 64 bytes (a test says so); fields in host byte order.
/// What is not here (options in their order, payload) is read from the packet's first 192 bytes,
/// which travel beside the event.
package struct PacketEvent: Hashable, Sendable, BitwiseCopyable {
    /// When the kernel saw the packet, or when it was received where the kernel does not say.
    package var time: Timestamp
    package var source: Address
    package var destination: Address
    /// TCP sequence number; 0 for other protocols.
    package var sequenceNumber: UInt32
    /// TCP, UDP, UDP-Lite, SCTP, DCCP; 0 where there are no ports. ICMP: the identifier.
    package var sourcePort: UInt16
    /// As `sourcePort`. ICMP: type in the high byte, code in the low one.
    package var destinationPort: UInt16
    /// Total length of the IP packet in bytes, as its header says.
    package var length: UInt16
    /// IPv4 identification; 0 for IPv6.
    package var identification: UInt16
    /// TCP window, not scaled; 0 for other protocols.
    package var window: UInt16
    /// Where the event came from; an index into the ``OriginTable`` of its stream.
    package var origin: OriginID
    package var traits: PacketTraits
    package var ipProtocol: IPProtocol
    /// TCP control bits. SCTP: the first chunk's type. DCCP: the packet type.
    package var flags: UInt8
    /// IPv4 time to live or IPv6 hop limit.
    package var hopLimit: UInt8
    package var tcpOptions: TCPOptionKinds
    /// Where the transport header starts in the packet bytes; 0 when it is not there.
    ///
    /// Range: 0...192, since only that much of the packet is kept.
    package var transportOffset: UInt8
    /// Where the transport's payload starts; 0 when none was copied.
    package var payloadOffset: UInt8

    package init(
        time: Timestamp = Timestamp(nanoseconds: 0),
        source: Address,
        destination: Address,
        ipProtocol: IPProtocol,
        sourcePort: UInt16 = 0,
        destinationPort: UInt16 = 0,
        flags: UInt8 = 0,
        sequenceNumber: UInt32 = 0,
        length: UInt16 = 40,
        identification: UInt16 = 0,
        window: UInt16 = 0,
        hopLimit: UInt8 = 64,
        tcpOptions: TCPOptionKinds = [],
        traits: PacketTraits = [],
        origin: OriginID = .unknown,
        transportOffset: UInt8 = 0,
        payloadOffset: UInt8 = 0
    ) {
        self.time = time
        self.source = source
        self.destination = destination
        self.sequenceNumber = sequenceNumber
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.length = length
        self.identification = identification
        self.window = window
        self.origin = origin
        self.traits = traits
        self.ipProtocol = ipProtocol
        self.flags = flags
        self.hopLimit = hopLimit
        self.tcpOptions = tcpOptions
        self.transportOffset = transportOffset
        self.payloadOffset = payloadOffset
    }

    package var tcpFlags: TCPFlags { TCPFlags(rawValue: flags) }
    package var icmpType: UInt8 { UInt8(destinationPort >> 8) }
    package var icmpCode: UInt8 { UInt8(destinationPort & 0xff) }

    /// How many bytes of a packet are kept beside its event.
    package static let keptBytes = 192
}
