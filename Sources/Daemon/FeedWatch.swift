// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Firewalls
import Foundation

/// Looks at the firewall's rules at the start and after each reload, so that decisions from a
/// limited feed say so.
///
/// On a thread of its own, because listing the rules of a large firewall takes seconds.
final class FeedWatch: Sendable {
    private let observer: HostObserver

    init(observer: HostObserver) { self.observer = observer }

    /// Looks, and returns at once; until it has looked, nothing is said of the feeds.
    func look(at groups: [UInt16]) {
        Thread.detachNewThread { [observer] in
            let listing = RuleListing()
            guard listing.isTold else { return }
            observer.learn(FeedWatch.feeds(of: groups, rules: listing.rules))
        }
    }

    /// What the rules say of each group; a group that no rule feeds is not there.
    static func feeds(of groups: [UInt16], rules: RuleSet) -> [UInt16: Observer.Feed] {
        let search = TrapSearch(rules, for: FeedNeeds())
        var feeds: [UInt16: Observer.Feed] = [:]
        for group in groups {
            guard let summary = search.summary(of: group) else { continue }
            feeds[group] = summary.isLimited ? .limited : .complete
        }
        return feeds
    }
}
