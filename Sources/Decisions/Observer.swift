// SPDX-License-Identifier: GPL-3.0-or-later

/// The machine and program that made the decisions, as the formats name them.
package struct Observer: Hashable, Sendable {
    /// `picket.firewall.feed`: whether the firewall hides packets from a group.
    package enum Feed: String, Sendable {
        case complete
        /// A rate limit, a threshold or a size stands before the group.
        case limited
    }

    /// The host's name; empty when it is not known.
    package var name: String
    /// Picket's version; empty when it is not to be named.
    package var version: String
    /// How far local time is ahead of UTC; used by `text` and `scanlogd`, the rest is UTC.
    package var localTimeOffset: Duration
    /// What is known of the rules that feed each NFLOG group; a group that is not here is unknown.
    package var feeds: [UInt16: Feed]

    package init(
        name: String, version: String = "", localTimeOffset: Duration = .zero,
        feeds: [UInt16: Feed] = [:]
    ) {
        self.name = name
        self.version = version
        self.localTimeOffset = localTimeOffset
        self.feeds = feeds
    }
}
