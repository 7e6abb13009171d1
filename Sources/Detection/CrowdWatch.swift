// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Watches many sources together: scans that are shared out, scanners among decoys, floods.
///
/// Bound: what ``CrowdPlan`` says, allocated once; no allocation for an event.
struct CrowdWatch: ~Copyable {
    /// Something that came about with the last packet, or as time passed.
    enum News {
        /// The source became a member of the set; it may have been named on its own before.
        case joined(Address, set: Int)
        case opened(Int)
        case rose(Int)
    }

    let plan: CrowdPlan
    var limits: Limits
    var sets: CrowdSets
    var members: CrowdMembers
    var echoes: DecoyEchoes
    var runs: DecoyRuns
    var distributed: DistributedWatch
    var floods: FloodWatch
    private(set) var news: [News] = []
    /// Stream time at which a set may be over.
    var nextEnd = Int64.max

    init(memory: Int, limits: Limits) {
        plan = CrowdPlan(memory: memory)
        self.limits = limits
        sets = CrowdSets(capacity: plan.sets)
        members = CrowdMembers(capacity: plan.members)
        echoes = DecoyEchoes(capacity: plan.echoes)
        runs = DecoyRuns(capacity: plan.runs)
        distributed = DistributedWatch(capacity: plan.hosts)
        floods = FloodWatch(capacity: plan.floods)
        news.reserveCapacity(DistributedWatch.sourcesEach + 8)
    }

    var bytes: Int {
        sets.bytes + members.bytes + echoes.bytes + runs.bytes + distributed.bytes + floods.bytes
    }

    /// Hears of a counted packet.
    mutating func note(_ sighting: CrowdSighting, hash: KeyedHash) {
        if floods.open > 0, floods.isDrop(sighting) {
            floods.note(sighting, hash: hash)
            return
        }
        let member = sets.used > 0 ? members.find(sighting.source, sets) : nil
        if let member { members[member].seen = CrowdMembers.seconds(sighting.now) }
        noteDecoy(sighting, member: member, hash: hash)
        noteDistributed(sighting, member: member, hash: hash)
        floods.note(sighting, hash: hash)
    }

    /// Takes a packet that says nothing new, where that is quickly seen: most packets of most sources
    /// ask again what their source has asked before, while no set and no flood is known.
    ///
    /// - Returns: false when ``note(_:hash:)`` has to hear of it.
    @inline(__always)
    mutating func hasHeard(_ evidence: Evidence, from source: UInt64, hash: KeyedHash) -> Bool {
        guard sets.used == 0, floods.open == 0 else { return false }
        guard evidence.bits & TargetBits.port != 0, plan.hosts > 0 else { return true }
        return distributed.hasHeard(
            evidence, from: source, minute: DistributedWatch.minute(evidence.now), hash: hash)
    }

    /// Whether what a source did is told of with its set and not on its own: it belongs to one that
    /// was told of, and asked for fewer targets outside than make a scan.
    func holds(_ source: UInt64) -> Bool {
        guard sets.used > 0, let place = members.find(source, sets) else { return false }
        let entry = members[place]
        let set = Int(entry.set)
        // A set that forms may hold back what it will soon tell itself, and no more than that.
        let most = sets[set].state == .open ? limits.targets : min(2, limits.targets)
        guard Int(entry.outside) < 4 * most else { return false }
        if sets[set].isDecoy { return true }
        // Who asks for many times what the others do scans for itself.
        let share = Int(sets[set].targets.count) * 4 / max(1, Int(sets[set].sources.count))
        return Int(entry.inside) <= max(4 * 10, 10 * share)
    }

    mutating func tell(_ news: News) { self.news.append(news) }

    var hasNews: Bool { !news.isEmpty }

    mutating func takeNews() -> [News] {
        defer { news.removeAll(keepingCapacity: true) }
        return news
    }

    /// Sees whether a set is to be told of, or is worse than it was.
    mutating func judge(_ set: Int) {
        let weight =
            sets[set].targets.isExact ? Int(sets[set].quarters) : 4 * Int(sets[set].targets.count)
        if sets[set].state == .forming {
            let isEnough =
                sets[set].onlyEcho
                ? Int(sets[set].hosts.count) >= limits.echoHosts : weight >= 4 * limits.targets
            guard isEnough else { return }
        }
        let level = UInt8(
            max(
                1,
                limits.level(
                    packets: sets[set].totalPackets, hosts: Int(sets[set].hosts.count))))
        if sets[set].state == .forming {
            sets[set].state = .open
            sets[set].level = level
            tell(.opened(set))
        } else if level > sets[set].level {
            sets[set].level = level
            tell(.rose(set))
        }
    }

    /// Makes a set live for another lifetime.
    mutating func prolong(_ set: Int, at now: Int64) {
        nextEnd = min(nextEnd, now.addingSaturating(limits.lifetime))
    }

    /// A set whose lifetime is over, one at a time; nil when there is none.
    mutating func ended(by horizon: Int64, lifetime: Int64) -> Int? {
        var next = Int64.max
        for set in sets.sets.indices where sets[set].state != .free {
            if sets[set].lastCounted <= horizon {
                if sets[set].state == .open { return set }
                sets.release(set)
            } else {
                next = min(next, sets[set].lastCounted.addingSaturating(lifetime))
            }
        }
        nextEnd = next
        return nil
    }

    /// Forgets a set that has been told of for the last time.
    mutating func release(_ set: Int) {
        sets.release(set)
        for slot in 0..<plan.hosts where Int(distributed[slot].set) == set + 1 {
            distributed[slot].set = 0
        }
    }

    mutating func removeAll() {
        sets.removeAll()
        members.removeAll()
        echoes.removeAll()
        runs.removeAll()
        distributed.removeAll()
        floods.removeAll()
        news.removeAll(keepingCapacity: true)
        nextEnd = .max
    }
}
