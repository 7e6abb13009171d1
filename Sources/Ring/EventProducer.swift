// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Synchronization

/// The writing end of an ``EventRing``.
///
/// Thread: whichever owns the value; it cannot be copied, so there is one writer.
/// Safety: writes only slots in `localTail ..< head + capacity`, which the consumer has released.
@safe
package struct EventProducer: ~Copyable, @unchecked Sendable {
    private let ring: EventRing
    private let mask: Int
    private var localTail = 0
    /// What we last saw of the consumer's index; a whole ring behind when we must look again.
    private var cachedHead: Int
    /// The index whose event stands in the first slot.
    private var base = 0
    private var drops = 0
    private var highest = 0

    init(ring: EventRing) {
        self.ring = ring
        mask = ring.capacity - 1
        cachedHead = -ring.capacity
    }

    /// Puts an event into the ring; it becomes visible with ``publish()``.
    ///
    /// - Parameter packet: the packet's bytes; those beyond the first 192 are not kept.
    /// - Returns: false when the ring is full and the event was counted as a drop.
    @discardableResult
    package mutating func push(_ event: PacketEvent, packet: RawSpan) -> Bool {
        push(packet: packet) { $0 = event }
    }

    /// The same for an event that is made where it will stand; what the slot held before is one of
    /// the past. Nothing is made when the ring is full.
    @discardableResult
    package mutating func push(packet: RawSpan, making: (inout PacketEvent) -> Void) -> Bool {
        if localTail &- cachedHead > mask, !findRoom() {
            drops &+= 1
            ring.dropped.value.store(drops, ordering: .relaxed)
            return false
        }
        let index = (localTail &- base) & mask
        let slot = unsafe ring.slots + index &* EventRing.slotBytes
        unsafe making(&slot.assumingMemoryBound(to: PacketEvent.self).pointee)
        let count = min(packet.byteCount, EventRing.keptBytes)
        if count > 0 {
            unsafe packet.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe (slot + 64).copyMemory(from: start, byteCount: count)
            }
        }
        unsafe ring.keptCounts[index] = UInt8(truncatingIfNeeded: count)
        localTail &+= 1
        return true
    }

    /// Looks how far the consumer is: at a batch's first event, and when the ring seems full.
    ///
    /// When it has taken everything, the next event goes to the first slot again: as long as the
    /// detector keeps up, the two threads share some hundred slots, which stay in the caches,
    /// instead of all of them in turn: docs/PERFORMANCE.md.
    ///
    /// Returns: whether a slot is free.
    @inline(never)
    private mutating func findRoom() -> Bool {
        // Acquire: meets the consumer's release of `head`; its reads of the slots are over.
        cachedHead = ring.head.value.load(ordering: .acquiring)
        if cachedHead == localTail {
            base = localTail
            // Relaxed: the consumer looks at it after its acquire of the next `tail`, which comes
            // later; and no sooner can it change again than all before that tail is taken.
            ring.base.value.store(base, ordering: .relaxed)
        }
        return localTail &- cachedHead <= mask
    }

    /// Lets the consumer see what was pushed, and wakes it if it sleeps. Called once a batch.
    package mutating func publish() {
        let waiting = localTail &- ring.head.value.load(ordering: .relaxed)
        if waiting > highest {
            highest = waiting
            ring.highest.value.store(highest, ordering: .relaxed)
        }
        // Sequentially consistent, as is the load in `ringIfAsleep`: either the consumer sees this
        // tail before it sleeps, or we see that it sleeps. It is also the release that the
        // consumer's acquire of `tail` meets.
        ring.tail.value.store(localTail, ordering: .sequentiallyConsistent)
        ring.bell.ringIfAsleep()
        // The next event begins a batch, and looks whether the consumer has taken all.
        cachedHead = localTail &- ring.capacity
    }
}
