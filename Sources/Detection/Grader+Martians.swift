// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Grader {
    /// Whether the packet's source or destination cannot be on the wire that it came from.
    @inline(__always)
    func isMartian(_ event: PacketEvent) -> Bool {
        if Grader.isOrdinary(event) { return isOurs(event) }
        return isOdd(event)
    }

    /// Whether an IPv4 packet goes from one unicast address to another, neither of them special: all
    /// that ``isOdd(_:)`` asks, but for our own addresses, seen by four comparisons.
    @inline(__always)
    private static func isOrdinary(_ event: PacketEvent) -> Bool {
        guard event.source.isV4, event.destination.isV4, !event.has(.v6) else { return false }
        let (from, to) = (event.source.v4Bits >> 24, event.destination.v4Bits >> 24)
        return from &- 1 < 223 && to &- 1 < 223 && from != 127 && to != 127
            && event.source.low != event.destination.low
    }

    /// Whether it claims to come from us and does not.
    ///
    /// The kernel hands its own multicast and broadcast back to itself on the outgoing interface
    /// (ip_mc_output), so that only a unicast packet in our name is forged.
    @inline(__always)
    private func isOurs(_ event: PacketEvent) -> Bool {
        host.isOwn(event.source) && !event.has(.output) && !event.has(.loopback)
            && !host.isForEverybody(event.destination)
    }

    @inline(never)
    private func isOdd(_ event: PacketEvent) -> Bool {
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
        return isOurs(event)
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
