// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Which scans a source takes part in: its own, and those of its sets.
///
/// Shape: open addressing with linear steps; a source of two scans has two entries.
/// Bound: made once; when three quarters are taken, no more are taken in.
struct MemberTable {
    private var hashes: ContiguousArray<UInt64>
    private var scans: ContiguousArray<Int32>
    private var networks: ContiguousArray<Network>
    private(set) var count = 0
    private let mask: Int

    init(capacity: Int) {
        precondition(capacity & (capacity - 1) == 0)
        hashes = ContiguousArray(repeating: 0, count: capacity)
        scans = ContiguousArray(repeating: 0, count: capacity)
        networks = ContiguousArray(
            repeating: Network(host: .unspecified), count: capacity)
        mask = capacity - 1
    }

    var bytes: Int { hashes.count * (8 + 4 + MemoryLayout<Network>.stride) }

    /// - Parameter hash: that of the source, not 0.
    mutating func insert(_ hash: UInt64, _ network: Network, scan: Int) -> Bool {
        guard count < hashes.count / 4 * 3 else { return false }
        var place = Int(truncatingIfNeeded: hash) & mask
        while hashes[place] != 0 {
            if hashes[place] == hash, Int(scans[place]) == scan, networks[place] == network {
                return true
            }
            place = (place + 1) & mask
        }
        hashes[place] = hash
        scans[place] = Int32(scan)
        networks[place] = network
        count += 1
        return true
    }

    mutating func remove(_ hash: UInt64, _ network: Network, scan: Int) {
        var place = Int(truncatingIfNeeded: hash) & mask
        while hashes[place] != 0 {
            if hashes[place] == hash, Int(scans[place]) == scan, networks[place] == network {
                close(place)
                count -= 1
                return
            }
            place = (place + 1) & mask
        }
    }

    /// The next entry with this hash from a place on, and the place behind it.
    @inline(__always)
    func next(_ hash: UInt64, from start: Int?) -> Int? {
        var place = start ?? Int(truncatingIfNeeded: hash) & mask
        while hashes[place] != 0 {
            if hashes[place] == hash { return place }
            place = (place + 1) & mask
        }
        return nil
    }

    func after(_ place: Int) -> Int { (place + 1) & mask }
    func scan(_ place: Int) -> Int { Int(scans[place]) }
    func network(_ place: Int) -> Network { networks[place] }

    /// Moves back what stood further on for want of this place.
    private mutating func close(_ removed: Int) {
        var hole = removed
        var place = (hole + 1) & mask
        while hashes[place] != 0 {
            let home = Int(truncatingIfNeeded: hashes[place]) & mask
            if (place - home) & mask >= (place - hole) & mask {
                hashes[hole] = hashes[place]
                scans[hole] = scans[place]
                networks[hole] = networks[place]
                hole = place
            }
            place = (place + 1) & mask
        }
        hashes[hole] = 0
    }
}
