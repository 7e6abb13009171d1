// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Says of each packet what it is evidence of: the table of docs/detection.md, section 1.
///
/// Total and pure: every event has exactly one grade, and the same event always the same.
/// What the table leaves open, and why it was closed so: docs/decisions/grades.md.
package struct Grader: Sendable {
    let host: HostView

    package init(settings: DetectionSettings, facts: HostFacts) {
        host = HostView(settings: settings, facts: facts)
    }

    /// The first line that holds decides.
    package func grade(_ event: PacketEvent) -> Grade {
        let traits = event.traits
        if traits.contains(.martian) { return .martian }
        if traits.contains(.refused) { return .refused }
        if traits.contains(.accepted) { return .accepted }
        if isMartian(event) { return .martian }
        if traits.contains(.laterFragment) { return .fragment }
        if traits.contains(.linkMulticast) || host.isForEverybody(event.destination) {
            return .chatter
        }
        // Headers are split over fragments to slip past a filter, never by a stack.
        if traits.contains(.shortTransport) { return .probe }
        switch event.ipProtocol {
        case .tcp: return gradeTCP(event)
        case .udp, .udpLite: return gradeUDP(event)
        case .sctp: return gradeSCTP(event)
        case .dccp: return gradeDCCP(event)
        case .icmp where !event.isV6:
            return gradeICMP(event, ICMPMeaning(v4: event.icmpType, code: event.icmpCode))
        case .icmpv6 where event.isV6:
            return gradeICMP(event, ICMPMeaning(v6: event.icmpType, code: event.icmpCode))
        // No router passes IGMP on, so off-link somebody made it.
        case .igmp where !event.isV6: return host.isOnLink(event.source) ? .chatter : .probe
        // Empty by definition: it may be what is left of something, and asks nothing.
        case .noNextHeader where event.isV6: return .ambiguous
        default: return .probe
        }
    }

    /// ECE and CWR are no part of the question: an ECN SYN is a SYN (RFC 3168 section 6.1.1).
    private func gradeTCP(_ event: PacketEvent) -> Grade {
        let control = event.tcpFlags.subtracting([.ece, .cwr])
        if control == [.syn, .ack] { return .backscatter }
        if control.contains(.syn) { return .probe }
        if control.contains(.rst) {
            // A reset is never answered, so it asks nothing; with FIN or URG no stack sends it.
            return control.isDisjoint(with: [.fin, .urg]) ? .backscatter : .probe
        }
        guard control.contains(.ack) else { return .probe }
        return isTail(event) ? .late : .ambiguous
    }

    private func gradeUDP(_ event: PacketEvent) -> Grade {
        let (from, to) = (event.sourcePort, event.destinationPort)
        if isNeighbourly(from: from, to: to), host.isOnLink(event.source) { return .chatter }
        // Time, and keys for IPsec with and without NAT: both ends speak from the same port.
        if from == to, to == 123 || to == 500 || to == 4500 { return .late }
        if to >= 1024, host.isService(from), event.traits.contains(.answer) { return .late }
        return host.isEphemeral(to) ? .ambiguous : .probe
    }

    /// Chunk types: RFC 9260 section 3.2.
    private func gradeSCTP(_ event: PacketEvent) -> Grade {
        switch event.flags {
        case 1: .probe  // INIT
        case 2, 6, 10: .backscatter  // INIT ACK, ABORT, COOKIE ECHO
        default: isTail(event) ? .late : .ambiguous
        }
    }

    /// Packet types: RFC 4340 section 5.1.
    private func gradeDCCP(_ event: PacketEvent) -> Grade {
        switch event.flags {
        case 0: .probe  // Request
        case 1, 7: .backscatter  // Response, Reset
        default: isTail(event) ? .late : .ambiguous
        }
    }

    private func gradeICMP(_ event: PacketEvent, _ meaning: ICMPMeaning) -> Grade {
        switch meaning {
        case .request, .unassigned: .probe
        case .reply: .backscatter
        // An error about nothing answers nothing.
        case .error: event.traits.contains(.quotesPacket) ? .backscatter : .ambiguous
        // A router lowers the hop limit, so 255 proves a neighbour whatever its address.
        case .neighbourDiscovery: event.hopLimit == 255 ? .chatter : .probe
        case .linkControl: host.isOnLink(event.source) ? .chatter : .probe
        case .oddity: .ambiguous
        }
    }

    /// From a server's port to a client's.
    private func isTail(_ event: PacketEvent) -> Bool {
        host.isService(event.sourcePort) && host.isEphemeral(event.destinationPort)
    }

    /// To a port of the local protocols, or their answer. A source port alone says nothing, else
    /// a scanner on the link would choose it and be silent.
    private func isNeighbourly(from: UInt16, to: UInt16) -> Bool {
        isLocalService(to) || isLocalService(from) && host.isEphemeral(to)
    }

    /// DHCP, NetBIOS name and datagram service, DHCPv6, SSDP, mDNS, LLMNR.
    private func isLocalService(_ port: UInt16) -> Bool {
        switch port {
        case 67, 68, 137, 138, 546, 547, 1900, 5353, 5355: true
        default: false
        }
    }
}

extension IPProtocol {
    /// RFC 8200 section 4.7.
    static let noNextHeader = IPProtocol(rawValue: 59)
}

extension PacketEvent {
    /// IPv6 by the parser's word or by its addresses.
    var isV6: Bool { traits.contains(.v6) || !source.isV4 }
}
