// SPDX-License-Identifier: GPL-3.0-or-later

/// Numbers of netlink messages; a test compares them with the C headers.
///
/// Source: linux/netlink.h, linux/rtnetlink.h, linux/sock_diag.h.
enum MessageType {
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    /// RTM_NEWLINK.
    static let link: UInt16 = 16
    /// RTM_NEWADDR and RTM_GETADDR.
    static let address: UInt16 = 20
    static let addresses: UInt16 = 22
    /// RTM_NEWROUTE, RTM_DELROUTE and RTM_GETROUTE.
    static let route: UInt16 = 24
    static let removedRoute: UInt16 = 25
    static let routes: UInt16 = 26
    /// SOCK_DIAG_BY_FAMILY.
    static let sockets: UInt16 = 20
}

/// Flags of a message's header.
enum MessageFlag {
    /// NLM_F_REQUEST | NLM_F_DUMP.
    static let dump: UInt16 = 0x301
    /// NLM_F_DUMP_INTR: something changed while the answer was being made.
    static let interrupted: UInt16 = 0x10
}

enum AddressFamily {
    static let any: UInt8 = 0
    static let v4: UInt8 = 2
    static let v6: UInt8 = 10
}
