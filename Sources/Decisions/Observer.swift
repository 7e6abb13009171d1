// SPDX-License-Identifier: GPL-3.0-or-later

/// The machine and program that made the decisions, as the formats name them.
package struct Observer: Hashable, Sendable {
    /// The host's name; empty when it is not known.
    package var name: String
    /// Picket's version; empty when it is not to be named.
    package var version: String
    /// How far local time is ahead of UTC; used by `text` and `scanlogd`, the rest is UTC.
    package var localTimeOffset: Duration
    /// NFLOG groups that have a rate limit before them in the firewall.
    package var limitedGroups: Set<UInt16>

    package init(
        name: String, version: String = "", localTimeOffset: Duration = .zero,
        limitedGroups: Set<UInt16> = []
    ) {
        self.name = name
        self.version = version
        self.localTimeOffset = localTimeOffset
        self.limitedGroups = limitedGroups
    }
}
