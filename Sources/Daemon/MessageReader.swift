// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import NFLog
import Packets
import Ring

/// Makes an event of each log message of one group, and puts it into the ring.
///
/// Thread: the reader's alone.
package struct MessageReader {
    private(set) var group: GroupSettings
    private var memo = OriginMemo()
    private(set) var refused = RefusalCounts()
    /// Who logs each packet; nil for nobody.
    var tap: PacketTap?
    /// What messages with the same opening have in common, by the opening's number.
    private var openings = InlineArray<4, Opening?>(repeating: nil)

    private struct Opening {
        var origin: OriginID
        var traits: PacketTraits
        var version: UInt8?
        var startsWithLinkHeader: Bool
    }

    package init(group: GroupSettings) {
        self.group = group
        precondition(openings.count == DatagramWalker.openings, "an entry for each opening")
    }

    /// Interfaces have got other names.
    mutating func forgetNames() {
        memo.clear()
        openings = InlineArray(repeating: nil)
    }

    /// After a reload the same group may count as accepted, or no longer.
    mutating func become(_ meaning: GroupSettings) {
        group = meaning
        forgetNames()
    }

    /// - Parameter now: the time of this batch, asked for by the first message without one of its
    ///   own: only the output hooks have none.
    package mutating func read(
        _ message: borrowing LogMessage, now: inout Timestamp?,
        interfaces: borrowing InterfaceNames, registry: OriginRegistry,
        into producer: inout EventProducer
    ) {
        let opening: Opening
        if message.isRepeated, let known = openings[message.opening] {
            opening = known
        } else {
            opening = learn(message, interfaces: interfaces, registry: registry)
        }
        let time: Timestamp
        if let stamp = message.timestamp {
            time = Timestamp(seconds: stamp.seconds, nanoseconds: stamp.nanoseconds)
        } else {
            time = now ?? System.now
            now = time
        }
        var packet = message.payload
        if opening.startsWithLinkHeader {
            let start = min(MessageReader.ethernetHeader, packet.byteCount)
            packet = packet.extracting(start..<packet.byteCount)
        }
        var failure: ParseFailure?
        let pushed = producer.push(packet: packet) { event in
            failure = PacketEvent.parse(
                packet, version: opening.version, time: time, origin: opening.origin,
                traits: opening.traits, into: &event)
        }
        if pushed, let failure { refused.add(failure) }
        if let tap {
            let link = opening.startsWithLinkHeader
            tap.note(
                linkHeader: link
                    ? message.payload.extracting(first: MessageReader.ethernetHeader)
                    : message.linkHeader, packet, time: time, origin: opening.origin,
                mark: message.mark ?? 0)
        }
    }

    private mutating func learn(
        _ message: borrowing LogMessage, interfaces: borrowing InterfaceNames,
        registry: OriginRegistry
    ) -> Opening {
        let entry = memo.entry(of: message) { [group] prefix in
            MessageReader.describe(
                message, of: group, prefix: prefix, interfaces: interfaces, registry: registry)
        }
        var opening = Opening(
            origin: entry.id, traits: entry.traits, version: message.ipVersion,
            startsWithLinkHeader: message.payloadStartsWithLinkHeader)
        if message.linkType == MessageReader.ethernet,
            LinkAddress.isForMany(Span<UInt8>(_bytes: message.linkHeader))
        {
            opening.traits.insert(.linkMulticast)
        }
        openings[message.opening] = opening
        return opening
    }

    private static func describe(
        _ message: borrowing LogMessage, of group: GroupSettings, prefix: [UInt8],
        interfaces: borrowing InterfaceNames, registry: OriginRegistry
    ) -> OriginMemo.Entry {
        let origin = Origin(
            group: group.group, prefix: String(decoding: prefix, as: UTF8.self),
            hook: message.namedHook,
            interfaceIn: interfaces[message.interfaceIn]?.name ?? "",
            interfaceOut: interfaces[message.interfaceOut]?.name ?? "")
        var traits: PacketTraits = []
        if group.accepted || origin.rule.isAccepted { traits.insert(.accepted) }
        if message.interfaceIn == 0 && message.interfaceOut != 0 { traits.insert(.output) }
        let index = message.interfaceIn != 0 ? message.interfaceIn : message.interfaceOut
        if interfaces[index]?.isLoopback == true { traits.insert(.loopback) }
        return OriginMemo.Entry(id: registry.intern(origin), traits: traits)
    }

    /// ARPHRD_ETHER, linux/if_arp.h.
    private static let ethernet: UInt16 = 1
    private static let ethernetHeader = 14
}

/// Refused packets by reason.
struct RefusalCounts: Sendable {
    private var counts = InlineArray<8, Int>(repeating: 0)

    mutating func add(_ failure: ParseFailure) { counts[Int(failure.rawValue)] &+= 1 }

    mutating func add(_ other: RefusalCounts) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }

    subscript(failure: ParseFailure) -> Int { counts[Int(failure.rawValue)] }
}

extension LogMessage {
    /// The IP version that the link layer or the family announces; nil when neither says.
    var ipVersion: UInt8? {
        switch hardwareProtocol {
        case 0x0800: 4
        case 0x86dd: 6
        default: family == 2 ? 4 : family == 10 ? 6 : nil
        }
    }

    var namedHook: Hook? {
        family == LogMessage.netdevFamily ? .ingress : Hook(rawValue: hook)
    }
}
