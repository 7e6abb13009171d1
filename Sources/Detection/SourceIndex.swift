// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds a source by its hash: open addressing, linear probing, no tombstones.
///
/// Shape: slots of (32 bits of the hash, handle + 1); 0 is empty. The place comes from the same 32
/// bits, so that removal can close the gap without looking at the sources.
/// Bound: 8 bytes a slot, at most three quarters of the slots in use.
struct SourceIndex: ~Copyable {
    private var slots: ContiguousArray<UInt64>
    private let size: Int

    init(capacity: Int) {
        size = capacity / 3 * 4 + 16
        slots = ContiguousArray(repeating: 0, count: size)
    }

    static func bytes(capacity: Int) -> Int { (capacity / 3 * 4 + 16) * 8 }

    var bytes: Int { slots.capacity * 8 }

    /// The place of a hash: its upper half as a fraction of the size, which need not be a power
    /// of two (Lemire 2019).
    @inline(__always)
    func home(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(truncatingIfNeeded: size)) >> 32)
    }

    func slot(at place: Int) -> UInt64 { slots[place] }

    /// The handle with this hash for which the question holds.
    @inline(__always)
    func find(_ hash: UInt64, where holds: (UInt32) -> Bool) -> UInt32? {
        let tag = hash >> 32
        var place = home(of: hash)
        while true {
            let slot = slots[place]
            if slot == 0 { return nil }
            if slot >> 32 == tag {
                let handle = UInt32(truncatingIfNeeded: slot) &- 1
                if holds(handle) { return handle }
            }
            place += 1
            if place == size { place = 0 }
        }
    }

    /// Precondition: the handle is not in it, and fewer than `capacity` are.
    mutating func insert(_ handle: UInt32, hash: UInt64) {
        var place = home(of: hash)
        while slots[place] != 0 {
            place += 1
            if place == size { place = 0 }
        }
        slots[place] = SourceIndex.slot(handle, hash)
    }

    mutating func replace(_ old: UInt32, with new: UInt32, hash: UInt64) {
        if let place = place(of: old, hash: hash) { slots[place] = SourceIndex.slot(new, hash) }
    }

    mutating func remove(_ handle: UInt32, hash: UInt64) {
        guard var gap = place(of: handle, hash: hash) else { return }
        var place = gap
        while true {
            place += 1
            if place == size { place = 0 }
            let slot = slots[place]
            if slot == 0 { break }
            // A slot may move back over the gap only if its own place is not behind the gap.
            if distance(from: home(of: slot), to: place) >= distance(from: gap, to: place) {
                slots[gap] = slot
                gap = place
            }
        }
        slots[gap] = 0
    }

    mutating func removeAll() {
        for place in slots.indices { slots[place] = 0 }
    }

    private static func slot(_ handle: UInt32, _ hash: UInt64) -> UInt64 {
        hash & ~0xffff_ffff | UInt64(handle &+ 1)
    }

    private func place(of handle: UInt32, hash: UInt64) -> Int? {
        let wanted = SourceIndex.slot(handle, hash)
        var place = home(of: hash)
        while slots[place] != wanted {
            if slots[place] == 0 { return nil }
            place += 1
            if place == size { place = 0 }
        }
        return place
    }

    private func distance(from: Int, to: Int) -> Int {
        to >= from ? to - from : to - from + size
    }
}
