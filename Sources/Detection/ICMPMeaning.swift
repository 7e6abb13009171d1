// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What an ICMP or ICMPv6 message is for, by its type and code.
///
/// Source: IANA ICMP Parameters and ICMPv6 Parameters. A type that is reserved there and was never
/// in use counts as unassigned; a code is unassigned when the type lists its codes without it.
enum ICMPMeaning: Sendable {
    /// Asks for an answer: echo, timestamp, mask, information and their later kin.
    case request
    case reply
    /// Tells of trouble with a packet, which it quotes.
    case error
    /// Neighbour discovery: its receiver must refuse it unless the hop limit is 255 (RFC 4861).
    case neighbourDiscovery
    /// Between routers and hosts of one link: redirect, router discovery, multicast listeners.
    case linkControl
    /// Assigned, and sent by nobody who is well: deprecated, experimental, mobility.
    case oddity
    case unassigned

    init(_ event: PacketEvent) {
        self =
            event.isV6
            ? ICMPMeaning(v6: event.icmpType, code: event.icmpCode)
            : ICMPMeaning(v4: event.icmpType, code: event.icmpCode)
    }

    init(v4 type: UInt8, code: UInt8) {
        self =
            switch (type, code) {
            case (8, 0), (13, 0), (15, 0), (17, 0), (33, _), (35, _), (37, _), (42, 0): .request
            case (0, 0), (14, 0), (16, 0), (18, 0), (34, _), (36, _), (38, _), (43, 0...4): .reply
            case (3, 0...15), (4, 0), (11, 0...1), (12, 0...2): .error
            case (5, 0...3), (9, 0), (9, 16), (10, 0): .linkControl
            case (6, 0), (30, _), (31, _), (32, _), (39, _), (40, 0...5), (41, _), (253...254, _):
                .oddity
            default: .unassigned
            }
    }

    init(v6 type: UInt8, code: UInt8) {
        self =
            switch (type, code) {
            case (128, 0), (139, 0...2), (144, 0), (146, 0), (160, 0): .request
            case (129, 0), (140, 0...2), (145, 0), (147, 0), (161, 0...4): .reply
            case (1, 0...8), (2, 0), (3, 0...1), (4, 0...10): .error
            case (133...137, 0), (141...142, 0), (148...149, 0): .neighbourDiscovery
            // Multicast listeners; multicast router discovery, whose code is a time; RPL.
            case (130...132, 0), (143, 0), (151, _), (152...153, 0), (155, _): .linkControl
            case (100...101, _), (200...201, _), (138, 0...1), (138, 255), (150, _), (154, _),
                (156...159, _):
                .oddity
            default: .unassigned
            }
    }
}
