// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Detection

extension HostFacts {
    /// The facts as the settings state them; what they do not state keeps its default, until the
    /// host itself is asked.
    init(_ settings: Settings) {
        self.init(
            ownAddresses: Set(settings.ownAddresses ?? []),
            homeNetworks: settings.homeNetworks ?? [],
            servedPorts: settings.servedPorts ?? [])
        if let range = settings.ephemeralPorts { ephemeralPorts = range }
    }
}
