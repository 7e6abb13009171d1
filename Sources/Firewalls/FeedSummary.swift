// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What the rules do for one group, for those who only want to know that.
package struct FeedSummary: Sendable {
    /// Table and chain, in order.
    package var chains: [String] = []
    package var prefixes: [String] = []
    /// `IPv4`, `IPv6`.
    package var families: [String] = []
    /// Whether a rate limit or a size hides packets from it.
    package var isLimited = false
}

extension TrapSearch {
    /// Nil when no rule feeds the group.
    package func summary(of group: UInt16) -> FeedSummary? {
        let own = feeds(of: group)
        guard !own.isEmpty else { return nil }
        var summary = FeedSummary()
        summary.chains = Set(own.map { rules.chainName($0.place) }).sorted()
        summary.prefixes = Set(own.map(\.target.prefix.printable)).sorted()
        summary.families = [false, true].filter { isFed(v6: $0, by: [group]) }
            .map { $0 ? "IPv6" : "IPv4" }
        summary.isLimited =
            !limits(of: group).isEmpty
            || shapes(of: group).contains { $0.kind == .size }
        return summary
    }
}
