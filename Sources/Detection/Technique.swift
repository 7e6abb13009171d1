// SPDX-License-Identifier: GPL-3.0-or-later

/// How a scan asks. The raw value is `picket.scan.techniques` in a decision.
package enum Technique: UInt8, CaseIterable, Sendable {
    case syn = 0, connect, fin, null, xmas, ack, window, maimon, udp, sctpInit, ipProtocol
    case icmpEcho, icmpTimestamp, icmpMask, other
}

extension Technique: CustomStringConvertible {
    package var description: String {
        switch self {
        case .syn: "SYN"
        case .connect: "connect"
        case .fin: "FIN"
        case .null: "NULL"
        case .xmas: "XMAS"
        case .ack: "ACK"
        case .window: "window"
        case .maimon: "maimon"
        case .udp: "UDP"
        case .sctpInit: "SCTP-INIT"
        case .ipProtocol: "IP-protocol"
        case .icmpEcho: "ICMP-echo"
        case .icmpTimestamp: "ICMP-timestamp"
        case .icmpMask: "ICMP-mask"
        case .other: "other"
        }
    }
}
