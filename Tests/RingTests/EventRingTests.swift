// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Synchronization
import Testing

@testable import Ring

/// An event that carries a number in its time, and bytes that follow from it.
private func numbered(_ number: Int) -> PacketEvent {
    PacketEvent(
        time: Timestamp(nanoseconds: Int64(number)), source: Address(v4: 0xc633_6407),
        destination: Address(v4: 0xc000_020a), ipProtocol: .tcp)
}

private final class Flag: Sendable {
    let value = Atomic(0)
}

/// `#expect` cannot call a mutating function of a value that cannot be copied.
private func drain(_ consumer: inout EventConsumer, upTo limit: Int) -> Int {
    consumer.consume(upTo: limit) { _, _ in }
}

@Suite("Ring")
struct EventRingTests {
    @Test("A slot is the event and 192 packet bytes: 256 in all")
    func slotShape() {
        #expect(MemoryLayout<PacketEvent>.size == 64)
        #expect(MemoryLayout<PacketEvent>.stride + PacketEvent.keptBytes == EventRing.slotBytes)
        #expect(EventRing.keptBytes == PacketEvent.keptBytes)
    }

    @Test("Each side's index has 128 bytes of its own")
    func padding() {
        #expect(MemoryLayout<PaddedIndex>.size >= 256)
    }

    @Test("Events come out in the order in which they went in, with their packet bytes")
    func order() throws {
        let ring = try EventRing(capacity: 8)
        var producer = ring.makeProducer()
        var consumer = ring.makeConsumer()
        for number in 0..<5 {
            let packet = [UInt8](repeating: UInt8(number), count: number * 60)
            unsafe producer.push(numbered(number), packet: packet.span.bytes)
        }
        producer.publish()
        var seen: [(Int64, Int)] = []
        var wrong = 0
        let count = consumer.consume(upTo: 100) { event, packet in
            seen.append((event.time.nanoseconds, packet.byteCount))
            for byte in 0..<packet.byteCount {
                wrong += Span<UInt8>(_bytes: packet)[byte] == UInt8(event.time.nanoseconds) ? 0 : 1
            }
        }
        #expect(count == 5)
        #expect(wrong == 0)
        #expect(seen.map(\.0) == [0, 1, 2, 3, 4])
        #expect(seen.map(\.1) == [0, 60, 120, 180, 192])
    }

    @Test("Nothing is seen before it is published")
    func publication() throws {
        let ring = try EventRing(capacity: 8)
        var producer = ring.makeProducer()
        var consumer = ring.makeConsumer()
        producer.push(numbered(1), packet: RawSpan())
        #expect(drain(&consumer, upTo: 8) == 0)
        producer.publish()
        #expect(drain(&consumer, upTo: 8) == 1)
    }

    @Test("A full ring refuses and counts; what is inside stays whole")
    func full() throws {
        let ring = try EventRing(capacity: 4)
        var producer = ring.makeProducer()
        var consumer = ring.makeConsumer()
        let taken = (0..<10).map { producer.push(numbered($0), packet: RawSpan()) }
        producer.publish()
        #expect(taken == [true, true, true, true] + Array(repeating: false, count: 6))
        #expect(ring.drops == 6)
        #expect(ring.highWater == 4)
        #expect(ring.occupancy == 4)
        var seen: [Int64] = []
        _ = consumer.consume(upTo: 3) { event, _ in seen.append(event.time.nanoseconds) }
        #expect(ring.occupancy == 1)
        for number in 10..<13 {
            let room = producer.push(numbered(number), packet: RawSpan())
            #expect(room)
        }
        producer.publish()
        while consumer.consume(upTo: 3, { event, _ in seen.append(event.time.nanoseconds) }) > 0 {}
        #expect(seen == [0, 1, 2, 3, 10, 11, 12])
    }

    @Test("A ring that ran empty has room for as many as before, and loses none at the seam")
    func beginsAnew() throws {
        let ring = try EventRing(capacity: 8)
        var producer = ring.makeProducer()
        var consumer = ring.makeConsumer()
        var sent = 0
        var seen: [Int64] = []
        // Batches of all sizes, emptied wholly, in part, or not at all before the next one.
        for round in 0..<500 {
            for _ in 0..<round % 9 where producer.push(numbered(sent), packet: RawSpan()) {
                sent += 1
            }
            producer.publish()
            _ = consumer.consume(upTo: round * 7 % 13) { event, _ in
                seen.append(event.time.nanoseconds)
            }
            #expect(ring.occupancy == sent - seen.count)
        }
        while consumer.consume(upTo: 3, { event, _ in seen.append(event.time.nanoseconds) }) > 0 {}
        #expect(seen == (0..<Int64(sent)).map { $0 })
        for number in 0..<9 {
            let room = producer.push(numbered(number), packet: RawSpan())
            #expect(room == (number < 8))
        }
    }

    @Test("A million events between two threads: each arrives once and in order, or is counted")
    func twoThreads() async throws {
        let total = 1_000_000
        let ring = try EventRing(capacity: 1 << 12)
        let finished = Flag()
        let writer = try NamedThread("writer") {
            var producer = ring.makeProducer()
            for number in 0..<total {
                producer.push(numbered(number), packet: RawSpan())
                if number % 64 == 63 { producer.publish() }
            }
            producer.publish()
            finished.value.store(1, ordering: .releasing)
            ring.wake()
        }
        var consumer = ring.makeConsumer()
        var received = 0
        var last: Int64 = -1
        var disorder = 0
        while true {
            let over = finished.value.load(ordering: .acquiring) == 1
            let count = consumer.consume(upTo: 1024) { event, _ in
                if event.time.nanoseconds <= last { disorder += 1 }
                last = event.time.nanoseconds
            }
            received += count
            if count == 0 {
                if over { break }
                consumer.wait(nanoseconds: nil)
            }
        }
        writer.join()
        #expect(disorder == 0)
        #expect(received + ring.drops == total)
        #expect(ring.highWater <= ring.capacity)
    }

    @Test("A sleeping consumer is woken by each of many single events, none overslept")
    func wakeUps() throws {
        let total = 20_000
        let ring = try EventRing(capacity: 1 << 6)
        let answered = Flag()
        let writer = try NamedThread("writer") {
            var producer = ring.makeProducer()
            for number in 0..<total {
                producer.push(numbered(number), packet: RawSpan())
                producer.publish()
                // Lets the consumer run dry, so that it sleeps or is about to.
                while answered.value.load(ordering: .acquiring) <= number {}
            }
        }
        var consumer = ring.makeConsumer()
        var received = 0
        while received < total {
            received += consumer.consume(upTo: 16) { _, _ in }
            answered.value.store(received, ordering: .releasing)
            if received < total { consumer.wait(nanoseconds: nil) }
        }
        writer.join()
        #expect(received == total)
        #expect(ring.drops == 0)
    }

    @Test("Waiting ends after its time when nothing comes, and at once when woken")
    func waiting() throws {
        let ring = try EventRing(capacity: 4)
        var consumer = ring.makeConsumer()
        consumer.wait(nanoseconds: 1_000_000)
        ring.wake()
        consumer.wait(nanoseconds: nil)
        #expect(drain(&consumer, upTo: 1) == 0)
    }
}
