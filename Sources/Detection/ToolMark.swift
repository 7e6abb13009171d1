// SPDX-License-Identifier: GPL-3.0-or-later

/// What one packet shows of the program that made it; a packet has one mark at most.
///
/// Each mark, where it is known from and how it was measured: docs/decisions/tool-marks.md.
package enum ToolMark: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case none = 0
    /// Window 1024, no more options than a segment size of 1460, and (seen over several packets)
    /// sequence numbers that one run of Nmap drew.
    case nmapScan
    /// ACK or FIN and ACK with sequence number 0, window 1024 and no options.
    case nmapAcknowledgement
    /// A probe of Nmap's OS detection.
    case nmapSystem
    /// A header as Nmap makes them, whose hop limit (seen over several packets) is drawn anew for
    /// each.
    case nmapHopLimit
    /// IP identification = destination address XOR port XOR sequence number.
    case masscan
    /// IP identification 54321.
    case zmapIdentification
    /// The options of Windows under a hop limit that no Windows has.
    case zmapOptions
    /// TCP sequence number = destination address.
    case mirai
    /// Window 512, no options, and (seen over several packets) source ports that count up.
    case hpingPorts
    /// Window 512, no options, and an acknowledgement number where nothing is acknowledged.
    case hpingAcknowledgement

    package var tool: Tool {
        switch self {
        case .none: .unknown
        case .nmapScan, .nmapAcknowledgement, .nmapSystem, .nmapHopLimit: .nmap
        case .masscan: .masscan
        case .zmapIdentification, .zmapOptions: .zmap
        case .mirai: .mirai
        case .hpingPorts, .hpingAcknowledgement: .hping
        }
    }

    /// Whether a single packet with this mark is sure to be the tool's: an ordinary stack sends it
    /// once in 65,000 packets or less. Only such a mark changes a grade or a weight.
    package var isSure: Bool {
        switch self {
        case .none, .nmapScan, .nmapHopLimit, .hpingPorts: false
        case .nmapAcknowledgement, .nmapSystem, .masscan, .zmapIdentification, .zmapOptions, .mirai,
            .hpingAcknowledgement:
            true
        }
    }

    /// Which bit of a tally says that it was seen; unique within a tool.
    var bit: UInt8 {
        switch self {
        case .none: 0
        case .nmapScan, .masscan, .zmapIdentification, .mirai, .hpingPorts: 1
        case .nmapAcknowledgement, .zmapOptions, .hpingAcknowledgement: 2
        case .nmapSystem: 4
        case .nmapHopLimit: 8
        }
    }
}
