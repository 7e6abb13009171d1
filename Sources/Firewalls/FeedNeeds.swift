// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What is to be fed, and the host whose rules they are.
package struct FeedNeeds: Sendable {
    /// The groups that are read, and whether their packets were let through.
    package var groups: [(group: UInt16, accepted: Bool)] = [(5, false)]
    /// How much of each packet is asked for. Unit: bytes.
    package var copyRange = 192
    /// How many packets make a batch.
    package var queueThreshold = 512
    /// The interface that strangers' packets come by; empty where there is none.
    package var interface = ""
    package var ownAddresses: [Address] = []
    /// Whether packets are passed on to others; else what a forward chain drops never comes.
    package var forwards4 = false
    package var forwards6 = false
    /// Whether strangers can reach the host by IPv6.
    package var hasIPv6 = true
    /// How many rules may be looked at in all, each as often as a sample comes to it; a second's work.
    package var budget = 20_000_000
    /// What front ends say of themselves in their files: see ``FrontEnd``.
    package var frontEndFiles: [FrontEnd.File] = []

    package init() {}

    /// The groups that refused packets come by.
    var refusedGroups: Set<UInt16> { Set(groups.filter { !$0.accepted }.map(\.group)) }

    func forwards(v6: Bool) -> Bool { v6 ? forwards6 : forwards4 }
}
