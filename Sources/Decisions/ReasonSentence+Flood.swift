// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

extension ReasonSentence {
    /// `50000 new sources flooded TCP port 80 of 192.0.2.10 with SYN: 50021 packets in 5 s, 10004 a
    /// second`
    func writeFlood(_ counts: FloodCounts, to line: inout [UInt8]) {
        line.write(counts.sources)
        line.write(scan.ports.count == 0 ? " new sources sent " : " new sources flooded ")
        let last = scan.transports.count - 1
        for (index, transport) in scan.transports.enumerated() {
            line.write(separator: index, last)
            line.write(ReasonSentence.name(of: transport.ipProtocol))
        }
        if last >= 0 { line.append(0x20) }
        if let port = scan.singlePort {
            line.write("port ")
            line.write(Int(port))
            line.write(" of ")
        } else {
            line.write(scan.ports.count == 0 ? "packets to " : "ports of ")
        }
        if let host = scan.singleDestination { line.write(host) } else { line.write("many hosts") }
        writeTechnique(to: &line)
        line.write(": ")
        line.write(scan.packets)
        line.write(" packets in ")
        line.write(duration: scan.end.nanoseconds(since: scan.start))
        line.write(", ")
        line.write(UInt64(exactly: counts.rate.rounded()) ?? .max)
        line.write(" a second")
    }
}
