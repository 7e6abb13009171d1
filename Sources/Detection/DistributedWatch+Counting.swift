// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What a packet changes of the host that it goes to.
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
        guard DistributedWatch.isSampled(sighting.targetHash, self[slot].portShift) else {
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
        guard self[slot].isUsed, self[slot].host.isSame(as: evidence.destination),
            self[slot].minute >= minute, self[slot].set == 0
        else { return false }
        let salt = UInt64(evidence.ipProtocol) << 16 | UInt64(evidence.selector)
        let target = hash(lastHash, salt)
        let key = DistributedPort.key(evidence.ipProtocol, evidence.selector)
        guard DistributedWatch.isSampled(target, self[slot].portShift) else {
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
        if DistributedWatch.isSampled(source, self[slot].sourceShift),
            let place = find(source, of: slot)
        {
            sources[place].packets.addSaturating(1)
            sources[place].minute = UInt8(truncatingIfNeeded: self[slot].minute)
        }
        return true
    }

    /// Counts a packet for its source, and a new target for its port.
    mutating func note(_ sighting: CrowdSighting, at slot: Int, hash: KeyedHash) {
        noteSource(sighting, at: slot)
        guard sighting.isNewTarget else { return }
        self[slot].total &+= 1
        notePort(sighting, at: slot, hash: hash)
    }

    private mutating func noteSource(_ sighting: CrowdSighting, at slot: Int) {
        guard DistributedWatch.isSampled(sighting.source, self[slot].sourceShift) else { return }
        let minute = UInt8(truncatingIfNeeded: self[slot].minute)
        if let place = find(sighting.source, of: slot) {
            sources[place].note(sighting, minute)
            return
        }
        guard sighting.isNewTarget else { return }
        if Int(self[slot].sources) >= DistributedWatch.mostSources {
            guard self[slot].sourceShift < 20 else { return }
            self[slot].sourceShift += 1
            siftSources(slot)
            guard DistributedWatch.isSampled(sighting.source, self[slot].sourceShift),
                Int(self[slot].sources) < DistributedWatch.mostSources
            else { return }
        }
        self[slot].serial &+= 1
        let place = freeSource(sighting.source, slot * DistributedWatch.sourcesEach)
        sources[place] = DistributedSource(
            source: sighting.source, address: sighting.event.source, first: sighting.event.time,
            stack: sighting.stack, serial: self[slot].serial, ports: 1,
            quarters: sighting.quarters, packets: 1, minute: minute,
            technique: Technique(of: sighting.event).rawValue,
            transport: UInt8(TransportClass(sighting.event).rawValue), isUsed: true)
        self[slot].sources += 1
    }

    private mutating func notePort(
        _ sighting: CrowdSighting, at slot: Int, hash: KeyedHash
    ) {
        guard DistributedWatch.isSampled(sighting.targetHash, self[slot].portShift) else { return }
        let base = slot * DistributedWatch.portsEach
        let key = DistributedPort.key(sighting.target)
        let minute = UInt8(truncatingIfNeeded: self[slot].minute)
        let owner = UInt32(truncatingIfNeeded: sighting.source >> 32)
        var offset = Int(truncatingIfNeeded: sighting.targetHash)
        offset &= DistributedWatch.portsEach - 1
        while ports[base + offset].key != 0 {
            let place = base + offset
            if ports[place].key == key {
                let change = ports[place].note(sighting, owner, minute)
                if change != 0 { self[slot].add(change) }
                return
            }
            offset = (offset + 1) & (DistributedWatch.portsEach - 1)
        }
        var place = base + offset
        if Int(self[slot].ports) >= DistributedWatch.mostPorts {
            guard self[slot].portShift < 10 else { return }
            self[slot].portShift += 1
            siftPorts(slot, hash: hash, fading: false)
            guard DistributedWatch.isSampled(sighting.targetHash, self[slot].portShift),
                Int(self[slot].ports) < DistributedWatch.mostPorts
            else { return }
            place = freePort(sighting.targetHash, base)
        }
        ports[place] = DistributedPort(
            key: key, owner: owner, stack: StackFingerprint.short(sighting.stack), minute: minute,
            hits: 1, isProbe: sighting.target.has(TargetBits.probe))
        self[slot].ports += 1
        self[slot].hits += 1
        self[slot].quarters += UInt32(sighting.quarters)
    }
}
