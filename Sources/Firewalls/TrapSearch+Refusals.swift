// SPDX-License-Identifier: GPL-3.0-or-later

/// Rules and policies that refuse packets of which no copy comes.
extension TrapSearch {
    /// Why a refusal is not seen, and by which rule's fault.
    private struct Cause: Hashable {
        var kind: RuleTrap.Kind
        /// The rule at fault; for a drop without any, its chain.
        var place: RulePlace
        /// The other group that the packets go to.
        var group: UInt16?
    }

    private struct Unseen {
        var refusals: [RulePlace] = []
        /// Rules of the same form right behind one of them.
        var alike = 0
        var scans: [String] = []
    }

    mutating func unseenRefusals(in families: [Bool], _ missed: [MissedScan]) -> [RuleTrap] {
        var unseen: [Cause: Unseen] = [:]
        for scan in missed {
            guard case .refused(let place) = scan.passage.end, !toldRefusals.contains(place) else {
                continue
            }
            let cause = cause(of: place, scan.passage)
            unseen[cause, default: Unseen()].scans.append(scan.name)
            if unseen[cause]?.refusals.contains(place) == false {
                unseen[cause]?.refusals.append(place)
            }
        }
        for candidate in candidates() {
            for v6 in families where !toldRefusals.contains(candidate.place) {
                guard let passage = reach(candidate, v6: v6), !isSeen(passage) else { continue }
                let cause = cause(of: candidate.place, passage)
                if unseen[cause]?.refusals.contains(candidate.place) == true { continue }
                unseen[cause, default: Unseen()].refusals.append(candidate.place)
                unseen[cause]?.alike += candidate.alike
            }
        }
        return unseen.map { trap($0, $1) }.sorted {
            ($0.isFailure ? 0 : 1, $0.finding) < ($1.isFailure ? 0 : 1, $1.finding)
        }
    }

    private struct Candidate {
        var place: RulePlace
        var conditions: [Condition]
        var alike = 0
    }

    /// Every rule and policy that can refuse. Of rules of one form that stand together, blocklists
    /// mostly, the first stands for all.
    private func candidates() -> [Candidate] {
        var candidates: [Candidate] = []
        for (table, value) in rules.tables.enumerated() {
            guard ![.arp, .bridge].contains(value.family), !isOwn(value) else { continue }
            for (chain, item) in value.chains.enumerated() {
                if item.hook != nil, item.policy == .drop {
                    let place = RulePlace(table: table, chain: chain, rule: nil)
                    candidates.append(Candidate(place: place, conditions: []))
                }
                var form: [String]?
                for (index, rule) in item.rules.enumerated() {
                    let refusals = rule.refusals
                    let own = refusals.count == 1 && rule.logs.isEmpty ? rule.form : nil
                    if let own, own == form {
                        candidates[candidates.count - 1].alike += 1
                        continue
                    }
                    form = own
                    let place = RulePlace(table: table, chain: chain, rule: index)
                    candidates += refusals.map { Candidate(place: place, conditions: $0) }
                }
            }
        }
        return candidates
    }

    /// The table in which Picket itself drops what it has blocked.
    private func isOwn(_ table: RuleTable) -> Bool {
        table.family == .inet && table.name == "picket"
    }

    /// How a packet comes to be refused there; nil when none does.
    private mutating func reach(_ candidate: Candidate, v6: Bool) -> Walk.Passage? {
        let place = candidate.place
        guard rules.table(at: place).family.sees(v6: v6) else { return nil }
        let ways = place.rule == nil ? [[]] : graph.ways(to: place, most: 4)
        for way in ways {
            let start = rules.chain(at: way.first ?? place)
            guard let hook = start.hook, hook != .output, hook != .postrouting,
                hook != .forward || needs.forwards(v6: v6)
            else { continue }
            for form in [ScanType.syn, .fin, .udp] {
                var sample = sample(v6: v6, hook: hook, device: start.device)
                sample.ipProtocol = form.protocolNumber
                sample.flags = form.flags
                sample.state = form.state
                let callers = place.rule == nil ? [] : callerConditions(way, place)
                let all = callers + candidate.conditions
                for condition in all { sample.assume(condition) }
                guard sample.v6 == v6, all.allSatisfy({ $0.holds(for: sample) }) else { continue }
                let passage = walk.send(sample, past: Self.hooks(to: hook))
                if passage.end == .refused(place) { return passage }
            }
        }
        return nil
    }

    private func callerConditions(_ way: [RulePlace], _ place: RulePlace) -> [Condition] {
        conditions(along: way, to: RulePlace(table: place.table, chain: place.chain, rule: nil))
    }

    private func cause(of refusal: RulePlace, _ passage: Walk.Passage) -> Cause {
        if let log = passage.logs.last(where: { $0.target.group == nil }) {
            return Cause(kind: .kernelLog, place: log.place)
        }
        if let log = passage.logs.last(where: { $0.target.group != nil }) {
            return Cause(kind: .wrongGroup, place: log.place, group: log.target.group)
        }
        return Cause(
            kind: .unseenDrop,
            place: RulePlace(table: refusal.table, chain: refusal.chain, rule: nil))
    }

    private func trap(_ cause: Cause, _ unseen: Unseen) -> RuleTrap {
        let group = needs.refusedGroups.min() ?? 5
        let shown = unseen.refusals.prefix(3).map { rules.description(of: $0) }
        let number = unseen.refusals.count + unseen.alike
        let more = number > shown.count ? " and \(number - shown.count) more" : ""
        let what = shown.joined(separator: "; ") + more
        let scans = unseen.scans.isEmpty ? "" : "; missed: \(Self.list(unseen.scans))"
        let isFailure = !unseen.scans.isEmpty
        let at = rules.description(of: cause.place)
        var trap = RuleTrap(
            kind: cause.kind, isFailure: isFailure, finding: "", mend: "",
            places: Array(unseen.refusals.prefix(16).map { rules.description(of: $0) }),
            scans: unseen.scans)
        switch cause.kind {
        case .kernelLog:
            trap.finding =
                "\(at) writes to the kernel's log, not to a group, before \(what)\(scans)"
            trap.mend = replaceLog(cause.place, group)
        case .wrongGroup:
            trap.finding =
                "\(at) feeds group \(cause.group ?? 0), which is not read here, before \(what)\(scans)"
            trap.mend = "Let it name group \(group), or add the group to nflog.groups"
        default:
            trap.finding = "dropped without a copy: \(what)\(scans)"
            trap.mend =
                frontEnd.dropMend(rules, cause.place)
                ?? "Put a rule with the same match that feeds group \(group) before it; "
                + "`install` in iptables/ of the source does"
        }
        return trap
    }
}

extension Rule {
    /// What its conditions ask, without the values: rules of one form differ in these only.
    fileprivate var form: [String] {
        steps.map { step in
            guard case .condition(let condition) = step else { return "verdict" }
            let kind =
                switch condition.test {
                case .source: "source"
                case .destination: "destination"
                case .ports: "ports"
                case .sourcePorts: "source ports"
                case .opaque(let text): text
                default: "\(condition.test)"
                }
            return condition.isNegated ? "! \(kind)" : kind
        }
    }
}
