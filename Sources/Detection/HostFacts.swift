// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What the detector must know of the host, given as input so that a replay sees the same.
package struct HostFacts: Hashable, Sendable {
    /// The host's own addresses; a packet from one of them that comes in is a martian.
    package var ownAddresses: Set<Address>
    /// The networks that are home. Empty: every source counts as outside.
    package var homeNetworks: [Network]
    /// Ports that this host or its home networks serve.
    package var servedPorts: Set<ServedPort>
    /// The ports that clients are given.
    package var ephemeralPorts: ClosedRange<UInt16>

    package init(
        ownAddresses: Set<Address> = [], homeNetworks: [Network] = [],
        servedPorts: Set<ServedPort> = [], ephemeralPorts: ClosedRange<UInt16> = 32768...65535
    ) {
        self.ownAddresses = ownAddresses
        self.homeNetworks = homeNetworks
        self.servedPorts = servedPorts
        self.ephemeralPorts = ephemeralPorts
    }

    package func isHome(_ address: Address) -> Bool {
        for network in homeNetworks where network.contains(address) { return true }
        return false
    }
}
