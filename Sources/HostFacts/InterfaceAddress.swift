// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// An address of this host, and the network that it is in.
struct InterfaceAddress: Hashable {
    var address: Address
    /// The network on the wire. On a point-to-point link that is the peer's.
    var network: Network

    /// Reads struct ifaddrmsg and its attributes; nil for what is no address of ours, or not yet.
    init?(_ content: Span<UInt8>) {
        guard content.count >= InterfaceAddress.fixedLength else { return nil }
        let (family, width, flags) = (content[0], Int(content[1]), content[2])
        // An address that is being tried, or was found to be another host's, is not ours.
        if flags & InterfaceAddress.duplicate != 0 { return nil }
        if flags & InterfaceAddress.tentative != 0, flags & InterfaceAddress.optimistic == 0 {
            return nil
        }
        var local: Address?
        var prefix: Address?
        Datagram.attributes(content, after: InterfaceAddress.fixedLength) { type, value in
            switch type {
            case 1: prefix = Address(value, family: family)  // IFA_ADDRESS
            case 2: local = Address(value, family: family)  // IFA_LOCAL
            default: break
            }
        }
        guard let address = local ?? prefix, !address.isUnspecified else { return nil }
        self.address = address
        // A prefix of no bits at all would make everybody a neighbour.
        network =
            width > 0
            ? Network(prefix ?? address, prefixLength: width) : Network(host: address)
    }

    /// struct ifaddrmsg: family, prefix length, flags, scope, interface.
    private static let fixedLength = 8
    /// IFA_F_OPTIMISTIC, IFA_F_DADFAILED and IFA_F_TENTATIVE, linux/if_addr.h.
    private static let optimistic: UInt8 = 0x04
    private static let duplicate: UInt8 = 0x08
    private static let tentative: UInt8 = 0x40
}

extension Address {
    /// An attribute's bytes; nil when they are not an address of that family.
    init?(_ bytes: Span<UInt8>, family: UInt8) {
        switch (family, bytes.count) {
        case (AddressFamily.v4, 4): self.init(v4: bytes.network32(at: 0))
        case (AddressFamily.v6, 16):
            self.init(high: bytes.network64(at: 0), low: bytes.network64(at: 8))
        default: return nil
        }
    }

    var isUnspecified: Bool { self == .unspecified || self == Address(v4: 0) }

    /// 127/8 and ::1: what only this host itself can reach.
    var isOnlyHere: Bool {
        isV4 ? v4Bits >> 24 == 127 : self == Address(high: 0, low: 1)
    }

    /// fe80::/10 and 169.254/16: every link has them, so that they say nothing of what is home.
    var isLinkLocal: Bool {
        isV4 ? v4Bits >> 16 == 0xa9fe : high >> 54 == 0xfe80 >> 6
    }

    /// 224/4 and ff00::/8.
    var isMulticast: Bool { isV4 ? v4Bits >> 28 == 14 : high >> 56 == 0xff }
}
