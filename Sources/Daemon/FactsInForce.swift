// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Control
import Detection
import HostFacts
import Packets

/// The facts that the detector goes by, and since when by the packets' clock.
struct FactsInForce: Sendable {
    var facts: HostFacts
    var gateways: [Address]
    var since: Timestamp

    /// Long lists are cut, so that an answer of the control socket stays within its bound.
    var status: StatusReport.Host {
        var status = StatusReport.Host(
            time: since.rfc3339Nanoseconds, ephemeralPorts: HostRecord.words(facts.ephemeralPorts))
        status.ownAddresses = facts.ownAddresses.sorted().prefix(4096).map(\.description)
        status.homeNetworks = facts.homeNetworks.prefix(4096).map(\.description)
        status.gateways = gateways.prefix(4096).map(\.description)
        status.servedPorts = Array(HostRecord.words(facts.servedPorts).prefix(4096))
        return status
    }
}

extension StatusReport.Host {
    /// The line that a facts file gets.
    init(_ reading: HostReading, from time: Timestamp) {
        self.init(
            time: time.rfc3339Nanoseconds, ephemeralPorts: HostRecord.words(reading.ephemeralPorts))
        ownAddresses = reading.ownAddresses.map(\.description)
        homeNetworks = reading.homeNetworks.map(\.description)
        gateways = reading.gateways.map(\.description)
        servedPorts = HostRecord.words(reading.servedPorts)
    }
}
