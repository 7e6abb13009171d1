// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds a record by its source's hash: open addressing, linear probing, no tombstones.
///
/// Shape: slots of (32 bits of the hash, record number + 1); 0 is empty. The place comes from the
/// same 32 bits, so that removal can close the gap without looking at the records.
/// Bound: 8 bytes a slot, at most three quarters of the slots in use.
struct SourceIndex: ~Copyable {
    private var slots: ContiguousArray<UInt64>
    private let mask: Int

    init(capacity: Int) {
        var size = 16
        while size / 4 * 3 < capacity { size *= 2 }
        slots = ContiguousArray(repeating: 0, count: size)
        mask = size - 1
    }

    var bytes: Int { slots.capacity * 8 }

    func home(of hash: UInt64) -> Int { Int(hash >> 32) & mask }

    func slot(at place: Int) -> UInt64 { slots[place] }

    /// The record with this hash for which the question holds.
    func find(_ hash: UInt64, where holds: (UInt32) -> Bool) -> UInt32? {
        let tag = hash >> 32
        var place = Int(tag) & mask
        while true {
            let slot = slots[place]
            if slot == 0 { return nil }
            if slot >> 32 == tag {
                let record = UInt32(truncatingIfNeeded: slot) - 1
                if holds(record) { return record }
            }
            place = (place + 1) & mask
        }
    }

    /// Precondition: the record is not in it, and fewer than `capacity` are.
    mutating func insert(_ record: UInt32, hash: UInt64) {
        let tag = hash >> 32
        var place = Int(tag) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = tag << 32 | UInt64(record + 1)
    }

    mutating func remove(_ record: UInt32, hash: UInt64) {
        let tag = hash >> 32
        let wanted = tag << 32 | UInt64(record + 1)
        var gap = Int(tag) & mask
        while slots[gap] != wanted {
            if slots[gap] == 0 { return }
            gap = (gap + 1) & mask
        }
        var place = gap
        while true {
            place = (place + 1) & mask
            let slot = slots[place]
            if slot == 0 { break }
            // A slot may move back over the gap only if its own place is not behind the gap.
            let home = Int(slot >> 32) & mask
            if (place - home) & mask >= (place - gap) & mask {
                slots[gap] = slot
                gap = place
            }
        }
        slots[gap] = 0
    }

    mutating func removeAll() {
        for place in slots.indices { slots[place] = 0 }
    }
}
