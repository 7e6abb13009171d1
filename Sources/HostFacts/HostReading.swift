// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What the host says of itself at one moment.
package struct HostReading: Hashable, Sendable {
    /// Ascending. Without those that only this host can reach.
    package var ownAddresses: [Address]
    /// The networks that the own addresses are in, none inside another. Ascending.
    package var homeNetworks: [Network]
    /// Routers of the default routes, of all tables. Ascending.
    package var gateways: [Address]
    package var servedPorts: Set<ServedPort>
    /// The ports that clients here are given, and, on a router, those of the hosts behind it.
    package var ephemeralPorts: ClosedRange<UInt16>

    package init(
        ownAddresses: [Address] = [], homeNetworks: [Network] = [], gateways: [Address] = [],
        servedPorts: Set<ServedPort> = [], ephemeralPorts: ClosedRange<UInt16> = 32768...65535
    ) {
        self.ownAddresses = ownAddresses
        self.homeNetworks = homeNetworks
        self.gateways = gateways
        self.servedPorts = servedPorts
        self.ephemeralPorts = ephemeralPorts
    }

    /// Bound: so many addresses and as many gateways are kept, the lowest; networks are fewer,
    /// since each packet is compared with them.
    static let addressLimit = 4096
    static let networkLimit = 1024
}

extension HostReading {
    /// Takes over addresses and routes as the kernel lists them.
    mutating func take(addresses: [InterfaceAddress], routes: [Route]) {
        let reachable = addresses.filter { !$0.address.isOnlyHere }
        ownAddresses = HostReading.first(
            HostReading.addressLimit, of: Set(reachable.map(\.address)))
        gateways = HostReading.first(
            HostReading.addressLimit, of: Set(routes.flatMap(\.gateways)))
        var networks = Set(
            reachable.filter { !$0.address.isLinkLocal }
                .flatMap { [$0.network, Network(host: $0.address)] })
        networks.formUnion(routes.compactMap(\.onLink))
        homeNetworks = HostReading.outermost(networks)
    }

    private static func first(_ count: Int, of addresses: Set<Address>) -> [Address] {
        Array(addresses.sorted().prefix(count))
    }

    /// The networks that are not inside another one.
    ///
    /// In the order of their first addresses, the wider first, what holds a network is the last
    /// one kept.
    static func outermost(_ networks: Set<Network>) -> [Network] {
        let ordered = networks.sorted { a, b in
            a.address == b.address ? a.prefixLength < b.prefixLength : a.address < b.address
        }
        var kept: [Network] = []
        for network in ordered {
            if let last = kept.last, last.contains(network.address) { continue }
            if kept.count < networkLimit { kept.append(network) }
        }
        return kept
    }
}
