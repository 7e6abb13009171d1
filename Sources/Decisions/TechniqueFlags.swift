// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

extension Technique {
    /// The TCP control bits of its packets; nil when it is not TCP, or nobody can say.
    var tcpFlags: TCPFlags? {
        switch self {
        case .syn, .connect: .syn
        case .fin: .fin
        case .null: []
        case .xmas: [.fin, .psh, .urg]
        case .ack, .window: .ack
        case .maimon: [.fin, .ack]
        case .udp, .sctpInit, .ipProtocol, .icmpEcho, .icmpTimestamp, .icmpMask, .other: nil
        }
    }

    /// Whether a packet of it may be TCP.
    var mayBeTCP: Bool { tcpFlags != nil || self == .other }
}

extension ScanSummary {
    /// The source's address; nil for the kinds that have no single source.
    package var singleSource: Address? {
        kind == .distributed || kind == .decoy || crowd != nil ? nil : firstAddress
    }

    /// The destination; nil when there are several.
    package var singleDestination: Address? { hosts.count == 1 ? destinations.first : nil }

    /// The port; nil when there are several, or none.
    var singlePort: UInt16? { ports.count == 1 ? portSample.first : nil }

    /// Whether it is a scan: repeated attempts alone are level 0, and a flood is none.
    package var isScan: Bool { level > 0 && !(crowd?.isFlood ?? false) }
}
