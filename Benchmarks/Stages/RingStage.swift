// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Packets
import Ring
import Synchronization

/// The ring: a SYN pushed and popped, in batches as the reader publishes them.
enum RingStage {
    /// Events between two publications: about what one datagram of 64 KiB holds.
    private static let batch = 256
    private static let capacity = 1 << 16

    /// One thread does both: the work without what the two ends do to each other's cache.
    static func alone(_ events: Int) throws -> Measured {
        let ring = try EventRing(capacity: capacity)
        var producer = ring.makeProducer()
        var consumer = ring.makeConsumer()
        var traffic = Traffic(.flood, sources: 65_536)
        let event = traffic.next()
        let packet = traffic.packet()
        let rounds = max(1, events / batch)
        // Every slot once, so that the memory is there.
        for _ in 0..<capacity / batch { _ = turn(&producer, &consumer, event, packet) }
        return Measured.around(events: rounds * batch) {
            var found = 0
            for _ in 0..<rounds { found &+= turn(&producer, &consumer, event, packet) }
            return found
        }
    }

    private static func turn(
        _ producer: inout EventProducer, _ consumer: inout EventConsumer, _ event: PacketEvent,
        _ packet: [UInt8]
    ) -> Int {
        let bytes = RawSpan(_elements: packet.span)
        var found = 0
        for _ in 0..<batch { producer.push(event, packet: bytes) }
        producer.publish()
        _ = consumer.consume(upTo: batch) { event, packet in
            found &+= Int(event.destinationPort) &+ packet.byteCount
        }
        return found
    }

    /// Two threads; the CPU time of both.
    static func threads(_ events: Int) throws -> Measured {
        let ring = try EventRing(capacity: capacity)
        let reading = Handed(ring.makeConsumer())
        let result = Mutex((found: 0, nanoseconds: Int64(0)))
        let wanted = events
        let thread = try NamedThread("consumer") {
            guard var consumer = reading.take() else { return }
            let start = picket_thread_cpu_ns()
            var (seen, found) = (0, 0)
            while seen < wanted {
                let count = consumer.consume(upTo: 1024) { event, packet in
                    found &+= Int(event.destinationPort) &+ packet.byteCount
                }
                seen += count
                if count == 0 { consumer.wait(nanoseconds: nil) }
            }
            let used = picket_thread_cpu_ns() - start
            result.withLock { $0 = (found, used) }
        }
        var producer = ring.makeProducer()
        var traffic = Traffic(.flood, sources: 65_536)
        let event = traffic.next()
        let packet = traffic.packet()
        let start = picket_thread_cpu_ns()
        var sent = 0
        while sent < events {
            // Nothing may be dropped here: wait until a batch fits.
            while ring.occupancy > capacity - batch { picket_spin_hint() }
            for _ in 0..<min(batch, events - sent) {
                producer.push(event, packet: RawSpan(_elements: packet.span))
                sent += 1
            }
            producer.publish()
        }
        let used = picket_thread_cpu_ns() - start
        thread.join()
        return result.withLock {
            Measured(events: events, nanoseconds: used + $0.nanoseconds, note: "\($0.found)")
        }
    }
}

/// Carries the reading end to its thread.
private final class Handed: Sendable {
    private let value: Mutex<EventConsumer?>

    init(_ consumer: consuming sending EventConsumer) { value = Mutex(consumer) }

    func take() -> EventConsumer? { value.withLock { $0.take() } }
}
