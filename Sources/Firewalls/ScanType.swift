// SPDX-License-Identifier: GPL-3.0-or-later

/// The scans that a rule set must give to NFLOG to count as working, by nmap's names, and a
/// connection to the port that worms ask for.
package enum ScanType: String, CaseIterable, Sendable, Codable {
    case syn = "-sS"
    case connect = "-sT"
    case fin = "-sF"
    case null = "-sN"
    case xmas = "-sX"
    case ack = "-sA"
    case maimon = "-sM"
    case udp = "-sU"
    case ipProtocol = "-sO"
    case sctp = "-sY"
    case smb = "445/tcp"

    /// TCP's flags of its packets.
    package var flags: UInt8 {
        switch self {
        case .syn, .connect, .smb: 0x02
        case .fin: 0x01
        case .null: 0
        case .xmas: 0x29
        case .ack: 0x10
        case .maimon: 0x11
        case .udp, .ipProtocol, .sctp: 0
        }
    }

    package var protocolNumber: UInt8 {
        switch self {
        case .udp: 17
        case .ipProtocol: 99
        case .sctp: 132
        default: 6
        }
    }

    /// How the connection tracker takes them. Source: nf_conntrack_proto_tcp.c, tcp_conntracks: an
    /// ACK may be of a connection that began before us.
    var state: Sample.State {
        switch self {
        case .fin, .null, .xmas, .maimon: .invalid
        default: .new
        }
    }

    /// The ports that are tried in thought: some of them nobody serves.
    var ports: [UInt16] { self == .smb ? [445] : [54_321, 999, 7] }
}
