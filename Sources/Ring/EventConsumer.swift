// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Synchronization

/// The reading end of an ``EventRing``.
///
/// Thread: whichever owns the value; it cannot be copied, so there is one reader.
/// Safety: reads only slots in `localHead ..< tail`, which the producer has released.
@safe
package struct EventConsumer: ~Copyable, @unchecked Sendable {
    private let ring: EventRing
    private let mask: Int
    private var localHead = 0
    private var cachedTail = 0
    /// The index whose event stands in the first slot; as the producer said with `cachedTail`.
    private var base = 0
    /// Copies of the next events, side by side, for who wants to look ahead.
    private var next = ContiguousArray<PacketEvent>()

    /// How many events are looked ahead at.
    package static let ahead = 32

    init(ring: EventRing) {
        self.ring = ring
        mask = ring.capacity - 1
        next.reserveCapacity(EventConsumer.ahead)
    }

    /// Hands the events that are there to the body, oldest first; never waits.
    ///
    /// - Parameter limit: how many at most, after which their slots are free again.
    /// - Parameter announce: gets the next events, at most ``ahead`` of them, before the body gets
    ///   them one by one.
    /// - Returns: how many there were.
    package mutating func consume(
        upTo limit: Int, announce: (Span<PacketEvent>) -> Void = { _ in },
        _ body: (borrowing PacketEvent, RawSpan) -> Void
    ) -> Int {
        if cachedTail == localHead {
            look()
        }
        let count = min(cachedTail &- localHead, limit)
        guard count > 0 else { return 0 }
        var first = 0
        while first < count {
            let group = min(EventConsumer.ahead, count - first)
            next.removeAll(keepingCapacity: true)
            for offset in first..<first + group {
                let index = (localHead &+ offset &- base) & mask
                let slot = unsafe ring.slots + index &* EventRing.slotBytes
                unsafe next.append(slot.load(as: PacketEvent.self))
            }
            announce(next.span)
            for offset in 0..<group {
                let index = (localHead &+ first &+ offset &- base) & mask
                let slot = unsafe ring.slots + index &* EventRing.slotBytes
                let kept = unsafe UnsafeRawBufferPointer(
                    start: slot + 64, count: Int(ring.keptCounts[index]))
                unsafe body(next[offset], kept.bytes)
            }
            first += group
        }
        localHead &+= count
        // Release: our reads of the slots are over; meets the producer's acquire of `head`.
        ring.head.value.store(localHead, ordering: .releasing)
        return count
    }

    /// Sleeps until events are there, somebody calls ``EventRing/wake()``, or the time is over.
    ///
    /// No spin comes first: a busy reader publishes at most a thousand times a second, so that a
    /// spin of some microseconds nearly always ends in sleep all the same.
    ///
    /// - Parameter nanoseconds: how long at most; nil for ever.
    package mutating func wait(nanoseconds: Int64?) {
        if hasEvents { return }
        ring.bell.announceSleep()
        // Sequentially consistent: see EventProducer.publish.
        cachedTail = ring.tail.value.load(ordering: .sequentiallyConsistent)
        base = ring.base.value.load(ordering: .relaxed)
        if cachedTail == localHead { ring.bell.sleep(nanoseconds: nanoseconds) }
        ring.bell.announceAwake()
    }

    private var hasEvents: Bool {
        mutating get {
            look()
            return cachedTail != localHead
        }
    }

    /// Looks how far the producer is.
    @inline(__always)
    private mutating func look() {
        // Acquire: meets the producer's store of `tail`; the slots before it are written, and so
        // is the base that they were written with.
        cachedTail = ring.tail.value.load(ordering: .acquiring)
        base = ring.base.value.load(ordering: .relaxed)
    }
}
