// SPDX-License-Identifier: GPL-3.0-or-later

/// Feeding rules that no packet comes to.
extension TrapSearch {
    /// Rules that feed a group but stand behind what takes their packets.
    ///
    /// What they would have seen is then told here, and not once more as a refusal without a copy.
    mutating func unreachableFeeds(_ missed: [MissedScan]) -> [RuleTrap] {
        var traps: [RuleTrap] = []
        for feed in feeds where feed.target.group.map(needs.refusedGroups.contains) == true {
            guard traps.count < 32, walk.budget > 0 else { break }
            guard let turn = turnBefore(feed.place) else { continue }
            let verdict: String
            switch turn.verdict {
            case .accept:
                verdict = "accepts"
                toldAccepts.insert(turn.place)
            case .return: verdict = "returns"
            case .handedOver: verdict = "hands over"
            case .goto, .jump: verdict = "takes"
            case .drop, .reject:
                verdict = "drops"
                toldRefusals.insert(turn.place)
            }
            // A return leads to a refusal further on, of which this is the reason.
            let led = missed.filter { scan in
                scan.passage.turns.contains { $0.place == turn.place }
            }
            for scan in led {
                if case .refused(let place) = scan.passage.end { toldRefusals.insert(place) }
            }
            let names = led.map(\.name)
            let scans = names.isEmpty ? "" : "; missed: \(Self.list(names))"
            traps.append(
                RuleTrap(
                    kind: .unreachable, isFailure: !names.isEmpty, group: feed.target.group,
                    finding: "no packet comes to \(rules.description(of: feed.place)), because "
                        + "\(rules.description(of: turn.place)) \(verdict) them before\(scans)",
                    mend: "Move the rule that feeds the group before that one",
                    places: [rules.description(of: feed.place), rules.description(of: turn.place)],
                    scans: names))
        }
        return traps
    }

    /// What turns all packets away that the rule is for; nil when one comes to it, or when nobody
    /// here can tell.
    private mutating func turnBefore(
        _ place: RulePlace
    ) -> (place: RulePlace, verdict: Verdict)? {
        var found: (place: RulePlace, verdict: Verdict)?
        for way in graph.ways(to: place) {
            let start = rules.chain(at: way.first ?? place)
            // What this host sends is not followed.
            guard let hook = start.hook, hook != .output, hook != .postrouting else { return nil }
            for v6 in [false, true] where rules.table(at: place).family.sees(v6: v6) {
                let conditions = conditions(along: way, to: place)
                // Rules at the end are often for interfaces that no rule before them names.
                for (scan, device) in ScanType.allCases.flatMap({ scan in
                    [start.device ?? needs.interface, start.device ?? ""].map { (scan, $0) }
                }) {
                    var sample = sample(v6: v6, hook: hook, device: device)
                    sample.ipProtocol = scan.protocolNumber
                    sample.flags = scan.flags
                    sample.state = scan.state
                    for condition in conditions { sample.assume(condition) }
                    guard sample.v6 == v6, conditions.allSatisfy({ $0.holds(for: sample) }) else {
                        continue
                    }
                    let passage = walk.send(sample, past: Self.hooks(to: hook))
                    if passage.end == .unknown { return nil }
                    if passage.logs.contains(where: { $0.place == place }) { return nil }
                    found = found ?? turn(in: passage, before: place, way)
                }
            }
        }
        return found
    }

    /// The turn that took the packet off the way to the place.
    private func turn(
        in passage: Walk.Passage, before place: RulePlace, _ way: [RulePlace]
    ) -> (place: RulePlace, verdict: Verdict)? {
        passage.turns.first { turn in
            (way + [place]).contains { step in
                step.table == turn.place.table && step.chain == turn.place.chain
                    && (turn.place.rule ?? .max) < (step.rule ?? .max)
            }
        } ?? passage.turns.last { $0.place.rule != nil && $0.verdict != .return }
    }
}
