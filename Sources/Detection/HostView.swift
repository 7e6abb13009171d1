// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The host facts and the settings about ports, prepared for being asked for every packet.
struct HostView: Sendable {
    /// Ascending.
    private let ownAddresses: [Address]
    private let homeNetworks: [MaskedNetwork]
    private let broadcasts: [Address]
    private let servicePorts: PortSet
    private let ephemeralPorts: ClosedRange<UInt16>
    private let servedTCP: PortSet
    private let servedUDP: PortSet
    private let servedOther: Set<ServedPort>
    private let ipv6Prefix: Int

    init(settings: DetectionSettings, facts: HostFacts) {
        ownAddresses = facts.ownAddresses.sorted()
        homeNetworks = facts.homeNetworks.map(MaskedNetwork.init)
        broadcasts = facts.homeNetworks.compactMap(\.broadcast)
        servicePorts = PortSet(settings.servicePorts.union(0...1023))
        ephemeralPorts = facts.ephemeralPorts
        servedTCP = PortSet(facts.servedPorts.lazy.filter { $0.ipProtocol == .tcp }.map(\.port))
        servedUDP = PortSet(facts.servedPorts.lazy.filter { $0.ipProtocol == .udp }.map(\.port))
        servedOther = facts.servedPorts.filter { $0.ipProtocol != .tcp && $0.ipProtocol != .udp }
        ipv6Prefix = min(max(settings.ipv6Prefix, 16), 128)
    }

    @inline(__always)
    func isOwn(_ address: Address) -> Bool {
        var range = 0..<ownAddresses.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if ownAddresses[middle].isSame(as: address) { return true }
            range =
                ownAddresses[middle] < address
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }

    @inline(__always)
    func isHome(_ address: Address) -> Bool {
        for network in homeNetworks where network.contains(address) { return true }
        return false
    }

    /// Whether the address is a neighbour's: home, or link-local (RFC 3927, RFC 4291 section 2.5.6).
    @inline(__always)
    func isOnLink(_ address: Address) -> Bool {
        address.isLinkLocal || isHome(address)
    }

    /// Whether everybody on the wire gets what is sent to this address.
    @inline(__always)
    func isForEverybody(_ address: Address) -> Bool {
        if address.isMulticast || address.isSame(as: .limitedBroadcast) { return true }
        for broadcast in broadcasts where broadcast.isSame(as: address) { return true }
        return false
    }

    @inline(__always)
    func isService(_ port: UInt16) -> Bool { servicePorts.contains(port) }
    @inline(__always)
    func isEphemeral(_ port: UInt16) -> Bool { ephemeralPorts.contains(port) }

    /// Whether the packet goes to a port with a server of ours behind it.
    @inline(__always)
    func serves(_ event: PacketEvent) -> Bool {
        switch event.ipProtocol.rawValue {
        case 6: servedTCP.contains(event.destinationPort)
        case 17: servedUDP.contains(event.destinationPort)
        default:
            !servedOther.isEmpty && Wire(event).hasPorts
                && servedOther.contains(
                    ServedPort(ipProtocol: event.ipProtocol, port: event.destinationPort))
        }
    }

    /// Seen from home: our own packet on its way out counts as outbound wherever it goes.
    @inline(__always)
    func direction(of event: PacketEvent) -> Direction {
        if event.has(.output) { return .outbound }
        guard isHome(event.source) else { return .inbound }
        return isHome(event.destination) ? .internal : .outbound
    }

    /// The network that counts as one source together with this address.
    ///
    /// An IPv6 host owns its whole prefix and may change its address for each packet. A neighbour
    /// does not: there each address is a host. A translator's or a 6to4 router's prefix holds the
    /// whole IPv4 Internet, so there the IPv4 address inside is the source.
    @inline(__always)
    func key(of address: Address) -> SourceKey {
        if address.isV4 { return SourceKey(v4: address) }
        if let embedded = address.embeddedV4 { return SourceKey(v4: embedded) }
        if isOnLink(address) { return SourceKey(host: address) }
        if ipv6Prefix == 64 { return SourceKey(high64: address.high) }
        return SourceKey(Network(address, prefixLength: ipv6Prefix))
    }

    /// Whether many sources may turn out to be one: only with the default width.
    var foldsPrefixes: Bool { ipv6Prefix == 64 }
}

/// A network in the form that is fastest to ask.
private struct MaskedNetwork: Sendable {
    let high: UInt64
    let low: UInt64
    let highMask: UInt64
    let lowMask: UInt64

    init(_ network: Network) {
        let width = Int(network.prefixLength) + (network.address.isV4 ? 96 : 0)
        highMask = width >= 64 ? .max : ~(UInt64.max >> UInt64(width))
        lowMask = width <= 64 ? 0 : ~(width == 128 ? 0 : UInt64.max >> UInt64(width - 64))
        high = network.address.high
        low = network.address.low
    }

    func contains(_ address: Address) -> Bool {
        address.high & highMask == high && address.low & lowMask == low
    }
}
