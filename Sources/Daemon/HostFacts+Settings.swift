// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Detection
import HostFacts

extension HostFacts {
    /// The facts as the settings state them; what they do not state is as the host says, and
    /// without a host keeps its default.
    init(_ settings: Settings, host: HostReading? = nil) {
        self.init(
            ownAddresses: Set(settings.ownAddresses ?? host?.ownAddresses ?? []),
            homeNetworks: settings.homeNetworks ?? host?.homeNetworks ?? [],
            servedPorts: settings.servedPorts ?? host?.servedPorts ?? [])
        if let range = settings.ephemeralPorts ?? host?.ephemeralPorts { ephemeralPorts = range }
    }
}
