// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Watches who asks which ports of a host, over ten minutes.
///
/// Bound: a fixed number of hosts with 256 sources and 512 ports each, about 16 KiB. When more
/// come, a sample by hash is kept and the counts are estimates. A host that is quiet for a minute
/// gives way to one that eight sources asked.
struct DistributedWatch: ~Copyable {
    private(set) var hosts: ContiguousArray<DistributedHost>
    /// One room more than there are hosts, to move things in.
    var sources: ContiguousArray<DistributedSource>
    var ports: ContiguousArray<DistributedPort>
    private(set) var doors: ContiguousArray<Door>
    /// The first minute in which a host may have been asked unseen.
    var seenSince: UInt32 = .max
    private let ways: Int
    /// The host that was asked last, its place, and its keyed hash: most hosts are alone.
    var lastHost = Address.unspecified
    var lastSlot = 0
    var lastHash: UInt64 = 0

    /// Sources that asked a host which has no place yet.
    struct Door: BitwiseCopyable {
        var tag: UInt32 = 0
        var minute: UInt32 = 0
        /// One bit for each source, by hash.
        var sources: UInt64 = 0
    }

    static let sourcesEach = 256
    static let portsEach = 512
    /// A sample is halved when it grows beyond this.
    static let mostSources = 192
    static let mostPorts = 384

    init(capacity: Int) {
        let rooms = capacity == 0 ? 0 : capacity + 1
        hosts = ContiguousArray(repeating: DistributedHost(), count: capacity)
        sources = ContiguousArray(
            repeating: DistributedSource(), count: rooms * DistributedWatch.sourcesEach)
        ports = ContiguousArray(
            repeating: DistributedPort(), count: rooms * DistributedWatch.portsEach)
        doors = ContiguousArray(repeating: Door(), count: capacity)
        ways = min(8, capacity)
    }

    var bytes: Int {
        hosts.capacity * MemoryLayout<DistributedHost>.stride
            + sources.capacity * MemoryLayout<DistributedSource>.stride
            + ports.capacity * MemoryLayout<DistributedPort>.stride
            + doors.capacity * MemoryLayout<Door>.stride
    }

    subscript(_ slot: Int) -> DistributedHost {
        _read { yield hosts[slot] }
        _modify { yield &hosts[slot] }
    }

    static func minute(_ now: Int64) -> UInt32 { UInt32(clamping: now / 60_000_000_000) }

    /// The place of a host, or a place for it; nil when all are busy.
    mutating func slot(
        of host: Address, hash: UInt64, source: UInt64, minute: UInt32
    ) -> Int? {
        if let slot = find(host, hash: hash) { return slot }
        let first = firstWay(of: hash)
        var victim = first
        for slot in first..<first + ways where isBetter(slot, than: victim) { victim = slot }
        if seenSince == .max { seenSince = minute }
        if hosts[victim].isUsed {
            let idle = minute - min(minute, hosts[victim].minute)
            guard idle >= 1, hosts[victim].set == 0 else { return nil }
            if idle <= DistributedRule.minutes {
                guard isKnown(at: Int(hash >> 33) % doors.count, hash, source, minute) else {
                    return nil
                }
            }
            seenSince = minute
        }
        clear(victim)
        hosts[victim] = DistributedHost(
            host: host, minute: minute, since: seenSince,
            interval: minute / DistributedRule.minutes, isUsed: true)
        return victim
    }

    func find(_ host: Address, hash: UInt64) -> Int? {
        let first = firstWay(of: hash)
        for slot in first..<first + ways
        where hosts[slot].isUsed && hosts[slot].host.isSame(as: host) {
            return slot
        }
        return nil
    }

    /// The first of the places that a host may have.
    ///
    /// The upper half of a product with the count spreads as well as a remainder, and is quicker.
    private func firstWay(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash >> 32) &* UInt64(hosts.count / ways) >> 32) * ways
    }

    /// Whether it is less of a loss: no open scan, and quiet for longer.
    private func isBetter(_ slot: Int, than other: Int) -> Bool {
        if !hosts[other].isUsed { return false }
        if !hosts[slot].isUsed { return true }
        if (hosts[slot].set != 0) != (hosts[other].set != 0) { return hosts[slot].set == 0 }
        return hosts[slot].minute < hosts[other].minute
    }

    /// Whether eight sources asked a host that has no place; so a sweep over many hosts pushes none out.
    private mutating func isKnown(
        at door: Int, _ hash: UInt64, _ source: UInt64, _ minute: UInt32
    ) -> Bool {
        let tag = UInt32(truncatingIfNeeded: hash)
        if doors[door].tag != tag || minute - min(minute, doors[door].minute) > 1 {
            doors[door] = Door(tag: tag, minute: minute)
        }
        doors[door].sources |= 1 << (source >> 58)
        return doors[door].sources.nonzeroBitCount >= 8
    }

    mutating func clear(_ slot: Int) {
        let sourceBase = slot * DistributedWatch.sourcesEach
        for place in sourceBase..<sourceBase + DistributedWatch.sourcesEach {
            sources[place].isUsed = false
        }
        let portBase = slot * DistributedWatch.portsEach
        for place in portBase..<portBase + DistributedWatch.portsEach { ports[place].key = 0 }
        hosts[slot].sources = 0
        hosts[slot].ports = 0
        hosts[slot].shared = 0
        hosts[slot].quarters = 0
        hosts[slot].hits = 0
        hosts[slot].sourceShift = 0
        hosts[slot].portShift = 0
    }

    mutating func removeAll() {
        for slot in hosts.indices {
            clear(slot)
            hosts[slot] = DistributedHost()
        }
        for door in doors.indices { doors[door] = Door() }
        seenSince = .max
    }

    mutating func restore(_ door: Door, at place: Int) { doors[place] = door }

    /// Puts back a saved source; false where none can be.
    mutating func put(_ entry: DistributedSource, at offset: Int, of slot: Int) -> Bool {
        let place = slot * DistributedWatch.sourcesEach + offset
        guard offset < DistributedWatch.sourcesEach, !sources[place].isUsed else { return false }
        sources[place] = entry
        hosts[slot].sources += 1
        return true
    }

    /// Puts back a saved port; false where none can be.
    mutating func put(_ entry: DistributedPort, at offset: Int, of slot: Int) -> Bool {
        let place = slot * DistributedWatch.portsEach + offset
        guard offset < DistributedWatch.portsEach, ports[place].key == 0 else { return false }
        ports[place] = entry
        hosts[slot].ports += 1
        hosts[slot].hits += UInt32(entry.hits)
        hosts[slot].quarters += entry.isProbe ? 4 : 1
        if entry.isShared { hosts[slot].shared += 1 }
        return true
    }
}
