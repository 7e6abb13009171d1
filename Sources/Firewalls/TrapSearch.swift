// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Looks through a rule set for what keeps packets from the groups that are read.
///
/// Each rule that refuses, and each scan, is tried in thought: a sample packet is sent through the
/// rules, and what it passes is compared with what becomes of it.
package struct TrapSearch {
    package struct Feed: Hashable {
        package var place: RulePlace
        package var target: LogTarget
    }

    let rules: RuleSet
    let needs: FeedNeeds
    let graph: RuleGraph
    let frontEnd: FrontEnd
    var walk: Walk
    /// Rules that packets can come to, and that send them to any group.
    package let feeds: [Feed]
    /// As ``feeds``, but to the kernel's log.
    let kernelLogs: [RulePlace]
    /// Refusals of which a trap was told already.
    var toldRefusals: Set<RulePlace> = []
    /// Scans that are let in by a place of which a trap was told already.
    var toldAccepts: Set<RulePlace> = []

    package init(_ rules: RuleSet, for needs: FeedNeeds) {
        self.rules = rules
        self.needs = needs
        graph = RuleGraph(rules)
        walk = Walk(rules, budget: needs.budget)
        frontEnd = FrontEnd(rules, files: needs.frontEndFiles)
        var feeds: [Feed] = []
        var kernelLogs: [RulePlace] = []
        for (table, value) in rules.tables.enumerated() {
            for (chain, item) in value.chains.enumerated() {
                for (index, rule) in item.rules.enumerated() where !rule.logs.isEmpty {
                    let place = RulePlace(table: table, chain: chain, rule: index)
                    guard !graph.ways(to: place, most: 1).isEmpty else { continue }
                    for target in rule.logs {
                        if target.group == nil {
                            kernelLogs.append(place)
                        } else {
                            feeds.append(Feed(place: place, target: target))
                        }
                    }
                }
            }
        }
        self.feeds = feeds
        self.kernelLogs = kernelLogs
    }

    package func feeds(of group: UInt16) -> [Feed] { feeds.filter { $0.target.group == group } }

    /// Everything that is wrong; the order is that of the check's lines.
    package mutating func traps() -> [RuleTrap] {
        var traps = needs.groups.compactMap { unfed($0.group) }
        for (group, _) in needs.groups {
            traps += limits(of: group)
            traps += shapes(of: group)
            traps += missingFamilies(of: group)
        }
        guard feeds.contains(where: { needs.refusedGroups.contains($0.target.group ?? 0) }) else {
            return traps
        }
        // Where only martians are fed, every refusal is unseen, and its reason is told.
        var fed = [false, true].filter { isFed(v6: $0, by: needs.refusedGroups) }
        if fed.isEmpty { fed = [false, true] }
        let missed = missedScans(in: fed)
        traps += unreachableFeeds(missed)
        traps += unseenRefusals(in: fed, missed)
        traps += lettingIn(missed)
        if walk.budget <= 0 { traps.append(tooMany) }
        return traps
    }

    private var tooMany: RuleTrap {
        let count = rules.tables.reduce(0) { $0 + $1.chains.reduce(0) { $0 + $1.rules.count } }
        return RuleTrap(
            kind: .notLookedAt, isFailure: false,
            finding: "the rule set is too large to follow every way through it (\(count) rules)",
            mend: "What is above still holds; `picket check --probe` tries what comes through")
    }

    /// Whether rules to one of the groups see packets of the version.
    func isFed(v6: Bool, by groups: Set<UInt16>) -> Bool {
        feeds.contains { feed in
            feed.target.group.map { groups.contains($0) } == true && sees(feed.place, v6: v6)
        }
    }

    /// Whether strangers' packets of the version can meet the rule; martians are not strangers.
    private func sees(_ place: RulePlace, v6: Bool) -> Bool {
        guard rules.table(at: place).family.sees(v6: v6) else { return false }
        return graph.ways(to: place).contains { way in
            guard let hook = graph.hook(of: way, to: place), hook != .output,
                hook != .postrouting, hook != .forward || needs.forwards(v6: v6)
            else { return false }
            return conditions(along: way, to: place).allSatisfy { condition in
                switch condition.test {
                case .family(let isV6): (isV6 == v6) != condition.isNegated
                case .source(let networks), .destination(let networks):
                    condition.isNegated || networks.contains { $0.prefixLength == 0 }
                case .opaque: condition.isNegated
                default: true
                }
            }
        }
    }

    /// What must hold for a packet to come along the way and meet the rule.
    func conditions(along way: [RulePlace], to place: RulePlace) -> [Condition] {
        var conditions: [Condition] = []
        for (index, caller) in way.enumerated() {
            let next = index + 1 < way.count ? way[index + 1] : place
            let chain = rules.chain(at: next).name
            conditions += rules.rule(at: caller)?.conditions(to: chain) ?? []
        }
        return conditions + (rules.rule(at: place)?.conditions() ?? [])
    }

    /// A sample that comes in by that hook.
    func sample(v6: Bool, hook: RuleChain.Hook, device: String? = nil) -> Sample {
        var sample = Sample()
        sample.v6 = v6
        sample.isLocal = hook != .forward
        sample.interface = device ?? needs.interface
        if sample.isLocal {
            sample.destination = needs.ownAddresses.first { $0.isV4 == !v6 }
                .map { Network(host: $0) }
        }
        return sample
    }

    static func hooks(to hook: RuleChain.Hook) -> [RuleChain.Hook] {
        hook == .forward ? [.ingress, .prerouting, .forward] : [.ingress, .prerouting, .input]
    }

    /// Whether the samples' way passes a rule that gives them to a group that is read.
    func isSeen(_ passage: Walk.Passage) -> Bool {
        passage.logs.contains { $0.target.group.map { needs.refusedGroups.contains($0) } == true }
    }
}
