// SPDX-License-Identifier: GPL-3.0-or-later

import Firewalls
import Packets

/// One packet of a scan, as nmap would send it to the firewall.
///
/// Source: RFC 791, 8200, 9293, 768, 9260; nmap(1), PORT SCANNING TECHNIQUES.
struct ProbePacket {
    var scan: ScanType
    var source: Address
    var target: Address
    /// The target's port; for `-sO` the number of the protocol.
    var port: UInt16
    /// Which of the scan's packets it is: the source port says so, whatever the rules make of the
    /// target's (a redirect, a container's address).
    var number = 0

    static let firstSourcePort: UInt16 = 43_210

    /// Shape: an Ethernet frame.
    func frame(to link: [UInt8], from own: [UInt8]) -> [UInt8] {
        let type: [UInt8] = target.isV4 ? [0x08, 0x00] : [0x86, 0xdd]
        return link + own + type + packet
    }

    private var ipProtocol: UInt8 {
        scan == .ipProtocol ? UInt8(truncatingIfNeeded: port) : scan.protocolNumber
    }

    /// Shape: from the IP header on.
    var packet: [UInt8] {
        let body = transport
        guard target.isV4 else {
            return [0x60, 0, 0, 0] + Self.big(UInt64(body.count), 2) + [ipProtocol, 64]
                + octets(source) + octets(target) + body
        }
        var header: [UInt8] = [0x45, 0] + Self.big(UInt64(20 + body.count), 2)
        header += Self.big(UInt64(0x5049), 2) + [0, 0, 64, ipProtocol, 0, 0]
        header += octets(source) + octets(target)
        header.replaceSubrange(10..<12, with: Self.big(UInt64(Checksum.internet(header)), 2))
        return header + body
    }

    private var transport: [UInt8] {
        let ports =
            Self.big(UInt64(Self.firstSourcePort) + UInt64(number), 2) + Self.big(UInt64(port), 2)
        switch scan {
        case .ipProtocol: return []
        case .udp: return summed(ports + [0, 8, 0, 0], at: 6)
        case .sctp:
            // INIT: tag, window, streams out and in, first sequence number.
            let chunk: [UInt8] =
                [1, 0, 0, 20] + Self.big(0x5069_636b, 4) + Self.big(32_768, 4) + [0, 10, 8, 0]
                + Self.big(1, 4)
            let zeroes: [UInt8] = [0, 0, 0, 0]
            let sum = Checksum.crc32c(ports + zeroes + zeroes + chunk)
            return ports + zeroes + sum + chunk
        default: return summed(segment(ports), at: 16)
        }
    }

    private func segment(_ ports: [UInt8]) -> [UInt8] {
        let acknowledges = scan.flags & 0x10 != 0
        // A connection has the options of a system's own, a raw SYN the one that nmap gives it.
        let options: [UInt8] =
            switch scan {
            case .connect, .smb:
                [2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0, 1, 3, 3, 7]
            case .syn: [2, 4, 0x05, 0xb4]
            default: []
            }
        let window: [UInt8] = options.count > 4 ? [0xfa, 0xf0] : [0x04, 0x00]
        return ports + Self.big(0x5069_636b, 4) + Self.big(acknowledges ? 0x7465_7374 : 0, 4)
            + [UInt8((20 + options.count) / 4) << 4, scan.flags] + window + [0, 0, 0, 0] + options
    }

    /// The bytes with the sum over them and the pseudo header.
    private func summed(_ bytes: [UInt8], at place: Int) -> [UInt8] {
        var bytes = bytes
        let pseudo =
            octets(source) + octets(target) + [0, ipProtocol] + Self.big(UInt64(bytes.count), 2)
        bytes.replaceSubrange(
            place..<place + 2, with: Self.big(UInt64(Checksum.internet(pseudo + bytes)), 2))
        return bytes
    }

    private func octets(_ address: Address) -> [UInt8] {
        address.isV4
            ? Self.big(UInt64(address.v4Bits), 4)
            : Self.big(address.high, 8) + Self.big(address.low, 8)
    }

    private static func big(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}
