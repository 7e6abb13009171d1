// SPDX-License-Identifier: GPL-3.0-or-later

/// What every netlink message begins with.
enum Datagram {
    /// struct nlmsghdr: length, type, flags, sequence, port.
    static let headerLength = 16
}

/// Types of netlink messages; a test compares them with the C headers.
enum MessageType {
    static let noOperation: UInt16 = 1
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    static let overrun: UInt16 = 4
    /// NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET.
    static let packet: UInt16 = 0x400
    /// RTM_NEWLINK and RTM_DELLINK.
    static let newLink: UInt16 = 16
    static let removedLink: UInt16 = 17
}
