// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Rules of one chain that stand together and each ask for a source: blocklists, of any length. A
/// packet is compared with those that can be meant for it, and not with all.
struct SourceRuns {
    struct Run {
        var rules: Range<Int>
        /// The rules that name this one address.
        var byHost: [Address: [Int]] = [:]
        /// The rules that name a network, or several.
        var wide: [Int] = []

        /// The rules that a packet of that source can meet, in order. A stranger meets none.
        func candidates(for source: Network?) -> [Int] {
            guard let source else { return [] }
            guard source.isHost, let own = byHost[source.address] else { return wide }
            return wide.isEmpty ? own : (own + wide).sorted()
        }
    }

    /// In order.
    private(set) var runs: [Run] = []

    /// Shorter ones are not worth it.
    private static let shortest = 16

    init(_ chain: RuleChain) {
        var start = 0
        while start < chain.rules.count {
            var end = start
            while end < chain.rules.count, chain.rules[end].source != nil { end += 1 }
            if end - start >= Self.shortest {
                var run = Run(rules: start..<end)
                for index in start..<end {
                    let networks = chain.rules[index].source ?? []
                    if networks.count == 1, networks[0].isHost {
                        run.byHost[networks[0].address, default: []].append(index)
                    } else {
                        run.wide.append(index)
                    }
                }
                runs.append(run)
            }
            start = max(end, start + 1)
        }
    }
}

extension Rule {
    /// The sources that it asks for before it does anything; nil when anybody's packet may meet it.
    fileprivate var source: [Network]? {
        for step in steps {
            guard case .condition(let condition) = step else { return nil }
            if case .source(let networks) = condition.test, !condition.isNegated,
                !networks.contains(where: { $0.prefixLength == 0 })
            {
                return networks
            }
        }
        return nil
    }
}
