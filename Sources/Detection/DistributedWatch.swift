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
    private var lastHost = Address.unspecified
    private var lastSlot = 0
    private var lastHash: UInt64 = 0

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

    private func find(_ host: Address, hash: UInt64) -> Int? {
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

    private mutating func clear(_ slot: Int) {
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

    /// Lets a host's time pass: forgets what is older than the window, and learns what is ordinary.
    mutating func pass(_ slot: Int, to minute: UInt32, hash: KeyedHash) {
        let passed = minute - min(minute, hosts[slot].minute)
        guard passed > 0 else { return }
        let interval = minute / DistributedRule.minutes
        let over = interval - min(interval, hosts[slot].interval)
        if over > 0 {
            // What an open scan brings is not ordinary.
            if hosts[slot].set == 0 {
                let ports = UInt32(hosts[slot].ports) << UInt32(hosts[slot].portShift)
                hosts[slot].baseline = (hosts[slot].baseline * 7 + min(ports, 65_536) * 16) / 8
            }
            for _ in 1..<max(1, min(over, 64)) {
                hosts[slot].baseline = hosts[slot].baseline * 7 / 8
            }
            hosts[slot].interval = interval
        }
        hosts[slot].minute = minute
        if passed > DistributedRule.minutes {
            clear(slot)
        } else {
            sift(slot, hash: hash)
        }
    }

    /// Fills the sample anew with what is in the window, as large as fits.
    private mutating func sift(_ slot: Int, hash: KeyedHash) {
        if hosts[slot].sourceShift > 0,
            Int(hosts[slot].sources) < DistributedWatch.sourcesEach / 8
        {
            hosts[slot].sourceShift -= 1
        }
        if hosts[slot].portShift > 0, Int(hosts[slot].ports) < DistributedWatch.portsEach / 8 {
            hosts[slot].portShift -= 1
        }
        siftSources(slot)
        siftPorts(slot, hash: hash, fading: true)
    }

    private mutating func siftSources(_ slot: Int) {
        let each = DistributedWatch.sourcesEach
        let (base, room) = (slot * each, hosts.count * each)
        let minute = UInt8(truncatingIfNeeded: hosts[slot].minute)
        var kept = 0
        for place in base..<base + each where sources[place].isUsed {
            let entry = sources[place]
            sources[place].isUsed = false
            guard minute &- entry.minute <= UInt8(DistributedRule.minutes),
                DistributedWatch.isSampled(entry.source, hosts[slot].sourceShift)
            else { continue }
            sources[room + kept] = entry
            kept += 1
        }
        hosts[slot].sources = UInt16(kept)
        for index in 0..<kept {
            let place = freeSource(sources[room + index].source, base)
            sources[place] = sources[room + index]
        }
    }

    private mutating func siftPorts(_ slot: Int, hash: KeyedHash, fading: Bool) {
        let each = DistributedWatch.portsEach
        let (base, room) = (slot * each, hosts.count * each)
        let minute = UInt8(truncatingIfNeeded: hosts[slot].minute)
        let hostHash = hash(hosts[slot].host)
        var kept = 0
        (hosts[slot].hits, hosts[slot].shared, hosts[slot].quarters) = (0, 0, 0)
        for place in base..<base + each where ports[place].key != 0 {
            var entry = ports[place]
            ports[place].key = 0
            let target = DistributedWatch.hash(entry.key, hostHash, hash)
            guard minute &- entry.minute <= UInt8(DistributedRule.minutes),
                DistributedWatch.isSampled(target, hosts[slot].portShift)
            else { continue }
            // A popular port never leaves the window, but its old sources do.
            if fading { entry.hits = max(1, UInt8(UInt16(entry.hits) * 9 / 10)) }
            hosts[slot].hits += UInt32(entry.hits)
            if entry.isShared { hosts[slot].shared += 1 }
            hosts[slot].quarters += entry.isProbe ? 4 : 1
            ports[room + kept] = entry
            kept += 1
        }
        hosts[slot].ports = UInt16(kept)
        for index in 0..<kept {
            let entry = ports[room + index]
            let place = freePort(DistributedWatch.hash(entry.key, hostHash, hash), base)
            ports[place] = entry
        }
    }

    private func freeSource(_ source: UInt64, _ base: Int) -> Int {
        var offset = Int(truncatingIfNeeded: source) & (DistributedWatch.sourcesEach - 1)
        while sources[base + offset].isUsed {
            offset = (offset + 1) & (DistributedWatch.sourcesEach - 1)
        }
        return base + offset
    }

    private func freePort(_ hash: UInt64, _ base: Int) -> Int {
        var offset = Int(truncatingIfNeeded: hash) & (DistributedWatch.portsEach - 1)
        while ports[base + offset].key != 0 {
            offset = (offset + 1) & (DistributedWatch.portsEach - 1)
        }
        return base + offset
    }

    /// The same number that a sighting of this target has.
    private static func hash(_ key: UInt32, _ hostHash: UInt64, _ hash: KeyedHash) -> UInt64 {
        hash(hostHash, UInt64(key & 0x00ff_ffff))
    }

    /// By the hash's upper bits, since the lower ones say where it lies.
    private static func isSampled(_ hash: UInt64, _ shift: UInt8) -> Bool {
        hash >> 40 & (1 << UInt64(shift) - 1) == 0
    }
}

extension DistributedWatch {
    /// The entry of a source at a host.
    func find(_ source: UInt64, of slot: Int) -> Int? {
        let base = slot * DistributedWatch.sourcesEach
        var offset = Int(truncatingIfNeeded: source) & (DistributedWatch.sourcesEach - 1)
        while sources[base + offset].isUsed {
            if sources[base + offset].source == source { return base + offset }
            offset = (offset + 1) & (DistributedWatch.sourcesEach - 1)
        }
        return nil
    }

    /// Whether nobody asked for the port in the window, so that it is new again for whoever did before.
    func isFresh(_ sighting: CrowdSighting, at slot: Int) -> Bool {
        guard DistributedWatch.isSampled(sighting.targetHash, hosts[slot].portShift) else {
            return false
        }
        let base = slot * DistributedWatch.portsEach
        let key = DistributedPort.key(sighting.target)
        var offset = Int(truncatingIfNeeded: sighting.targetHash) & (DistributedWatch.portsEach - 1)
        while ports[base + offset].key != 0 {
            if ports[base + offset].key == key { return false }
            offset = (offset + 1) & (DistributedWatch.portsEach - 1)
        }
        return true
    }

    /// Takes a packet to a port that its source and others asked for in this minute; false when it may
    /// be more than that.
    mutating func hasHeard(
        _ evidence: Evidence, from source: UInt64, minute: UInt32, hash: KeyedHash
    ) -> Bool {
        if !lastHost.isSame(as: evidence.destination) || lastHash == 0 {
            let host = hash(evidence.destination)
            guard let slot = find(evidence.destination, hash: host) else { return false }
            (lastHost, lastSlot, lastHash) = (evidence.destination, slot, host)
        }
        let slot = lastSlot
        guard hosts[slot].isUsed, hosts[slot].host.isSame(as: evidence.destination),
            hosts[slot].minute >= minute, hosts[slot].set == 0
        else { return false }
        let salt = UInt64(evidence.ipProtocol) << 16 | UInt64(evidence.selector)
        let target = hash(lastHash, salt)
        let key = DistributedPort.key(evidence.ipProtocol, evidence.selector)
        guard DistributedWatch.isSampled(target, hosts[slot].portShift) else {
            return noteAgain(source, of: slot)
        }
        let base = slot * DistributedWatch.portsEach
        var offset = Int(truncatingIfNeeded: target) & (DistributedWatch.portsEach - 1)
        while ports[base + offset].key != 0 {
            if ports[base + offset].key == key { return noteAgain(source, of: slot) }
            offset = (offset + 1) & (DistributedWatch.portsEach - 1)
        }
        return false
    }

    /// Counts another packet of a source that asks nothing new; true, as there is nothing more to do.
    private mutating func noteAgain(_ source: UInt64, of slot: Int) -> Bool {
        if DistributedWatch.isSampled(source, hosts[slot].sourceShift),
            let place = find(source, of: slot)
        {
            sources[place].packets.addSaturating(1)
            sources[place].minute = UInt8(truncatingIfNeeded: hosts[slot].minute)
        }
        return true
    }

    /// Counts a packet for its source, and a new target for its port.
    mutating func note(_ sighting: CrowdSighting, at slot: Int, hash: KeyedHash) {
        noteSource(sighting, at: slot)
        guard sighting.isNewTarget else { return }
        hosts[slot].total &+= 1
        notePort(sighting, at: slot, hash: hash)
    }

    private mutating func noteSource(_ sighting: CrowdSighting, at slot: Int) {
        guard DistributedWatch.isSampled(sighting.source, hosts[slot].sourceShift) else { return }
        let minute = UInt8(truncatingIfNeeded: hosts[slot].minute)
        if let place = find(sighting.source, of: slot) {
            sources[place].note(sighting, minute)
            return
        }
        guard sighting.isNewTarget else { return }
        if Int(hosts[slot].sources) >= DistributedWatch.mostSources {
            guard hosts[slot].sourceShift < 20 else { return }
            hosts[slot].sourceShift += 1
            siftSources(slot)
            guard DistributedWatch.isSampled(sighting.source, hosts[slot].sourceShift),
                Int(hosts[slot].sources) < DistributedWatch.mostSources
            else { return }
        }
        hosts[slot].serial &+= 1
        let place = freeSource(sighting.source, slot * DistributedWatch.sourcesEach)
        sources[place] = DistributedSource(
            source: sighting.source, address: sighting.event.source, first: sighting.event.time,
            stack: sighting.stack, serial: hosts[slot].serial, ports: 1,
            quarters: sighting.quarters, packets: 1, minute: minute,
            technique: Technique(of: sighting.event).rawValue,
            transport: UInt8(TransportClass(sighting.event).rawValue), isUsed: true)
        hosts[slot].sources += 1
    }

    private mutating func notePort(
        _ sighting: CrowdSighting, at slot: Int, hash: KeyedHash
    ) {
        guard DistributedWatch.isSampled(sighting.targetHash, hosts[slot].portShift) else { return }
        let base = slot * DistributedWatch.portsEach
        let key = DistributedPort.key(sighting.target)
        let minute = UInt8(truncatingIfNeeded: hosts[slot].minute)
        let owner = UInt32(truncatingIfNeeded: sighting.source >> 32)
        var offset = Int(truncatingIfNeeded: sighting.targetHash)
        offset &= DistributedWatch.portsEach - 1
        while ports[base + offset].key != 0 {
            let place = base + offset
            if ports[place].key == key {
                let change = ports[place].note(sighting, owner, minute)
                if change != 0 { hosts[slot].add(change) }
                return
            }
            offset = (offset + 1) & (DistributedWatch.portsEach - 1)
        }
        var place = base + offset
        if Int(hosts[slot].ports) >= DistributedWatch.mostPorts {
            guard hosts[slot].portShift < 10 else { return }
            hosts[slot].portShift += 1
            siftPorts(slot, hash: hash, fading: false)
            guard DistributedWatch.isSampled(sighting.targetHash, hosts[slot].portShift),
                Int(hosts[slot].ports) < DistributedWatch.mostPorts
            else { return }
            place = freePort(sighting.targetHash, base)
        }
        ports[place] = DistributedPort(
            key: key, owner: owner, stack: StackFingerprint.short(sighting.stack), minute: minute,
            hits: 1, isProbe: sighting.target.has(TargetBits.probe))
        hosts[slot].ports += 1
        hosts[slot].hits += 1
        hosts[slot].quarters += UInt32(sighting.quarters)
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
