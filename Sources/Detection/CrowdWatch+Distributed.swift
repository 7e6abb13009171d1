// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension CrowdWatch {
    /// Recognises a host's scan that is shared out over many sources.
    mutating func noteDistributed(_ sighting: CrowdSighting, member: Int?, hash: KeyedHash) {
        let minute = DistributedWatch.minute(sighting.now)
        if let member, !sets[Int(members[member].set)].isDecoy {
            count(sighting, of: member, hash: hash)
        }
        guard plan.hosts > 0, sighting.target.hasPort else { return }
        guard
            let slot = distributed.slot(
                of: sighting.target.host, hash: sighting.host, source: sighting.source,
                minute: minute)
        else { return }
        if distributed[slot].minute < minute {
            distributed.pass(slot, to: minute, hash: hash)
            if distributed[slot].set != 0 {
                let set = Int(distributed[slot].set) - 1
                sets[set].isBusy = DistributedRule.isBusy(
                    distributed, at: slot, stack: sets[set].isMixed ? nil : sets[set].stack)
            }
        }
        var sighting = sighting
        // What a source asked days ago may still be known of it; here only the window counts.
        if !sighting.isNewTarget { sighting.isNewTarget = distributed.isFresh(sighting, at: slot) }
        distributed.note(sighting, at: slot, hash: hash)
        guard distributed[slot].set == 0 else {
            if member == nil { admit(sighting, slot, hash: hash) }
            return
        }
        guard sighting.isNewTarget,
            let verdict = DistributedRule.look(&distributed, at: slot)
        else { return }
        open(slot, verdict, sighting, hash: hash)
    }

    /// A packet of a member: of its scan, or elsewhere.
    private mutating func count(
        _ sighting: CrowdSighting, of member: Int, hash: KeyedHash
    ) {
        let set = Int(members[member].set)
        guard sighting.target.hasPort, sighting.target.host.isSame(as: sets[set].host) else {
            if sighting.isNewTarget { members[member].outside.addSaturating(sighting.quarters) }
            return
        }
        guard sets[set].isBusy else { return }
        if sighting.isNewTarget { members[member].inside.addSaturating(sighting.quarters) }
        sets[set].count(sighting)
        sets.note(sighting.target, in: set, hash: hash)
        judge(set)
    }

    /// Takes a newcomer into the open scan of the host that it asks.
    private mutating func admit(
        _ sighting: CrowdSighting, _ slot: Int, hash: KeyedHash
    ) {
        let set = Int(distributed[slot].set) - 1
        guard sets[set].isBusy, sighting.isNewTarget,
            sets[set].isMixed || StackFingerprint.short(sighting.stack) == sets[set].stack
        else { return }
        let place = members.insert(sighting.source, into: set, sets, now: sighting.now)
        // Nearly always its first packet; the rest it may have sent here before.
        var inside = sighting.quarters
        var packets: UInt32 = 1
        let isNew = sets.note(member: sighting.event.source, sighting.source, in: set)
        if isNew, let known = distributed.find(sighting.source, of: slot) {
            inside = max(inside, distributed.sources[known].quarters)
            packets = max(packets, UInt32(distributed.sources[known].packets))
        }
        members[place].inside = inside
        sets[set].count(sighting, times: packets)
        sets.note(sighting.target, in: set, hash: hash)
        tell(.joined(sighting.event.source, set: set))
        judge(set)
    }

    /// Makes a set of what the window holds.
    private mutating func open(
        _ slot: Int, _ verdict: DistributedVerdict, _ sighting: CrowdSighting,
        hash: KeyedHash
    ) {
        guard let set = sets.claim() else { return }
        distributed[slot].set = UInt8(set + 1)
        sets[set].host = sighting.target.host
        sets[set].isMixed = verdict.stack == nil
        sets[set].stack = verdict.stack ?? 0
        sets[set].isInternal = sighting.isInternal
        sets[set].isV4 = sighting.event.source.isV4
        sets[set].origin = sighting.event.origin
        (sets[set].start, sets[set].last) = (sighting.event.time, sighting.event.time)
        sets[set].lastCounted = sighting.now
        takeSources(slot, verdict, sighting, into: set)
        takePorts(slot, verdict, into: set, hash: hash)
        prolong(set, at: sighting.now)
        judge(set)
    }

    /// In the order in which they came, so that a replay lists them alike whatever the hash.
    private mutating func takeSources(
        _ slot: Int, _ verdict: DistributedVerdict, _ sighting: CrowdSighting,
        into set: Int
    ) {
        let base = slot * DistributedWatch.sourcesEach
        var last: UInt32 = 0
        while true {
            var next: Int?
            for place in base..<base + DistributedWatch.sourcesEach
            where distributed.sources[place].isUsed && distributed.sources[place].serial > last {
                if let known = next,
                    distributed.sources[known].serial < distributed.sources[place].serial
                {
                    continue
                }
                next = place
            }
            guard let next else { return }
            let source = distributed.sources[next]
            last = source.serial
            guard verdict.takes(source) else { continue }
            // A member of a decoy set stays there.
            guard members.find(source.source, sets) == nil else { continue }
            let place = members.insert(source.source, into: set, sets, now: sighting.now)
            members[place].inside = source.quarters
            sets.note(member: source.address, source.source, in: set)
            sets[set].start = min(sets[set].start, source.first)
            sets[set].add(
                UInt32(source.packets),
                TransportClass(rawValue: Int(source.transport)) ?? .other,
                Technique(rawValue: source.technique) ?? .other, ipProtocol: 132)
            tell(.joined(source.address, set: set))
        }
    }

    /// In ascending order, for the same reason.
    private mutating func takePorts(
        _ slot: Int, _ verdict: DistributedVerdict, into set: Int, hash: KeyedHash
    ) {
        let base = slot * DistributedWatch.portsEach
        var last: UInt32 = 0
        while true {
            var next: Int?
            for place in base..<base + DistributedWatch.portsEach
            where distributed.ports[place].key > last {
                if let known = next, distributed.ports[known].key < distributed.ports[place].key {
                    continue
                }
                next = place
            }
            guard let next else { return }
            let port = distributed.ports[next]
            last = port.key
            if let stack = verdict.stack, port.stack != stack, !port.isShared { continue }
            sets.note(
                CommonTarget(
                    host: distributed[slot].host, selector: port.port, ipProtocol: port.ipProtocol,
                    bits: TargetBits.port | (port.isProbe ? TargetBits.probe : 0)),
                in: set, hash: hash)
        }
    }
}
