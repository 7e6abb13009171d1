// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension CrowdWatch {
    /// Recognises a scanner among decoys: who asks for the same targets in the same order, a moment
    /// apart, is one of a set.
    mutating func noteDecoy(_ sighting: CrowdSighting, member: Int?, hash: KeyedHash) {
        var echo: DecoyEchoes.Entry?
        let place = echoes.place(of: sighting.targetHash)
        if sighting.isNewTarget {
            if echoes.isEcho(sighting, at: place) {
                echo = echoes[place]
            } else {
                echoes.lead(sighting, at: place)
            }
        }
        if let member, sets[Int(members[member].set)].isDecoy {
            count(sighting, of: member, echo, at: place, hash: hash)
            let set = Int(members[member].set)
            judge(set)
            return
        }
        guard let echo, echo.followers < DecoyEchoes.mostFollowers else { return }
        echoes[place].followers += 1
        let mark = sighting.event.twinMark ?? 0
        let isTwin = mark != 0 && mark == echo.twinMark
        let pair = pairs.note(
            sighting, after: echo, isTwin: isTwin, lastLed: echoes.lastLed(by: sighting.source))
        // Those of a distributed scan keep to it.
        guard member == nil else { return }
        if let pair {
            join(sighting, echo, pair, hash: hash)
        } else if isTwin, isOfRun(sighting, echo) {
            join(sighting, echo, DecoyPairs.Entry(), hash: hash)
        }
    }

    /// Whether it asks for the same as a member of a set, with the marks of that set: so many decoys
    /// may come at once that their pairs have no room.
    private func isOfRun(_ sighting: CrowdSighting, _ echo: DecoyEchoes.Entry) -> Bool {
        guard sets.used > 0, let leader = members.find(echo.source, sets) else { return false }
        let set = Int(members[leader].set)
        return sets[set].isDecoy && sets[set].knows(sighting.event.runMark)
    }

    /// Two sources are one: they become a set, or one of them joins the other's.
    private mutating func join(
        _ sighting: CrowdSighting, _ echo: DecoyEchoes.Entry, _ pair: DecoyPairs.Entry,
        hash: KeyedHash
    ) {
        let leader = sets.used > 0 ? members.find(echo.source, sets) : nil
        let set: Int
        if let leader {
            set = Int(members[leader].set)
            guard sets[set].isDecoy else { return }
        } else {
            guard let new = sets.claim() else { return }
            set = new
            sets[set].isDecoy = true
            sets[set].isInternal = sighting.isInternal
            sets[set].isV4 = sighting.event.source.isV4
            add(echo.address, echo.source, pair, sighting, to: set)
        }
        if pair.count > 0, sets[set].start > pair.start { sets[set].start = pair.start }
        sets[set].learn(sighting.event.runMark)
        for index in 0..<Int(pair.count) { sets.note(pair.targets[index], in: set, hash: hash) }
        sets.note(
            sighting.target, in: set, hash: hash)
        add(sighting.event.source, sighting.source, pair, sighting, to: set)
        prolong(set, at: sighting.now)
        judge(set)
    }

    private mutating func add(
        _ address: Address, _ source: UInt64, _ pair: DecoyPairs.Entry,
        _ sighting: CrowdSighting, to set: Int
    ) {
        let place = members.insert(source, into: set, sets, now: sighting.now)
        var inside = sighting.quarters
        for index in 0..<Int(pair.count) {
            inside += pair.targets[index].has(TargetBits.probe) ? 4 : 1
        }
        members[place].inside = inside
        sets[set].count(sighting.event, times: UInt32(pair.count) + 1, at: sighting.now)
        sets.note(member: address, source, in: set)
        tell(.joined(address, set: set))
    }

    /// A member's packet: inside of what the set has in common, or outside.
    private mutating func count(
        _ sighting: CrowdSighting, of member: Int, _ echo: DecoyEchoes.Entry?,
        at place: Int, hash: KeyedHash
    ) {
        let set = Int(members[member].set)
        let runMark = sighting.event.runMark
        let isRun = sets[set].knows(runMark)
        // A repeat is of the set unless the member has targets of its own, which it may repeat.
        var isInside = isRun || !sighting.isNewTarget && members[member].outside == 0
        if let echo, let leader = members.find(echo.source, sets),
            Int(members[leader].set) == set
        {
            isInside = true
            if !isRun, sighting.event.twinMark == echo.twinMark, echo.twinMark != 0 {
                sets[set].learn(runMark)
            }
            if echo.outside > 0 {
                // Now it is known that the first one's packet was of the set too.
                members[leader].outside.subtractSaturating(UInt16(echo.outside))
                members[leader].inside.addSaturating(UInt16(echo.outside))
                sets[set].count(sighting.event, at: sighting.now)
                echoes[place].outside = 0
            }
        }
        guard isInside else {
            guard sighting.isNewTarget else { return }
            members[member].outside.addSaturating(sighting.quarters)
            if echo == nil { echoes[place].outside = UInt8(sighting.quarters) }
            return
        }
        if sighting.isNewTarget { members[member].inside.addSaturating(sighting.quarters) }
        sets[set].count(sighting.event, at: sighting.now)
        sets.note(sighting.target, in: set, hash: hash)
    }
}
