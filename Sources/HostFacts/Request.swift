// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What the kernel is asked for: everything of one kind.
enum Request: Hashable {
    case addresses
    /// Routes of one family, in all tables.
    case routes(family: UInt8)
    /// Sockets of one protocol and family that wait for strangers.
    case sockets(family: UInt8, ipProtocol: IPProtocol)

    /// The message as it is sent.
    func bytes(sequence: UInt32) -> [UInt8] {
        let (type, body): (UInt16, [UInt8]) =
            switch self {
            // struct ifaddrmsg, struct rtmsg: the family, and nothing else asked for.
            case .addresses: (MessageType.addresses, Request.padded([AddressFamily.any], to: 8))
            case .routes(let family): (MessageType.routes, Request.padded([family], to: 12))
            // struct inet_diag_req_v2: family, protocol, extensions, padding, states, no socket.
            case .sockets(let family, let ipProtocol):
                (
                    MessageType.sockets,
                    Request.padded(
                        [family, ipProtocol.rawValue, 0, 0]
                            + Request.host(Request.states(of: ipProtocol)), to: 56)
                )
            }
        return Request.host(UInt32(Datagram.headerLength + body.count)) + Request.host(type)
            + Request.host(MessageFlag.dump) + Request.host(sequence) + Request.host(UInt32(0))
            + body
    }

    /// The states as a mask: a listener's, or that of a UDP socket without a peer.
    ///
    /// Source: TCP_LISTEN 10, TCP_CLOSE 7; net/tcp_states.h.
    private static func states(of ipProtocol: IPProtocol) -> UInt32 {
        ipProtocol == .udp || ipProtocol == .udpLite ? 1 << 7 : 1 << 10
    }

    private static func padded(_ bytes: [UInt8], to count: Int) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: count - bytes.count)
    }

    /// In the machine's order.
    private static func host<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        stride(from: 0, to: Number.bitWidth, by: 8).map {
            UInt8(truncatingIfNeeded: number.littleEndian >> Number($0))
        }
    }
}
