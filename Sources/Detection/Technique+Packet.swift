// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Technique {
    /// How one counted packet asks.
    ///
    /// An ACK and a window scan look the same on the wire; both are ``ack`` here and get their
    /// second name in the summary, as does a ``connect``, which is a SYN too.
    @inline(__always)
    init(of event: PacketEvent) {
        if event.has(.shortTransport) {
            // Only a first fragment can hide a header, and log text never shows SCTP's. Else the IP
            // header said itself that nothing follows: the protocol number is the question.
            let isHidden = event.has(.firstFragment) || event.ipProtocol == .sctp
            self = isHidden ? .other : .ipProtocol
            return
        }
        switch Wire(event) {
        case .tcp: self = Technique.tcp(event)
        case .datagram: self = .udp
        case .sctp: self = event.flags == 1 ? .sctpInit : .other
        case .dccp: self = .other
        case .icmp: self = event.isV6 ? Technique.icmpv6(event) : Technique.icmp(event)
        case .igmp, .noNextHeader, .unspoken: self = .ipProtocol
        }
    }

    private static func tcp(_ event: PacketEvent) -> Technique {
        switch event.control {
        case Control.syn:
            isOfSystem(event) ? .connect : .syn
        case Control.fin: .fin
        case 0: .null
        // Both trees: the scanner's three lights, and all six.
        case Control.fin | Control.psh | Control.urg, Control.all: .xmas
        case Control.ack: .ack
        case Control.fin | Control.ack: .maimon
        default: .other
        }
    }

    private static func icmp(_ event: PacketEvent) -> Technique {
        switch event.icmpType {
        case 8: .icmpEcho
        case 13: .icmpTimestamp
        case 17: .icmpMask
        default: .other
        }
    }

    private static func icmpv6(_ event: PacketEvent) -> Technique {
        event.icmpType == 128 ? .icmpEcho : .other
    }

    /// Whether an operating system made the SYN and not a scanner of its own.
    ///
    /// It carries segment size, SACK permitted and window scale, and timestamps too but for
    /// Windows, which starts with a hop limit of 128. ZMap copies Windows' options under 255.
    /// Source: p0f 3's signatures of systems; ZMap 4, probe_modules/packet.c.
    private static func isOfSystem(_ event: PacketEvent) -> Bool {
        let options = event.tcpOptions.rawValue & 0x0f
        return options == 0x0f || options == 0x07 && 65...128 ~= event.hopLimit
    }
}
