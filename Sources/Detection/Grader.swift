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

    /// The grade, and for what may be counted the mark of the tool that made it.
    ///
    /// The tail of a conversation has no tool's mark; with one it is a scan's.
    @inline(__always)
    func grade(_ event: PacketEvent, packet: RawSpan) -> (grade: Grade, mark: ToolMark) {
        let grade = grade(event)
        switch grade {
        case .probe, .ambiguous: return (grade, ToolMark(of: event, in: packet))
        case .late:
            let mark = ToolMark(of: event, in: packet)
            return mark.isSure ? (.ambiguous, mark) : (.late, .none)
        default: return (grade, .none)
        }
    }

    /// The grade by the header's fields alone. The first line that holds decides.
    @inline(__always)
    package func grade(_ event: PacketEvent) -> Grade {
        if event.has(.martian) { return .martian }
        if event.has(.refused) { return .refused }
        if event.has(.accepted) { return .accepted }
        if isMartian(event) { return .martian }
        if event.has(.laterFragment) { return .fragment }
        if event.has(.linkMulticast) || host.isForEverybody(event.destination) { return .chatter }
        // Headers are split over fragments to slip past a filter, never by a stack.
        if event.has(.shortTransport) { return .probe }
        switch Wire(event) {
        case .tcp: return gradeTCP(event)
        case .datagram: return gradeUDP(event)
        case .sctp: return gradeSCTP(event)
        case .dccp: return gradeDCCP(event)
        case .icmp: return gradeICMP(event, ICMPMeaning(event))
        // No router passes IGMP on, so off-link somebody made it.
        case .igmp: return host.isOnLink(event.source) ? .chatter : .probe
        // Empty by definition: it may be what is left of something, and asks nothing.
        case .noNextHeader: return .ambiguous
        case .unspoken: return .probe
        }
    }

    @inline(__always)
    private func gradeTCP(_ event: PacketEvent) -> Grade {
        let control = event.control
        if control == Control.syn | Control.ack { return .backscatter }
        if control & Control.syn != 0 { return .probe }
        if control & Control.rst != 0 {
            // A reset is never answered, so it asks nothing; with FIN or URG no stack sends it.
            return control & (Control.fin | Control.urg) == 0 ? .backscatter : .probe
        }
        if control & Control.ack == 0 { return .probe }
        return isTail(event) ? .late : .ambiguous
    }

    private func gradeUDP(_ event: PacketEvent) -> Grade {
        let (from, to) = (event.sourcePort, event.destinationPort)
        if isNeighbourly(from: from, to: to), host.isOnLink(event.source) { return .chatter }
        // Time, and keys for IPsec with and without NAT: both ends speak from the same port.
        if from == to, to == 123 || to == 500 || to == 4500 { return .late }
        if to >= 1024, event.has(.answer), host.isService(from) || isCall(event) { return .late }
        return host.isEphemeral(to) ? .ambiguous : .probe
    }

    /// A call's media, or what arranges it: its ends agree on ports that nobody serves.
    private func isCall(_ event: PacketEvent) -> Bool {
        event.has(.media) && event.sourcePort >= 1024
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
        case .error: event.has(.quotesPacket) ? .backscatter : .ambiguous
        // A router lowers the hop limit, so 255 proves a neighbour whatever its address.
        case .neighbourDiscovery: event.hopLimit == 255 ? .chatter : .probe
        case .linkControl: host.isOnLink(event.source) ? .chatter : .probe
        case .oddity: .ambiguous
        }
    }

    /// From a server's port to a client's.
    @inline(__always)
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
