// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// The line that scanlogd writes to syslog, once for a scan of TCP ports, when it is detected.
///
/// The source port, the TOS and the TTL are optional there and are left out: a summary does not
/// hold them. The time is the scan's start, in local time.
/// Source: scanlogd(8) 2.2; `saddr to daddr[ and others,] ports port, ..., flags @HH:MM:SS`.
struct ScanlogdLine {
    let line: String

    /// Nil for what scanlogd does not see: anything but the first notice of a scan of TCP ports.
    init?(_ decision: Decision, observer: Observer) {
        guard decision.action == .scanDetected, let scan = decision.scan,
            let source = scan.singleSource, let destination = scan.destinations.first,
            let range = scan.transports.first(where: { $0.ipProtocol == .tcp })?.ports
        else { return nil }
        // The sample may hold ports of other protocols too; outside the range they surely are.
        let sample = scan.portSample.filter(range.contains)
        guard !sample.isEmpty else { return nil }
        let others = scan.hosts.count > 1 ? " and others," : ""
        let ports = sample.map { "\($0), " }.joined()
        let start = CivilTime(scan.start, offset: observer.localTimeOffset)
        line =
            "\(source) to \(destination)\(others) ports \(ports)..., "
            + "\(ScanlogdLine.flags(scan.techniques)) @\(start.clock)"
    }

    /// Eight letters for FIN, SYN, RST, PSH, ACK, URG and the two reserved bits: capital when
    /// always set, small when never, `?` when it changed or is not known.
    private static func flags(_ techniques: [Technique]) -> String {
        var always: UInt8 = 0xff
        var ever: UInt8 = 0
        for technique in techniques where technique.mayBeTCP {
            guard let flags = technique.tcpFlags else { return "????????" }
            always &= flags.rawValue
            ever |= flags.rawValue
        }
        var text = ""
        for (bit, letter) in ["f", "s", "r", "p", "a", "u", "x", "y"].enumerated() {
            let mask: UInt8 = 1 << UInt8(bit)
            if always & mask != ever & mask {
                text += "?"
            } else {
                text += ever & mask != 0 ? letter.uppercased() : letter
            }
        }
        return text
    }
}
