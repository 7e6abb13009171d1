// SPDX-License-Identifier: GPL-3.0-or-later

/// Sends sample packets through a rule set as the kernel would send real ones.
package struct Walk {
    let rules: RuleSet
    /// How many more rules may be looked at; a hostile or huge rule set cannot keep us for ever.
    package private(set) var budget: Int
    /// Base chains by family and hook, in the order of their priorities.
    private let bases: [Key: [RulePlace]]
    /// For each table and chain.
    private let runs: [[SourceRuns]]

    private struct Key: Hashable {
        var v6: Bool
        var hook: RuleChain.Hook
    }

    /// The kernel's own bound is 16 for nftables.
    private static let deepest = 32

    package init(_ rules: RuleSet, budget: Int) {
        self.rules = rules
        self.budget = budget
        runs = rules.tables.map { $0.chains.map { SourceRuns($0) } }
        var bases: [Key: [RulePlace]] = [:]
        for (table, value) in rules.tables.enumerated() {
            for (chain, item) in value.chains.enumerated() {
                guard let hook = item.hook else { continue }
                for v6 in [false, true]
                where value.family.sees(v6: v6) && value.family != .bridge {
                    bases[Key(v6: v6, hook: hook), default: []].append(
                        RulePlace(table: table, chain: chain, rule: nil))
                }
            }
        }
        self.bases = bases.mapValues { places in
            // A stable sort: of equal priorities the one that was there first comes first.
            places.enumerated().sorted {
                (rules.chain(at: $0.element).priority, $0.offset)
                    < (rules.chain(at: $1.element).priority, $1.offset)
            }.map(\.element)
        }
    }

    /// What became of a sample.
    package struct Passage {
        package enum End: Hashable {
            case accepted
            case refused(RulePlace)
            case handedOver(RulePlace)
            /// Not followed to its end.
            case unknown
        }
        package var end = End.accepted
        package var logs: [(place: RulePlace, target: LogTarget)] = []
        /// Rules and policies that turned it: accept, return, drop, goto. In order.
        package var turns: [(place: RulePlace, verdict: Verdict)] = []
    }

    /// Follows the sample past the hooks.
    package mutating func send(_ sample: Sample, past hooks: [RuleChain.Hook]) -> Passage {
        var sample = sample
        var passage = Passage()
        for hook in hooks {
            for base in bases[Key(v6: sample.v6, hook: hook)] ?? [] {
                let chain = rules.chain(at: base)
                if let device = chain.device, device != sample.interface { continue }
                var result = run(base, &sample, &passage, depth: 0)
                if result == .passed {
                    passage.turns.append((base, chain.policy))
                    result = chain.policy == .drop ? .refused(base) : .accepted
                }
                switch result {
                case .refused(let place): passage.end = .refused(place)
                case .handedOver(let place): passage.end = .handedOver(place)
                case .unknown: passage.end = .unknown
                case .accepted, .passed: continue
                }
                return passage
            }
        }
        return passage
    }

    private enum Result: Equatable {
        case passed, accepted, unknown
        case refused(RulePlace), handedOver(RulePlace)
    }

    private mutating func run(
        _ place: RulePlace, _ sample: inout Sample, _ passage: inout Passage, depth: Int
    ) -> Result {
        guard depth < Self.deepest else { return .unknown }
        let count = rules.tables[place.table].chains[place.chain].rules.count
        var runs = self.runs[place.table][place.chain].runs[...]
        var index = 0
        while index < count {
            var next = index...index
            var candidates: [Int]?
            if let run = runs.first, run.rules.lowerBound == index {
                candidates = run.candidates(for: sample.source)
                next = run.rules.lowerBound...run.rules.upperBound - 1
                runs = runs.dropFirst()
            }
            for number in candidates ?? [index] {
                let here = RulePlace(table: place.table, chain: place.chain, rule: number)
                if let result = meet(here, &sample, &passage, depth: depth) { return result }
            }
            index = next.upperBound + 1
        }
        return .passed
    }

    /// What comes of the rule; nil: the next one.
    private mutating func meet(
        _ place: RulePlace, _ sample: inout Sample, _ passage: inout Passage, depth: Int
    ) -> Result? {
        guard budget > 0 else { return .unknown }
        budget -= 1
        guard let verdict = apply(place, &sample, &passage) else { return nil }
        if case .jump = verdict {} else { passage.turns.append((place, verdict)) }
        switch verdict {
        case .accept: return .accepted
        case .drop, .reject: return .refused(place)
        case .handedOver: return .handedOver(place)
        case .return: return .passed
        case .jump(let name), .goto(let name):
            guard let chain = rules.tables[place.table].index(of: name) else { return nil }
            let next = RulePlace(table: place.table, chain: chain, rule: nil)
            let result = run(next, &sample, &passage, depth: depth + 1)
            if result != .passed { return result }
            if case .goto = verdict { return .passed }
            return nil
        }
    }

    /// Does what the rule does, and returns its verdict on this sample; nil: the next rule.
    private func apply(
        _ place: RulePlace, _ sample: inout Sample, _ passage: inout Passage
    ) -> Verdict? {
        guard let index = place.rule else { return nil }
        let steps = rules.tables[place.table].chains[place.chain].rules[index].steps
        for (number, step) in steps.enumerated() {
            switch step {
            case .condition(let condition): if !condition.holds(for: sample) { return nil }
            case .limit:
                // A scan is soon beyond any limit: it does not help to be let in or to return.
                if case .verdict(let verdict) = steps[number...].last,
                    verdict == .accept || verdict == .return
                {
                    return nil
                }
            case .log(let target): passage.logs.append((place, target))
            case .untrack: sample.state = .untracked
            case .choice(let choices):
                for choice in choices
                where choice.keys.allSatisfy({ $0.holds(for: sample) }) { return choice.verdict }
            case .verdict(let verdict): return verdict
            }
        }
        return nil
    }
}
