// SPDX-License-Identifier: GPL-3.0-or-later

/// An attribute of a log message that we read.
///
/// The numbers are written out so that the walk switches on constants; a test compares them with
/// the C headers. Source: enum nfulnl_attr_type, linux/netfilter/nfnetlink_log.h.
enum Attribute: UInt16, CaseIterable {
    case packetHeader = 1
    case mark, timestamp
    case interfaceIn, interfaceOut, physicalIn, physicalOut
    case hardwareAddress, payload, prefix, uid, sequence
    case gid = 14
    case linkType, linkHeader, linkHeaderLength
    case conntrack, conntrackInfo
    case vlan, l2Header

    /// The shortest value that makes sense; a longer one, of a later kernel, is read as far as known.
    var minimumLength: Int {
        switch self {
        case .packetHeader: 3
        case .linkType, .linkHeaderLength: 2
        case .mark, .interfaceIn, .interfaceOut, .physicalIn, .physicalOut: 4
        case .uid, .gid, .sequence, .conntrackInfo: 4
        case .hardwareAddress: 12
        case .timestamp: 16
        case .payload, .prefix, .linkHeader, .conntrack, .vlan, .l2Header: 0
        }
    }

    /// Bits of an attribute's type; the two above say "nested" and "network byte order".
    ///
    /// Source: NLA_TYPE_MASK, linux/netlink.h.
    static let typeMask: UInt16 = 0x3fff
    /// Length and type.
    static let headerLength = 4
}

/// An attribute inside ``Attribute/vlan``.
enum VLANAttribute {
    static let proto: UInt16 = 1
    static let tci: UInt16 = 2
}
