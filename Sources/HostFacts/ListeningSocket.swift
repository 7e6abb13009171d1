// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A socket that waits for strangers.
struct ListeningSocket: Hashable {
    var port: ServedPort
    /// `0.0.0.0` and `::` are every address.
    var address: Address
    /// The interface that it is bound to; 0 for any.
    var interface: UInt32
    /// The kernel's name for the socket, never given twice.
    var cookie: UInt64

    /// Reads struct inet_diag_msg; nil when it is cut or has no port.
    init?(_ content: Span<UInt8>, ipProtocol: IPProtocol) {
        // family, state, timer, retransmits, ports, addresses, interface, cookie, five numbers.
        guard content.count >= 72 else { return nil }
        let family = content[0]
        let length = family == AddressFamily.v4 ? 4 : 16
        guard let address = Address(content.extracting(8..<8 + length), family: family),
            content.network16(at: 4) != 0
        else { return nil }
        port = ServedPort(ipProtocol: ipProtocol, port: content.network16(at: 4))
        self.address = address
        interface = content.host32(at: 40)
        cookie = UInt64(content.host32(at: 44)) | UInt64(content.host32(at: 48)) << 32
    }

    /// Whether anybody outside this host can reach it.
    var isReachable: Bool {
        // The loopback's index is 1 in every network namespace (LOOPBACK_IFINDEX, net/flow.h).
        !address.isOnlyHere && interface != 1
    }
}
