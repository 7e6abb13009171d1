// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Technique {
    /// How one counted packet asks.
    ///
    /// An ACK and a window scan look the same on the wire; both are ``ack`` here and get their
    /// second name in the summary, as does a ``connect``, which is a SYN too.
    init(of event: PacketEvent) {
        if event.traits.contains(.shortTransport) {
            // Only a first fragment can hide a header, and log text never shows SCTP's. Else the IP
            // header said itself that nothing follows: the protocol number is the question.
            let isHidden = event.traits.contains(.firstFragment) || event.ipProtocol == .sctp
            self = isHidden ? .other : .ipProtocol
            return
        }
        switch event.ipProtocol {
        case .tcp: self = Technique.tcp(event)
        case .udp, .udpLite: self = .udp
        case .sctp: self = event.flags == 1 ? .sctpInit : .other
        case .dccp: self = .other
        case .icmp where !event.isV6:
            switch event.icmpType {
            case 8: self = .icmpEcho
            case 13: self = .icmpTimestamp
            case 17: self = .icmpMask
            default: self = .other
            }
        case .icmpv6 where event.isV6: self = event.icmpType == 128 ? .icmpEcho : .other
        default: self = .ipProtocol
        }
    }

    private static func tcp(_ event: PacketEvent) -> Technique {
        switch event.tcpFlags.subtracting([.ece, .cwr]) {
        case .syn: event.tcpOptions.isSuperset(of: fullStack) ? .connect : .syn
        case .fin: .fin
        case []: .null
        // Both trees: the scanner's three lights, and all six.
        case [.fin, .psh, .urg], [.fin, .syn, .rst, .psh, .ack, .urg]: .xmas
        case .ack: .ack
        case [.fin, .ack]: .maimon
        default: .other
        }
    }

    /// What an operating system's own SYN carries and a scanner's raw one does not.
    private static let fullStack: TCPOptionKinds = [
        .maximumSegmentSize, .sackPermitted, .timestamps, .windowScale,
    ]
}
