// SPDX-License-Identifier: GPL-3.0-or-later

/// Which rules call which chains, and so how a packet can come to a rule.
struct RuleGraph {
    private let rules: RuleSet
    /// For each chain (a place without a rule) the rules that jump or go to it.
    private var callers: [RulePlace: [RulePlace]] = [:]

    init(_ rules: RuleSet) {
        self.rules = rules
        for (table, value) in rules.tables.enumerated() {
            for (chain, item) in value.chains.enumerated() {
                for (index, rule) in item.rules.enumerated() {
                    let place = RulePlace(table: table, chain: chain, rule: index)
                    for name in rule.targets {
                        guard let target = value.index(of: name) else { continue }
                        let called = RulePlace(table: table, chain: target, rule: nil)
                        callers[called, default: []].append(place)
                    }
                }
            }
        }
    }

    /// Ways from a base chain to a place, the rules that call one after the other.
    ///
    /// Bound: `most` ways of at most 16 calls.
    func ways(to place: RulePlace, most: Int = 8) -> [[RulePlace]] {
        var ways: [[RulePlace]] = []
        var tries = 256
        extend([], from: chain(of: place), &ways, most: most, tries: &tries)
        return ways
    }

    private func extend(
        _ way: [RulePlace], from chain: RulePlace, _ ways: inout [[RulePlace]], most: Int,
        tries: inout Int
    ) {
        tries -= 1
        guard ways.count < most, way.count < 16, tries > 0 else { return }
        if rules.chain(at: chain).hook != nil { ways.append(way) }
        for caller in callers[chain] ?? [] {
            extend([caller] + way, from: self.chain(of: caller), &ways, most: most, tries: &tries)
        }
    }

    /// The hook at whose base chain a way begins.
    func hook(of way: [RulePlace], to place: RulePlace) -> RuleChain.Hook? {
        rules.chain(at: way.first ?? place).hook
    }

    private func chain(of place: RulePlace) -> RulePlace {
        RulePlace(table: place.table, chain: place.chain, rule: nil)
    }
}

extension Rule {
    /// The chains that it can send a packet to.
    var targets: Set<String> {
        var targets: Set<String> = []
        for step in steps {
            switch step {
            case .verdict(.jump(let name)), .verdict(.goto(let name)): targets.insert(name)
            case .choice(let choices):
                for choice in choices {
                    switch choice.verdict {
                    case .jump(let name), .goto(let name): targets.insert(name)
                    default: break
                    }
                }
            default: break
            }
        }
        return targets
    }

    /// Whether it lets only so many packets to what it does.
    var isLimited: Bool {
        steps.contains { if case .limit = $0 { true } else { false } }
    }

    var logs: [LogTarget] {
        steps.compactMap { if case .log(let target) = $0 { target } else { nil } }
    }

    /// What must hold for it to come to its end, or, of a verdict map, to that chain.
    func conditions(to chain: String? = nil) -> [Condition] {
        var conditions: [Condition] = []
        for step in steps {
            switch step {
            case .condition(let condition): conditions.append(condition)
            case .choice(let choices):
                let wanted = choices.first { choice in
                    switch choice.verdict {
                    case .jump(let name), .goto(let name): name == chain
                    default: false
                    }
                }
                conditions += wanted?.keys ?? []
            case .limit, .log, .untrack, .verdict: break
            }
        }
        return conditions
    }

    /// The ways in which it refuses a packet by itself: what must hold for each.
    ///
    /// Bound: 64 keys of a verdict map.
    var refusals: [[Condition]] {
        var conditions: [Condition] = []
        var refusals: [[Condition]] = []
        for step in steps {
            switch step {
            case .condition(let condition): conditions.append(condition)
            case .choice(let choices):
                for choice in choices.prefix(64) where choice.verdict.isRefusal {
                    refusals.append(conditions + choice.keys)
                }
            case .verdict(let verdict): if verdict.isRefusal { refusals.append(conditions) }
            case .limit, .log, .untrack: break
            }
        }
        return refusals
    }
}
