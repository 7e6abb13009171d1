// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Grader {
    /// Whether the packet's source or destination cannot be on the wire that it came from.
    func isMartian(_ event: PacketEvent) -> Bool {
        let (source, destination) = (event.source, event.destination)
        // An IPv4-mapped address belongs into sockets, not onto a wire (RFC 4291 section 2.5.5.2).
        if event.isV6, source.isV4 || destination.isV4 { return true }
        if source.isMulticast { return true }
        if source.isNowhere, !isWithoutAddressYet(event) { return true }
        if destination.isNowhere, !destination.isSame(as: .limitedBroadcast) { return true }
        if event.has(.loopback) { return false }
        if source.isLoopback || destination.isLoopback || source.isSame(as: destination) {
            return true
        }
        // The kernel hands its own multicast and broadcast back to itself on the outgoing
        // interface (ip_mc_output), so that only a unicast packet in our name is forged.
        return host.isOwn(source) && !event.has(.output)
            && !host.isForEverybody(destination)
    }

    /// Whether the sender has a good reason to have no address: it asks for one (RFC 2131), tries
    /// one (RFC 4862), or tells of its groups meanwhile (RFC 3376 section 4.2.13, RFC 3590).
    private func isWithoutAddressYet(_ event: PacketEvent) -> Bool {
        if event.source == .unspecified {
            return Wire(event) == .icmp && event.destination.isMulticast
        }
        guard event.source == Address(v4: 0) else { return false }
        switch Wire(event) {
        case .datagram:
            return event.destination == .limitedBroadcast && event.sourcePort == 68
                && event.destinationPort == 67
        case .igmp: return event.destination.isMulticast
        default: return false
        }
    }
}
