// SPDX-License-Identifier: GPL-3.0-or-later

/// One logged packet, as the kernel reports it.
///
/// The spans point into the receive buffer, and the compiler keeps the message inside the closure
/// that it was handed to. Numbers are in host order. Source: linux/netfilter/nfnetlink_log.h.
/// Safety: the fields belong to the ``DatagramWalker`` that lends the message, and stay while it does.
@safe
package struct LogMessage: ~Escapable {
    /// What stands after the netlink header.
    private let bytes: RawSpan
    private let fields: UnsafePointer<MessageFields>
    /// Which of the walker's openings the message begins with.
    ///
    /// Range: 0..<``DatagramWalker/openings``.
    package let opening: Int
    /// Whether it says the same as the last message of that opening, but for time, sequence number
    /// and payload.
    package let isRepeated: Bool

    @_lifetime(copy bytes)
    init(
        _ bytes: RawSpan, _ fields: UnsafePointer<MessageFields>, opening: Int, isRepeated: Bool
    ) {
        self.bytes = bytes
        unsafe self.fields = fields
        self.opening = opening
        self.isRepeated = isRepeated
    }

    /// NFPROTO number of the hook: 2 IPv4, 10 IPv6, 7 bridge, 5 netdev, 3 ARP.
    ///
    /// A rule of nftables' `inet` family reports 2 or 10.
    package var family: UInt8 { unsafe fields.pointee.family }
    package var group: UInt16 { unsafe fields.pointee.group }
    /// Number within the family; IPv4, IPv6 and bridge count 0 prerouting, 1 input, 2 forward,
    /// 3 output, 4 postrouting; netdev counts 0 ingress, 1 egress.
    package var hook: UInt8 { unsafe fields.pointee.hook }
    /// EtherType of the payload: 0x0800 IPv4, 0x86DD IPv6; 0 when the kernel did not say.
    ///
    /// With 0x8100 or 0x88A8, which bridge and netdev can have, the payload begins with an inner
    /// VLAN tag and the EtherType of what follows.
    package var hardwareProtocol: UInt16 { unsafe fields.pointee.hardwareProtocol }
    /// What the rule calls itself, without the NUL; empty if it has no prefix.
    package var prefix: RawSpan {
        @_lifetime(copy self)
        get { piece(unsafe fields.pointee.prefix) }
    }
    /// The packet, cut to the copy range.
    ///
    /// Shape: from the network header on, in all four families, except at netdev's egress, where
    /// the link header stands before it (``payloadStartsWithLinkHeader``).
    package var payload: RawSpan {
        @_lifetime(copy self)
        get { piece(unsafe fields.pointee.payload) }
    }
    /// Whether there is a payload at all: a rule with a size of 0 gives messages without one.
    package var hasPayload: Bool { unsafe fields.pointee.hasPayload }
    /// Nil when it is 0, which the kernel does not report.
    package var mark: UInt32? { unsafe fields.pointee.mark }
    /// Interface indexes; 0 when the packet has no such interface.
    package var interfaceIn: UInt32 { unsafe fields.pointee.interfaceIn }
    package var interfaceOut: UInt32 { unsafe fields.pointee.interfaceOut }
    /// The bridge ports, when the interfaces above are a bridge.
    package var physicalIn: UInt32 { unsafe fields.pointee.physicalIn }
    package var physicalOut: UInt32 { unsafe fields.pointee.physicalOut }
    /// The sender's link-layer address.
    package var hardwareAddress: HardwareAddress? { unsafe fields.pointee.hardwareAddress }
    /// The link-layer header, as long as the device's headers are; empty if none.
    package var linkHeader: RawSpan {
        @_lifetime(copy self)
        get { piece(unsafe fields.pointee.linkHeader) }
    }
    /// ARPHRD number of the incoming device: 1 Ethernet, 772 loopback.
    package var linkType: UInt16? { unsafe fields.pointee.linkType }
    /// VLAN tag that the device took off: priority, drop bit and number, and the tag's EtherType.
    ///
    /// Only the bridge and netdev families report it.
    package var vlanTCI: UInt16? { unsafe fields.pointee.vlanTCI }
    package var vlanProtocol: UInt16? { unsafe fields.pointee.vlanProtocol }
    /// Everything before the network header; bridge and netdev only.
    package var l2Header: RawSpan {
        @_lifetime(copy self)
        get { piece(unsafe fields.pointee.l2Header) }
    }
    /// When the kernel received the packet, to the microsecond.
    ///
    /// The output and postrouting hooks have none.
    package var timestamp: (seconds: Int64, nanoseconds: Int64)? {
        unsafe fields.pointee.timestamp
    }
    /// Owner of the local socket that sends the packet.
    package var uid: UInt32? { unsafe fields.pointee.uid }
    package var gid: UInt32? { unsafe fields.pointee.gid }
    /// The group's own count, from 0.
    package var sequence: UInt32? { unsafe fields.pointee.sequence }
    /// The connection tracker's view of the packet; we do not ask for it, other settings might.
    ///
    /// Source: enum ip_conntrack_info.
    package var conntrackInfo: UInt32? { unsafe fields.pointee.conntrackInfo }
    /// Nested attributes of the connection (nfnetlink_conntrack.h); empty if none.
    package var conntrack: RawSpan {
        @_lifetime(copy self)
        get { piece(unsafe fields.pointee.conntrack) }
    }

    @_lifetime(copy self)
    private func piece(_ piece: MessageFields.Piece) -> RawSpan {
        bytes.extracting(piece.start..<piece.start + piece.count)
    }

    /// At netdev's egress hook the kernel copies from the link header on.
    package var payloadStartsWithLinkHeader: Bool {
        family == LogMessage.netdevFamily && hook == LogMessage.egressHook
    }

    /// NFPROTO_NETDEV.
    package static let netdevFamily: UInt8 = 5
    /// NF_NETDEV_EGRESS.
    package static let egressHook: UInt8 = 1
}
