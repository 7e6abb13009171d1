// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What a route says of this host: gateways of a default route, or a network on the wire.
struct Route: Hashable {
    var gateways: [Address] = []
    var onLink: Network?

    /// Reads struct rtmsg and its attributes; nil for routes that say nothing of the kind.
    ///
    /// Networks on the wire come from addresses; but a router may announce one in which the host's
    /// own address is alone (DHCPv6), and then only a route says so.
    init?(_ content: Span<UInt8>) {
        guard content.count >= Route.fixedLength else { return nil }
        let (family, width, origin, type) = (content[0], content[1], content[5], content[7])
        guard type == Route.unicast, content.host32(at: 8) & Route.cloned == 0 else { return nil }
        var destination: Address?
        var found: [Address] = []
        let isDead = content.host32(at: 8) & Route.dead != 0
        Datagram.attributes(content, after: Route.fixedLength) { type, value in
            switch type {
            case Route.destination: destination = Address(value, family: family)
            case Route.multipath: found += Route.hops(value, family: family)
            default:
                if !isDead, let gateway = Route.gateway(type, value, family: family) {
                    found.append(gateway)
                }
            }
        }
        if width == 0 {
            gateways = found
        } else if let destination, found.isEmpty, family == AddressFamily.v6,
            origin == Route.kernel || origin == Route.advertised, !destination.isLinkLocal,
            !destination.isMulticast
        {
            onLink = Network(destination, prefixLength: Int(width))
        }
        if gateways.isEmpty, onLink == nil { return nil }
    }

    /// The next hop in an attribute, where it is one.
    private static func gateway(
        _ type: UInt16, _ value: Span<UInt8>, family: UInt8
    ) -> Address? {
        if type == gateway { return Address(value, family: family) }
        // struct rtvia: an IPv4 route by an IPv6 neighbour (RFC 5549).
        guard type == via, value.count > 2 else { return nil }
        return Address(
            value.extracting(2..<value.count), family: UInt8(clamping: value.host16(at: 0)))
    }

    /// The next hops of several: struct rtnexthop (length, flags, weight, interface) and attributes.
    private static func hops(_ value: Span<UInt8>, family: UInt8) -> [Address] {
        var found: [Address] = []
        var offset = 0
        while value.count - offset >= hopLength {
            let length = Int(value.host16(at: offset))
            guard length >= hopLength, length <= value.count - offset else { break }
            if UInt32(value[offset + 2]) & dead == 0 {
                Datagram.attributes(
                    value.extracting(offset..<offset + length), after: hopLength
                ) { type, value in
                    if let gateway = gateway(type, value, family: family) { found.append(gateway) }
                }
            }
            offset += Datagram.aligned(length)
        }
        return found
    }

    /// struct rtmsg: family, destination's and source's width, tos, table, protocol, scope, type,
    /// flags.
    private static let fixedLength = 12
    private static let hopLength = 8
    /// RTN_UNICAST.
    private static let unicast: UInt8 = 1
    /// RTPROT_KERNEL and RTPROT_RA.
    static let kernel: UInt8 = 2
    static let advertised: UInt8 = 9
    /// RTM_F_CLONED and RTNH_F_DEAD.
    private static let cloned: UInt32 = 0x200
    private static let dead: UInt32 = 1
    /// RTA_DST, RTA_GATEWAY, RTA_MULTIPATH and RTA_VIA.
    private static let destination: UInt16 = 1
    private static let gateway: UInt16 = 5
    private static let multipath: UInt16 = 9
    private static let via: UInt16 = 18
}
