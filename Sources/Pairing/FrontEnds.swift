// SPDX-License-Identifier: GPL-3.0-or-later

/// The front ends that pairing knows.
package enum FrontEnds {
    /// All of them, for a host that shows these traces. The order does not matter.
    package static func all(traces: HostTraces, persist: Bool) -> [any FrontEnd] {
        let main: FrontEndName? =
            if case .one(let name, _) = traces.findings.charge, name != .docker { name } else {
                nil
            }
        return [
            ShorewallFrontEnd(), UfwFrontEnd(),
            FirewalldFrontEnd(boot: BootStep(unit: "firewalld.service", persist: persist)),
            IptablesFrontEnd(
                boot: BootStep(unit: "netfilter-persistent.service", persist: persist)),
            NftablesFrontEnd(boot: BootStep(unit: "nftables.service", persist: persist)),
            DockerFrontEnd(traces: traces, beside: main, persist: persist),
        ]
    }
}
