// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension ToolMark {
    /// Whether a TCP or UDP packet is one of Nmap's OS detection.
    ///
    /// Six SYNs and the probes T2 to T7 carry timestamps of all ones that answer 0, each under a
    /// window of its own; the probe for congestion notification has window 3; the one to a closed
    /// UDP port is 300 times the letter C.
    /// Source: nmap.org/book/osdetect-methods.html; recorded from Nmap 7.93.
    static func isNmapSystem(_ event: PacketEvent, _ bytes: Span<UInt8>) -> Bool {
        if event.ipProtocol.rawValue == 17 {
            return event.length == (event.isV6 ? 348 : 328) && isAllC(event, bytes)
        }
        switch event.window {
        case 3: return event.flags == 0xc2 && event.tcpOptions.rawValue == 0x07
        case 1, 4, 16, 63, 128, 256, 512, 1024, 31337, 32768: break
        // macOS and FreeBSD send this window too, but not with these flags.
        case 65535 where event.flags == Control.fin | Control.psh | Control.urg: break
        default: return false
        }
        let timestamps: UInt8 = 0x08
        guard event.tcpOptions.rawValue & timestamps != 0 else { return false }
        return hasTimestampOfOnes(event, bytes)
    }

    /// Looks for a timestamp option of all ones that answers 0.
    ///
    /// Bound: a header has 40 bytes of options.
    private static func hasTimestampOfOnes(_ event: PacketEvent, _ bytes: Span<UInt8>) -> Bool {
        let start = Int(event.transportOffset)
        guard start > 0, start + 20 <= bytes.count else { return false }
        let end = min(bytes.count, start + Int(bytes[start + 12] >> 4) * 4)
        var offset = start + 20
        while offset + 10 <= end {
            if bytes[offset] == 8, bytes[offset + 1] == 10 {
                return bytes.word(offset + 2, event) == .max && bytes.word(offset + 6, event) == 0
            }
            let size = bytes[offset] <= 1 ? 1 : Int(bytes[offset + 1])
            guard size > 0 else { return false }
            offset += size
        }
        return false
    }

    private static func isAllC(_ event: PacketEvent, _ bytes: Span<UInt8>) -> Bool {
        let start = Int(event.payloadOffset)
        guard start > 0, start + 32 <= bytes.count else { return false }
        for offset in start..<start + 32 where bytes[offset] != 0x43 { return false }
        return true
    }

    /// The two echo requests of OS detection: code 9 and 120 bytes under number 295, then service
    /// type 4 and 150 bytes under number 296.
    static func isNmapEcho(_ event: PacketEvent, _ bytes: Span<UInt8>) -> Bool {
        guard event.length == 148 || event.length == 178 else { return false }
        let number = bytes.half(Int(event.transportOffset) + 6)
        return event.length == 148
            ? event.icmpCode == 9 && number == 295 : bytes.half(0) == 0x4504 && number == 296
    }

    /// Over IPv6 the probes of OS detection share a flow label; Linux draws one of a million.
    static func hasNmapFlowLabel(_ event: PacketEvent, _ bytes: Span<UInt8>) -> Bool {
        (bytes.word(0, event) ?? 0) & 0x000f_ffff == 0x12345
    }

    /// Whether the header is one that Nmap could have made, whose hop limit is then drawn from 37
    /// to 59: what scans without ports, over UDP and in fragments have to be known by.
    ///
    /// Range: a hop limit below 8 is a trace's, or has come further than anybody lives.
    static func hasNmapHeader(_ event: PacketEvent) -> Bool {
        guard isDrawn(event.hopLimit),
            event.isV6 || event.identification != 0
        else { return false }
        guard event.ipProtocol.rawValue == 6, !event.has(.shortTransport) else { return true }
        switch event.window {
        case 1024, 2048, 3072, 4096:
            return event.flags <= Control.all && event.tcpOptions.rawValue & ~1 == 0
        default: return false
        }
    }

    @inline(__always)
    static func isDrawn(_ hopLimit: UInt8) -> Bool { hopLimit >= 8 && hopLimit <= 59 }
}
