// SPDX-License-Identifier: GPL-3.0-or-later

/// What parsing made of a packet.
package struct ParsedPacket: Hashable, Sendable, BitwiseCopyable {
    /// There always is one; a refused packet's event has the addresses at most.
    package var event: PacketEvent
    /// Why the event is a refused one (traits `.refused`, and `.addressed` when both addresses
    /// were read); nil when it is not.
    package var failure: ParseFailure?
}

extension PacketEvent {
    /// The event of a packet whose bytes start at the IP header.
    ///
    /// `version` is what the link layer announced: 4, 6, or nil where it says nothing.
    /// Bound: looks at no more than the first 192 bytes; what lies behind counts as cut off.
    package static func parsing(
        _ bytes: RawSpan, version: UInt8? = nil, time: Timestamp, origin: OriginID = .unknown,
        traits: PacketTraits = []
    ) -> ParsedPacket {
        var event = PacketEvent(
            source: .unspecified, destination: .unspecified, ipProtocol: IPProtocol(rawValue: 255))
        let failure = parse(
            bytes, version: version, time: time, origin: origin, traits: traits, into: &event)
        return ParsedPacket(event: event, failure: failure)
    }

    /// The same, put where the event is wanted; returns why it is a refused one.
    ///
    /// A copy of an event that was just written waits until all its small stores are done: three
    /// copies on the way into the ring took longer than the parsing.
    package static func parse(
        _ bytes: RawSpan, version: UInt8? = nil, time: Timestamp, origin: OriginID = .unknown,
        traits: PacketTraits = [], into event: inout PacketEvent
    ) -> ParseFailure? {
        // Protocol 255 is reserved: a packet of which nothing was read claims no real one.
        event = PacketEvent(
            time: time, source: .unspecified, destination: .unspecified,
            ipProtocol: IPProtocol(rawValue: 255), length: 0, hopLimit: 0, traits: traits,
            origin: origin)
        do throws(ParseFailure) {
            try event.read(PacketBytes(bytes), announced: version)
            event.traits.remove(.addressed)
            return nil
        } catch {
            event.traits.insert(.refused)
            return error
        }
    }

    @inline(__always)
    private mutating func read(_ bytes: PacketBytes, announced: UInt8?) throws(ParseFailure) {
        guard bytes.count > 0 else { throw .noPayload }
        let version = bytes.byte(0) >> 4
        guard announced == nil || announced == version else { throw .version }
        switch version {
        case 4: try readTransport(bytes, readIPv4(bytes))
        case 6: try readTransport(bytes, readIPv6(bytes))
        default: throw .version
        }
    }
}

/// Where the transport stands in a packet, and how much of it is there.
struct TransportRange: BitwiseCopyable {
    /// The offset of the transport header.
    var start: Int
    /// The length that the IP header gives the transport, its header included.
    var length: Int
    /// How many of these bytes were copied.
    var copied: Int

    /// A later fragment, no next header, or an extension header without anything behind it.
    static let none = TransportRange(start: 0, length: 0, copied: 0)

    init(start: Int, end: Int, kept: Int) {
        self.start = start
        length = end - start
        copied = max(0, min(end, kept) - start)
    }

    private init(start: Int, length: Int, copied: Int) {
        self.start = start
        self.length = length
        self.copied = copied
    }

    /// An end that no header gave: the packet is longer than the length field can say.
    static let unknownEnd = 1 << 32
}
