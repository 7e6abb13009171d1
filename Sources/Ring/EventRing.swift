// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Synchronization

/// A bounded queue of packet events from one thread to another, without locks.
///
/// A full ring never makes the producer wait: the event is counted as a drop and forgotten.
///
/// Shape: `capacity` slots of 256 bytes: the 64-byte ``PacketEvent`` and the first 192 bytes of its
/// packet; beside them one byte a slot that says how many of the 192 are there.
/// Bound: memory is allocated once; untouched slots cost no physical memory, and a ring that runs
/// empty begins at its first slot again, so that as many are touched as ever waited at once.
/// Thread: one producer, one consumer, each handed out once; counters may be read by anyone.
/// Safety: `head` is written by the consumer only and `tail` by the producer only; a slot belongs
/// to the producer until `tail` passes it and to the consumer until `head` does. The release of
/// either index meets the acquire of the other side.
@safe
package final class EventRing: @unchecked Sendable {
    package let capacity: Int
    /// Address of the first slot; aligned to 128 bytes, two cache lines, as prefetchers fetch pairs.
    let slots: UnsafeMutableRawPointer
    let keptCounts: UnsafeMutablePointer<UInt8>
    let bell: Bell

    /// The next slot to read; only the consumer writes it.
    let head = PaddedIndex()
    /// The next slot to write; only the producer writes it.
    let tail = PaddedIndex()
    /// The index whose event stands in the first slot; only the producer writes it, and only while
    /// the ring is empty.
    let base = PaddedIndex()
    let dropped = PaddedIndex()
    let highest = PaddedIndex()

    private let producerTaken = Atomic(false)
    private let consumerTaken = Atomic(false)

    package static let slotBytes = 256
    /// ``PacketEvent/keptBytes``, as a constant of this module: one of another is asked for by a call.
    static let keptBytes = 192

    /// - Parameter capacity: how many events fit; a power of two, which is checked.
    package init(capacity: Int) throws(RingError) {
        precondition(
            capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
        self.capacity = capacity
        bell = try Bell()
        unsafe slots = UnsafeMutableRawPointer.allocate(
            byteCount: capacity * EventRing.slotBytes, alignment: 128)
        unsafe keptCounts = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe keptCounts.initialize(repeating: 0, count: capacity)
    }

    deinit {
        unsafe slots.deallocate()
        unsafe keptCounts.deallocate()
    }

    /// The writing end. Asking twice is our mistake and traps.
    package func makeProducer() -> EventProducer {
        let taken = producerTaken.exchange(true, ordering: .relaxed)
        precondition(!taken, "a ring has one producer")
        return EventProducer(ring: self)
    }

    /// The reading end. Asking twice is our mistake and traps.
    package func makeConsumer() -> EventConsumer {
        let taken = consumerTaken.exchange(true, ordering: .relaxed)
        precondition(!taken, "a ring has one consumer")
        return EventConsumer(ring: self)
    }

    /// Events that found the ring full, since the start.
    package var drops: Int { dropped.value.load(ordering: .relaxed) }

    /// The most events that ever waited at once.
    package var highWater: Int { highest.value.load(ordering: .relaxed) }

    /// How many events wait now; a moment's value, since both ends move.
    package var occupancy: Int {
        max(0, tail.value.load(ordering: .relaxed) &- head.value.load(ordering: .relaxed))
    }

    /// Makes a sleeping consumer return from ``EventConsumer/wait(nanoseconds:)`` though nothing came.
    package func wake() { bell.ring() }
}

/// An index on 128 bytes of its own, so that the two threads do not fight for a cache line.
struct PaddedIndex: ~Copyable, Sendable {
    private let before: InlineArray<15, Int> = .init(repeating: 0)
    let value = Atomic<Int>(0)
    private let after: InlineArray<16, Int> = .init(repeating: 0)
}
