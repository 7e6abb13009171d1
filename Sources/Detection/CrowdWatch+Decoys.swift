// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension CrowdWatch {
    /// Recognises a scanner among decoys: who asks for the same targets in the same order, a moment
    /// apart, is one of a set.
    mutating func noteDecoy(_ sighting: CrowdSighting, member: Int?, hash: KeyedHash) {
        var echo: DecoyEchoes.Entry?
        var match: DecoyRuns.Match?
        let place = echoes.place(of: sighting.targetHash)
        if sighting.isNewTarget {
            if echoes.isEcho(sighting, at: place) {
                echo = echoes[place]
                match = noteRun(sighting, echoes[place], at: place, hash: hash)
            } else {
                echoes.lead(sighting, at: place)
            }
        }
        if let member, sets[Int(members[member].set)].isDecoy {
            count(sighting, of: member, echo, at: place, hash: hash)
            judge(Int(members[member].set))
            return
        }
        // Those of a distributed scan keep to it.
        guard let echo, member == nil else { return }
        if let match {
            join(sighting, match, hash: hash)
        } else if let set = setOfRun(sighting, echo) {
            let owner = DecoyRuns.Owner(source: echo.source, address: echo.address)
            join(
                sighting, DecoyRuns.Match(owner: owner, start: sighting.event.time), known: set,
                hash: hash)
        }
    }

    /// Notes a common target for who asks for it now, and at the first echo for who asked first.
    private mutating func noteRun(
        _ sighting: CrowdSighting, _ echo: DecoyEchoes.Entry, at place: Int, hash: KeyedHash
    ) -> DecoyRuns.Match? {
        guard echo.followers < DecoyEchoes.mostFollowers else { return nil }
        echoes[place].followers += 1
        var part = DecoyRuns.Sighting(
            source: echo.source, address: echo.address, target: sighting.target,
            serial: echo.serial, lastLed: echo.before, mark: echo.twinMark,
            start: sighting.event.time.advanced(byNanoseconds: echo.time - sighting.now),
            now: sighting.now)
        if echo.followers == 0 { _ = runs.note(part, hash: hash) }
        part.source = sighting.source
        part.address = sighting.event.source
        part.lastLed = echoes.lastLed(by: sighting.source)
        part.mark = sighting.event.twinMark ?? 0
        return runs.note(part, hash: hash)
    }

    /// The set of somebody who asked for the same, when this has the marks of that set: so many decoys
    /// may come at once that their runs have no room.
    private func setOfRun(_ sighting: CrowdSighting, _ echo: DecoyEchoes.Entry) -> Int? {
        guard sets.used > 0, let mark = sighting.event.twinMark, mark != 0, mark == echo.twinMark
        else { return nil }
        let leader = members.find(echo.source, sets).map { Int(members[$0].set) }
        guard let set = leader ?? (echo.crowd > 0 ? Int(echo.crowd) - 1 : nil),
            sets[set].state != .free, sets[set].isDecoy, sets[set].knows(sighting.event.runMark)
        else { return nil }
        return set
    }

    /// Two sources are one: they become a set, or one of them joins the other's.
    private mutating func join(
        _ sighting: CrowdSighting, _ match: DecoyRuns.Match, known: Int? = nil, hash: KeyedHash
    ) {
        let owner = sets.used > 0 ? members.find(match.owner.source, sets) : nil
        let set: Int
        if let found = known ?? owner.map({ Int(members[$0].set) }) {
            set = found
            guard sets[set].isDecoy else { return }
        } else {
            guard let new = sets.claim() else { return }
            set = new
            sets[set].isDecoy = true
            sets[set].isInternal = sighting.isInternal
            sets[set].isV4 = sighting.event.source.isV4
            add(match.owner.address, match.owner.source, match, sighting, to: set)
        }
        if match.count > 0, sets[set].start > match.start { sets[set].start = match.start }
        sets[set].learn(sighting.event.runMark)
        for index in 0..<match.count { sets.note(match.targets[index], in: set, hash: hash) }
        sets.note(sighting.target, in: set, hash: hash)
        add(sighting.event.source, sighting.source, match, sighting, to: set)
        echoes[echoes.place(of: sighting.targetHash)].crowd = UInt8(set + 1)
        prolong(set, at: sighting.now)
        judge(set)
    }

    private mutating func add(
        _ address: Address, _ source: UInt64, _ match: DecoyRuns.Match,
        _ sighting: CrowdSighting, to set: Int
    ) {
        let place = members.insert(source, into: set, sets, now: sighting.now)
        var inside = sighting.quarters
        for index in 0..<match.count { inside += match.targets[index].quarters }
        members[place].inside = inside
        sets[set].count(sighting, times: UInt32(match.count) + 1)
        sets.note(member: address, source, in: set)
        tell(.joined(address, set: set))
    }

    /// A member's packet: inside of what the set has in common, or outside.
    private mutating func count(
        _ sighting: CrowdSighting, of member: Int, _ echo: DecoyEchoes.Entry?,
        at place: Int, hash: KeyedHash
    ) {
        let set = Int(members[member].set)
        // A repeat is of the set unless the member has targets of its own, which it may repeat.
        var isInside =
            sets[set].knows(sighting.event.runMark)
            || !sighting.isNewTarget && members[member].outside == 0
        if let echo, isOf(set, echo) {
            isInside = true
            let isTwin = echo.twinMark != 0 && sighting.event.twinMark == echo.twinMark
            if isTwin { sets[set].learn(sighting.event.runMark) }
            if echo.outside > 0, let other = members.find(echo.member, sets) {
                // Now it is known that the other one's packet was of the set too.
                members[other].outside.subtractSaturating(UInt16(echo.outside))
                members[other].inside.addSaturating(UInt16(echo.outside))
                sets[set].count(sighting)
                echoes[place].outside = 0
            }
        }
        if sighting.isNewTarget { echoes[place].crowd = UInt8(set + 1) }
        guard isInside else {
            guard sighting.isNewTarget else { return }
            members[member].outside.addSaturating(sighting.quarters)
            echoes[place].outside = UInt8(sighting.quarters)
            echoes[place].member = sighting.source
            return
        }
        if sighting.isNewTarget { members[member].inside.addSaturating(sighting.quarters) }
        sets[set].count(sighting)
        sets.note(sighting.target, in: set, hash: hash)
    }

    /// Whether a member of the set asked for the target before.
    private func isOf(_ set: Int, _ echo: DecoyEchoes.Entry) -> Bool {
        if Int(echo.crowd) == set + 1 { return true }
        guard let leader = members.find(echo.source, sets) else { return false }
        return Int(members[leader].set) == set
    }
}
