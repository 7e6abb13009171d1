// SPDX-License-Identifier: GPL-3.0-or-later

/// What can be told of a feeding rule by itself.
extension TrapSearch {
    /// A group that no rule sends anything to.
    func unfed(_ group: UInt16) -> RuleTrap? {
        guard feeds(of: group).isEmpty else { return nil }
        let read = Set(needs.groups.map(\.group))
        // What feeds a group that nobody here reads may have been meant for this one.
        let other = feeds.first { !read.contains($0.target.group ?? 0) }
        if let other, let number = other.target.group {
            return RuleTrap(
                kind: .wrongGroup, isFailure: true, group: group,
                finding: "the firewall sends nothing there, but to group \(number) by "
                    + rules.description(of: other.place),
                mend: "Let the rules name group \(group), or set nflog.groups to [\(number)] unless"
                    + " another program reads that one",
                places: [rules.description(of: other.place)])
        }
        if let log = kernelLogs.first {
            return RuleTrap(
                kind: .kernelLog, isFailure: true, group: group,
                finding: "the firewall sends nothing there; it writes to the kernel's log instead, "
                    + "by \(count(kernelLogs.count, "rule")): \(rules.description(of: log))",
                mend: replaceLog(log, group), places: kernelLogs.prefix(8).map(rules.description))
        }
        return RuleTrap(
            kind: .unfed, isFailure: true, group: group,
            finding: "the firewall sends nothing there",
            mend: "Add rules that do; iptables/README.md of the source has them")
    }

    /// Rate limits before the group, in the rule or in one that leads to it; those with the same
    /// mend are told together.
    func limits(of group: UInt16) -> [RuleTrap] {
        var told: Set<RulePlace> = []
        var byMend: [String: [String]] = [:]
        for feed in feeds(of: group) {
            let callers = graph.ways(to: feed.place).flatMap(\.self)
            for place in [feed.place] + callers
            where rules.rule(at: place)?.isLimited == true && told.insert(place).inserted {
                let leads =
                    place == feed.place ? "" : ", which leads to \(rules.chainName(feed.place))"
                byMend[frontEnd.limitMend(rules, place), default: []].append(
                    rules.description(of: place) + leads)
            }
        }
        return byMend.sorted { $0.key < $1.key }.map { mend, places in
            RuleTrap(
                kind: .limit, isFailure: true, group: group,
                finding: "a rate limit hides packets: \(Self.some(places))", mend: mend,
                places: Array(places.prefix(16)))
        }
    }

    /// Thresholds and sizes that overrule ours.
    func shapes(of group: UInt16) -> [RuleTrap] {
        var sizes: [String: [String]] = [:]
        var thresholds: [String] = []
        for feed in feeds(of: group) {
            let place = rules.description(of: feed.place)
            if let size = feed.target.size, size < needs.copyRange {
                let effect =
                    size == 0
                    ? "a size of 0 leaves no packet at all"
                    : "only \(size) of \(needs.copyRange) bytes of a packet come"
                sizes["\(effect)\n\(frontEnd.sizeMend(rules, feed.place))", default: []]
                    .append(place)
            }
            if let threshold = feed.target.threshold, threshold > 0,
                threshold < needs.queueThreshold
            {
                thresholds.append(place)
            }
        }
        var traps = sizes.sorted { $0.key < $1.key }.map { key, places in
            let words = key.split(separator: "\n")
            return RuleTrap(
                kind: .size, isFailure: true, group: group,
                finding: "\(words[0]): \(Self.some(places))", mend: String(words[1]),
                places: Array(places.prefix(16)))
        }
        if !thresholds.isEmpty {
            traps.append(
                RuleTrap(
                    kind: .threshold, isFailure: false, group: group,
                    finding:
                        "a threshold overrides nflog.queue-threshold (\(needs.queueThreshold)) "
                        + "and costs processor time: \(Self.some(thresholds))",
                    mend: "Take the threshold out of the rule",
                    places: Array(thresholds.prefix(16))))
        }
        return traps
    }

    /// The first of them, and how many more there are.
    static func some(_ places: [String]) -> String {
        let more = places.count > 3 ? " and \(places.count - 3) more" : ""
        return places.prefix(3).joined(separator: "; ") + more
    }

    /// A version of IP of which nothing comes.
    func missingFamilies(of group: UInt16) -> [RuleTrap] {
        let missing = [false, true].filter { !isFed(v6: $0, by: [group]) }
        guard missing.count == 1 else { return [] }
        return missing.map { v6 in
            let label = v6 ? "IPv6" : "IPv4"
            let matters = !v6 || needs.hasIPv6
            return RuleTrap(
                kind: .missingFamily, isFailure: matters, group: group,
                finding: "none of the rules sees \(label)"
                    + (matters ? "" : ", which this host has no address of"),
                mend: "Add them for \(label) too")
        }
    }

    func replaceLog(_ place: RulePlace, _ group: UInt16) -> String {
        if let words = frontEnd.loggingMend(rules, place) { return words }
        return rules.table(at: place).program == "nft"
            ? "Let it say `log group \(group)`, or put such a rule before it"
            : "Let it say -j NFLOG --nflog-group \(group), or put such a rule before it"
    }

    func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
