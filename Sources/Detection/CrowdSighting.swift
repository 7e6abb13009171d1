// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// One counted packet, as those hear of it that watch many sources together.
struct CrowdSighting {
    let event: PacketEvent
    /// Keyed hash of the source: the address, or the network that counts as one.
    let source: UInt64
    /// Keyed hash of the target's host, and of the target.
    let host: UInt64
    let targetHash: UInt64
    let target: CommonTarget
    /// The source had not asked for this target before.
    var isNewTarget: Bool
    /// The source's first packet, and its second.
    let isNewSource: Bool
    let isSecond: Bool
    let isInternal: Bool
    /// A server of ours stands behind the port.
    let isServed: Bool
    /// Stream time. Unit: nanoseconds.
    let now: Int64
    /// What stack or tool made the packet.
    let stack: UInt32
    /// The mark of the tool, when it has one.
    let mark: ToolMark

    /// Unit: quarters of a probe's target.
    var quarters: UInt16 { target.quarters }
}

/// How the sending stack or tool fills in what is free to it, folded into a number.
///
/// Initial hop limits are 64, 128 or 255, and 64 for tools that roll dice below it, so only the
/// class counts; the window, the kinds of options and Don't Fragment are a stack's habit.
/// Source: p0f 3 README, which tells stacks apart by the same fields.
enum StackFingerprint {
    static func of(_ event: PacketEvent) -> UInt32 {
        let hops: UInt32 = event.hopLimit <= 64 ? 0 : event.hopLimit <= 128 ? 1 : 2
        let fixed = event.traits.rawValue & PacketTraits.dontFragment.rawValue != 0
        var word = UInt32(event.ipProtocol.rawValue) << 3 | hops << 1 | (fixed ? 1 : 0)
        if event.ipProtocol.rawValue == 6 {
            let options = UInt32(event.tcpOptions.rawValue) << 16 | UInt32(event.window)
            word = (word << 6 | UInt32(event.control)) &* 0x9e37_79b1 ^ options &* 0x85eb_ca6b
        } else {
            word = word &* 0x9e37_79b1
        }
        return word ^ word >> 15
    }

    static func short(_ stack: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: stack ^ stack >> 16) }
}

extension PacketEvent {
    /// What one tool's packets about the same target have in common and two senders' have not:
    /// source port, sequence number, identification.
    ///
    /// Nil when that would be too little to be sure: nothing but a port that many choose.
    var twinMark: UInt32? {
        guard sequenceNumber != 0 || identification != 0 else { return nil }
        guard !has(.shortTransport) || identification != 0 else { return nil }
        let mark =
            UInt64(sequenceNumber) << 32 | UInt64(identification) << 16 | UInt64(sourcePort)
        return UInt32(truncatingIfNeeded: mark &* 0x9e37_79b9_7f4a_7c15 >> 32)
    }

    /// What a tool keeps over all targets; 0 for none.
    var runMark: UInt32 {
        guard sourcePort != 0, !has(.shortTransport) else { return 0 }
        let mark = UInt64(sequenceNumber) << 16 | UInt64(sourcePort)
        return UInt32(truncatingIfNeeded: mark &* 0xd6e8_feb8_6659_fd93 >> 32) | 1
    }
}
