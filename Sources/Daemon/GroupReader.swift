// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import NFLog
import Packets
import Ring

/// One NFLOG group on its way into the ring: message, event, slot.
///
/// Thread: made on the thread that starts the daemon, then the reader's alone.
final class GroupReader {
    private(set) var group: GroupSettings
    private var socket: NFLogSocket
    private var memo = OriginMemo()
    private(set) var refused = RefusalCounts()

    init(group: GroupSettings, settings: NFLogSettings) throws(NFLogError) {
        self.group = group
        socket = try NFLogSocket.open(group: group.group, settings: settings)
    }

    var descriptor: CInt { socket.fileDescriptor }
    var counters: NFLogCounters { socket.counters }
    var effective: NFLogReadBack { socket.effective }

    /// Interfaces have got other names.
    func forgetNames() { memo.clear() }

    /// After a reload the same group may count as accepted, or no longer.
    func become(_ meaning: GroupSettings) {
        group = meaning
        memo.clear()
    }

    /// Reads what the kernel has, at most so many datagrams, and pushes it; returns the messages.
    func receive(
        upTo datagrams: Int, interfaces: borrowing InterfaceNames, registry: OriginRegistry,
        into producer: inout EventProducer
    ) throws(NFLogError) -> Int {
        // Read at most once a batch: only the output hooks have no time of their own.
        var now: Timestamp?
        return try socket.receive(upTo: datagrams) { message in
            let origin = memo.entry(of: message) { prefix in
                describe(message, prefix: prefix, interfaces: interfaces, registry: registry)
            }
            var traits = origin.traits
            if message.linkType == GroupReader.ethernet,
                LinkAddress.isForMany(Span<UInt8>(_bytes: message.linkHeader))
            {
                traits.insert(.linkMulticast)
            }
            let time: Timestamp
            if let stamp = message.timestamp {
                time = Timestamp(seconds: stamp.seconds, nanoseconds: stamp.nanoseconds)
            } else {
                time = now ?? System.now
                now = time
            }
            let packet = payload(of: message)
            let parsed = PacketEvent.parsing(
                packet, version: message.ipVersion, time: time, origin: origin.id, traits: traits)
            if let failure = parsed.failure { refused.add(failure) }
            producer.push(parsed.event, packet: packet)
        }
    }

    /// The packet from its network header on.
    @_lifetime(copy message)
    private func payload(of message: borrowing LogMessage) -> RawSpan {
        let bytes = message.payload
        guard message.payloadStartsWithLinkHeader else { return bytes }
        return bytes.extracting(min(GroupReader.ethernetHeader, bytes.byteCount)..<bytes.byteCount)
    }

    private func describe(
        _ message: borrowing LogMessage, prefix: [UInt8], interfaces: borrowing InterfaceNames,
        registry: OriginRegistry
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
