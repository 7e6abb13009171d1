// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import NFLog
import Packets
import Ring
import TestSupport

@testable import Daemon

/// The reader's part of the road, without its socket.
struct Road: ~Copyable {
    var witness = Witness()
    var reader = MessageReader(group: GroupSettings(group: 5))
    private let walking = Walking()
    private let registry = OriginRegistry()
    private var lane = Lane(capacity: 512)
    /// For each message read as if it were the first one.
    private var freshLane = Lane(capacity: 4)

    init() {}

    mutating func read(_ bytes: RawSpan) {
        let walking = walking
        let before = walking.walker.counters
        var now: Timestamp? = .testStart
        let handed = walking.walker.walk(bytes) { message in
            for part in [
                message.payload.byteCount, message.prefix.byteCount, message.linkHeader.byteCount,
                message.l2Header.byteCount, message.conntrack.byteCount,
            ] { must(part <= bytes.byteCount, "no part is longer than the datagram") }
            mustBePlain(message.hardwareAddress.map { $0.description } ?? "", "an address")
            reader.read(
                message, now: &now, interfaces: Names.shared.names, registry: registry,
                into: &lane.producer)
        }
        let counters = walking.walker.counters
        must(Int(counters.messages - before.messages) == handed, "every message is counted")
        must(handed * 20 <= bytes.byteCount, "no message without bytes")
        must(counters.gap - before.gap <= UInt64(bytes.byteCount / 20) << 31, "a gap is a gap")
        let events = lane.take(&witness, registry.snapshot)
        must(events.count == handed, "each message is an event")
        compare(events, with: bytes)
    }

    /// What is remembered of earlier messages must not change what is read of the next.
    private mutating func compare(_ events: [PacketEvent], with bytes: RawSpan) {
        var (offset, number) = (0, 0)
        var reader = InputReader(bytes)
        while bytes.byteCount - offset >= 16 {
            var head = InputReader(bytes.extracting(droppingFirst: offset))
            let length = Int(head.half()) | Int(head.half()) << 16
            guard length >= 16, length <= bytes.byteCount - offset else { return }
            let walker = DatagramWalker()
            var fresh = MessageReader(group: GroupSettings(group: 5))
            var now: Timestamp? = .testStart
            walker.walk(reader.bytes(length)) { message in
                fresh.read(
                    message, now: &now, interfaces: Names.shared.names, registry: registry,
                    into: &freshLane.producer)
            }
            if let event = freshLane.only() {
                must(number < events.count && events[number] == event, "read alone it is the same")
                number += 1
            }
            let padding = min((4 - length & 3) & 3, bytes.byteCount - offset - length)
            _ = reader.bytes(padding)
            offset += length + padding
        }
    }
}

/// A walker that can be held while the road around it changes.
private final class Walking {
    let walker = DatagramWalker()
}

/// A ring with both its ends.
private struct Lane: ~Copyable {
    var producer: EventProducer
    private var consumer: EventConsumer

    init(capacity: Int) {
        guard let ring = try? EventRing(capacity: capacity) else {
            preconditionFailure("a ring of \(capacity) events")
        }
        producer = ring.makeProducer()
        consumer = ring.makeConsumer()
    }

    /// Hands what is in it to the witness.
    mutating func take(_ witness: inout Witness, _ origins: OriginTable) -> [PacketEvent] {
        producer.publish()
        var events: [PacketEvent] = []
        _ = consumer.consume(upTo: 512, announce: { _ in }) { event, packet in
            must(packet.byteCount <= PacketEvent.keptBytes, "at most 192 bytes are kept")
            must(
                Int(event.transportOffset) <= packet.byteCount
                    && Int(event.payloadOffset) <= packet.byteCount,
                "an event's offsets lie in its packet: \(event)")
            mustBePlain(event.description, "an event")
            witness.observe(event, packet: packet, origins: origins)
            events.append(event)
        }
        return events
    }

    /// The one event in it, if any.
    mutating func only() -> PacketEvent? {
        producer.publish()
        var found: PacketEvent?
        _ = consumer.consume(upTo: 1, announce: { _ in }) { event, _ in found = event }
        return found
    }
}

/// The interfaces of this machine: names are the administrator's, not the input's.
private final class Names: Sendable {
    static let shared = Names()
    let names: InterfaceNames

    private init() {
        guard let names = try? InterfaceNames.open() else {
            preconditionFailure("interfaces can be listed without rights")
        }
        self.names = names
    }
}
