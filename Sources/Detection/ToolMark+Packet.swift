// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension ToolMark {
    /// The mark of a packet that is evidence of a scan.
    ///
    /// Bound: no loop but over the 32 bytes of one payload; no allocation.
    /// - Parameter packet: the packet's first bytes from its IP header on, as far as there are any.
    ///   Marks that need more than the event's fields are not found without them.
    package init(of event: PacketEvent, in packet: RawSpan) {
        self = .none
        // Stacks forbid fragmentation for TCP; none of the tools does, but for OS detection.
        let isBare = !event.has(.dontFragment) && !event.has(.networkOptions)
        let bytes = Span<UInt8>(_bytes: packet)
        if event.isV6, ToolMark.hasNmapFlowLabel(event, bytes) {
            self = .nmapSystem
            return
        }
        switch event.ipProtocol.rawValue {
        case 6: self = ToolMark.tcp(event, bytes, isBare: isBare)
        case 17: self = ToolMark.udp(event, bytes, isBare: isBare)
        case 1: if !event.isV6 { self = ToolMark.icmp(event, bytes, isBare: isBare) }
        default: break
        }
        if self == .none, isBare, ToolMark.hasNmapHeader(event) { self = .nmapHopLimit }
    }

    @inline(__always)
    private static func tcp(
        _ event: PacketEvent, _ bytes: Span<UInt8>, isBare: Bool
    ) -> ToolMark {
        if event.has(.shortTransport) { return .none }
        let window = event.window
        if isNmapSystem(event, bytes) { return .nmapSystem }
        guard isBare else { return .none }
        let isSYN = event.control == Control.syn
        if !event.isV6, isSYN {
            let sequence = event.sequenceNumber
            let destination = UInt32(truncatingIfNeeded: event.destination.low)
            if sequence == destination { return .mirai }
            let folded = destination ^ UInt32(event.destinationPort) ^ sequence
            if UInt16(truncatingIfNeeded: folded) == event.identification { return .masscan }
        }
        switch window {
        case 1024, 2048, 3072, 4096: return nmapScan(event, bytes)
        case 512 where event.tcpOptions.rawValue == 0 && event.flags <= Control.all:
            let isStray =
                event.control & Control.ack == 0
                && (bytes.word(Int(event.transportOffset) + 8, event) ?? 0) != 0
            return isStray ? .hpingAcknowledgement : .hpingPorts
        case 65535 where !event.isV6 && event.identification == 54321: return .zmapIdentification
        case 65535 where isSYN && event.hopLimit > 128 && hasWindowsOptions(event, bytes):
            return .zmapOptions
        default: return .none
        }
    }

    /// The raw TCP scans: window 1024 (1024, 2048, 3072 or 4096 in older versions).
    private static func nmapScan(_ event: PacketEvent, _ bytes: Span<UInt8>) -> ToolMark {
        guard event.flags <= Control.all else { return .none }
        let start = Int(event.transportOffset)
        if event.control & Control.syn != 0 {
            guard event.tcpOptions.rawValue == ToolMark.segmentSizeOnly,
                (bytes.word(start + 20, event) ?? 0x0204_05b4) == 0x0204_05b4
            else { return .none }
        } else if event.tcpOptions.rawValue != 0 {
            return .none
        }
        if event.control & Control.ack == 0 {
            // In a log without sequence numbers it is 0, and is no number to compare.
            return event.sequenceNumber == 0 ? .none : .nmapScan
        }
        // Without the bytes a sequence number of 0 may be one that a log does not show.
        guard event.sequenceNumber == 0, let said = bytes.word(start + 4, event), said == 0
        else { return .none }
        return .nmapAcknowledgement
    }

    /// ZMap since 4.1 sends the options of Windows by default, and draws the identification.
    private static func hasWindowsOptions(_ event: PacketEvent, _ bytes: Span<UInt8>) -> Bool {
        let start = Int(event.transportOffset) + 20
        return event.tcpOptions.rawValue == ToolMark.windowsOptions
            && bytes.word(start, event) == 0x0204_05b4
            && bytes.word(start + 4, event) == 0x0103_0308
            && bytes.word(start + 8, event) == 0x0101_0402
    }

    private static func udp(
        _ event: PacketEvent, _ bytes: Span<UInt8>, isBare: Bool
    ) -> ToolMark {
        if isNmapSystem(event, bytes) { return .nmapSystem }
        guard isBare, !event.isV6, !event.has(.shortTransport) else { return .none }
        if event.identification == 54321 { return .zmapIdentification }
        let start = Int(event.payloadOffset)
        guard start > 0 else { return .none }
        // Masscan's cookie goes into the transaction's number of the payload.
        let folded =
            UInt16(truncatingIfNeeded: event.destination.low) ^ event.destinationPort
            ^ event.identification
        switch event.destinationPort {
        case 53: return bytes.half(start) == folded ? .masscan : .none
        case 161:
            // The request's number behind version and community "public": BER, 1 to 4 bytes.
            guard let head = bytes.half(start + 15), head >> 8 == 2, (2...4).contains(head & 255)
            else { return .none }
            return bytes.half(start + 15 + Int(head & 255)) == folded ? .masscan : .none
        default: return .none
        }
    }

    private static func icmp(
        _ event: PacketEvent, _ bytes: Span<UInt8>, isBare: Bool
    ) -> ToolMark {
        if event.icmpType == 8, isNmapEcho(event, bytes) { return .nmapSystem }
        return isBare && event.icmpType == 8 && event.identification == 54321
            ? .zmapIdentification : .none
    }

    /// ``TCPOptionKinds`` as bits: a maximum segment size, and with it a window scale and SACK
    /// permitted.
    private static let segmentSizeOnly: UInt8 = 0x01
    private static let windowsOptions: UInt8 = 0x07
}

extension Span where Element == UInt8 {
    /// Two bytes in network order; nil where they are not there.
    @inline(__always)
    func half(_ offset: Int) -> UInt16? {
        guard offset >= 0, offset + 2 <= count else { return nil }
        return UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    /// Four bytes of a packet's transport; nil where they are not there.
    @inline(__always)
    func word(_ offset: Int, _ event: PacketEvent) -> UInt32? {
        guard event.transportOffset > 0, let high = half(offset), let low = half(offset + 2) else {
            return nil
        }
        return UInt32(high) << 16 | UInt32(low)
    }
}
