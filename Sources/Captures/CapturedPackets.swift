// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Turns the records of a capture into packets: the link header off, the IP packet to the parser.
struct CapturedPackets {
    private let link: LinkType
    private let acceptedGroups: Set<UInt16>
    private var memo = OriginMemo()

    init(link: LinkType, acceptedGroups: Set<UInt16>) {
        self.link = link
        self.acceptedGroups = acceptedGroups
    }

    /// Reads one record and hands its packet over; false when it holds none that is IP.
    mutating func read(
        _ record: RawSpan, isCut: Bool, time: Timestamp, _ origins: inout OriginTable,
        _ body: (PacketEvent, RawSpan, borrowing OriginTable) -> Void
    ) -> (isIP: Bool, failure: ParseFailure?) {
        let bytes = Span<UInt8>(_bytes: record)
        var time = time
        var origin = OriginID.unknown
        var traits = PacketTraits(rawValue: 0)
        var version: UInt8?
        var range = bytes.count..<bytes.count
        if link == .nflog {
            // A record without its header is as one without packet: refused as `noPayload`.
            if let message = NFLogRecord(bytes, isCut: isCut) {
                if message.isOtherProtocol { return (false, nil) }
                (origin, traits) = place(of: message, bytes, &origins)
                if message.isLinkMulticast { traits.insert(.linkMulticast) }
                version = message.version
                time = message.time ?? time
                let packet = bytes.extracting(message.payload)
                let kept = packet.packetRange(from: 0)
                let start = message.payload.lowerBound
                range = (start + kept.lowerBound)..<(start + kept.upperBound)
            }
        } else {
            let frame = LinkFrame(bytes, link: link)
            traits = frame.traits
            switch frame.payload {
            case .otherProtocol: return (false, nil)
            case .cut: break
            case .packet(let offset, let announced):
                version = announced
                range = bytes.packetRange(from: offset)
            }
            if let interface = frame.interface {
                origin = origins.intern(interface, isOutput: traits.contains(.output))
                if interface == LinkFrame.loopbackInterface { traits.insert(.loopback) }
            }
        }
        let packet = record.extracting(range)
        let parsed = PacketEvent.parsing(
            packet, version: version, time: time, origin: origin, traits: traits)
        body(parsed.event, packet, origins)
        return (true, parsed.failure)
    }

    private mutating func place(
        of record: NFLogRecord, _ bytes: Span<UInt8>, _ origins: inout OriginTable
    ) -> (OriginID, PacketTraits) {
        let key = UInt64(record.interfaceIn) << 32 | UInt64(record.interfaceOut)
        let more = UInt32(record.group) << 16 | UInt32(record.hook ?? 0xff)
        return memo.origin(bytes, record.names, beside: (key, more)) {
            let origin = Origin(
                group: record.group, prefix: bytes.text(record.prefix),
                hook: record.hook.flatMap { Hook(rawValue: $0) },
                interfaceIn: CapturedPackets.name(record.nameIn, bytes, record.interfaceIn),
                interfaceOut: CapturedPackets.name(record.nameOut, bytes, record.interfaceOut))
            var traits = PacketTraits(of: origin)
            if acceptedGroups.contains(record.group) { traits.insert(.accepted) }
            return (origins.intern(origin), traits)
        }
    }

    private static func name(_ range: Range<Int>, _ bytes: Span<UInt8>, _ number: UInt32) -> String
    {
        range.isEmpty ? LinkFrame.interfaceName(number) : bytes.text(range)
    }
}

extension LinkFrame {
    /// The loopback interface is the first of every Linux network namespace.
    static let loopbackInterface: UInt32 = 1

    /// A capture knows an interface by its number only: `if3`, as ip(8) writes such ones.
    static func interfaceName(_ number: UInt32) -> String {
        number == 0 ? "" : number == loopbackInterface ? "lo" : "if\(number)"
    }
}

extension OriginTable {
    /// The origin of a packet of which only the interface is known.
    fileprivate mutating func intern(_ interface: UInt32, isOutput: Bool) -> OriginID {
        let name = LinkFrame.interfaceName(interface)
        return intern(
            Origin(interfaceIn: isOutput ? "" : name, interfaceOut: isOutput ? name : ""))
    }
}
