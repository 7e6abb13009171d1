// SPDX-License-Identifier: GPL-3.0-or-later

/// One logged packet, as the kernel reports it.
///
/// The spans point into the receive buffer, and the compiler keeps the message inside the closure
/// that it was handed to. Numbers are in host order. Source: linux/netfilter/nfnetlink_log.h.
package struct LogMessage: ~Escapable {
    /// NFPROTO number of the hook: 2 IPv4, 10 IPv6, 7 bridge, 5 netdev, 3 ARP.
    ///
    /// A rule of nftables' `inet` family reports 2 or 10.
    package internal(set) var family: UInt8 = 0
    package internal(set) var group: UInt16 = 0
    /// Number within the family; IPv4, IPv6 and bridge count 0 prerouting, 1 input, 2 forward,
    /// 3 output, 4 postrouting; netdev counts 0 ingress, 1 egress.
    package internal(set) var hook: UInt8 = 0
    /// EtherType of the payload: 0x0800 IPv4, 0x86DD IPv6; 0 when the kernel did not say.
    ///
    /// With 0x8100 or 0x88A8, which bridge and netdev can have, the payload begins with an inner
    /// VLAN tag and the EtherType of what follows.
    package internal(set) var hardwareProtocol: UInt16 = 0
    /// What the rule calls itself, without the NUL; empty if it has no prefix.
    package internal(set) var prefix: RawSpan
    /// The packet, cut to the copy range.
    ///
    /// Shape: from the network header on, in all four families, except at netdev's egress, where
    /// the link header stands before it (``payloadStartsWithLinkHeader``).
    package internal(set) var payload: RawSpan
    /// Whether there is a payload at all: a rule with a size of 0 gives messages without one.
    package internal(set) var hasPayload = false
    /// Nil when it is 0, which the kernel does not report.
    package internal(set) var mark: UInt32?
    /// Interface indexes; 0 when the packet has no such interface.
    package internal(set) var interfaceIn: UInt32 = 0
    package internal(set) var interfaceOut: UInt32 = 0
    /// The bridge ports, when the interfaces above are a bridge.
    package internal(set) var physicalIn: UInt32 = 0
    package internal(set) var physicalOut: UInt32 = 0
    /// The sender's link-layer address.
    package internal(set) var hardwareAddress: HardwareAddress?
    /// The link-layer header, as long as the device's headers are; empty if none.
    package internal(set) var linkHeader: RawSpan
    /// ARPHRD number of the incoming device: 1 Ethernet, 772 loopback.
    package internal(set) var linkType: UInt16?
    /// VLAN tag that the device took off: priority, drop bit and number, and the tag's EtherType.
    ///
    /// Only the bridge and netdev families report it.
    package internal(set) var vlanTCI: UInt16?
    package internal(set) var vlanProtocol: UInt16?
    /// Everything before the network header; bridge and netdev only.
    package internal(set) var l2Header: RawSpan
    /// When the kernel received the packet, to the microsecond.
    ///
    /// The output and postrouting hooks have none.
    package internal(set) var timestamp: (seconds: Int64, nanoseconds: Int64)?
    /// Owner of the local socket that sends the packet.
    package internal(set) var uid: UInt32?
    package internal(set) var gid: UInt32?
    /// The group's own count, from 0.
    package internal(set) var sequence: UInt32?
    /// The connection tracker's view of the packet; we do not ask for it, other settings might.
    ///
    /// Source: enum ip_conntrack_info.
    package internal(set) var conntrackInfo: UInt32?
    /// Nested attributes of the connection (nfnetlink_conntrack.h); empty if none.
    package internal(set) var conntrack: RawSpan
    /// A length in it contradicts another; such a message is counted, not handed over.
    var isMalformed = false

    @_lifetime(copy bytes)
    init(empty bytes: RawSpan) {
        let nothing = bytes.extracting(first: 0)
        prefix = nothing
        payload = nothing
        linkHeader = nothing
        l2Header = nothing
        conntrack = nothing
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

/// A link-layer address of up to eight bytes.
package struct HardwareAddress: Hashable, Sendable, BitwiseCopyable {
    /// The first byte is the most significant one; what is beyond the length is 0.
    package let bits: UInt64
    /// Unit: bytes. Range: 0...8.
    package let length: UInt8

    package init(bits: UInt64, length: UInt8) {
        let kept = min(length, 8)
        self.length = kept
        self.bits = kept == 0 ? 0 : bits & (.max << UInt64(64 - 8 * UInt64(kept)))
    }
}

extension HardwareAddress: CustomStringConvertible {
    package var description: String {
        (0..<UInt64(length)).map { index in
            let digits = String(bits >> (56 - 8 * index) & 0xff, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
