// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// The line that psad writes to syslog for a scan, for tools that read it.
///
/// Two faults of psad are not repeated: a scan of TCP and UDP shows both ranges, and ICMPv6 packets
/// are counted. As in the psad of 2010, which the line is known from, a plain SYN scan has no name, and
/// the number of destinations stands there only when there are several.
/// Source: psad 2.4.6; `scan detected: S -> D tcp: [10-10000] flags: SYN tcp pkts: 68 DL: 2`.
struct PsadLine {
    let line: String

    /// Nil for what psad has no line for: losses, attempts, scans without one source; and for a scan
    /// just found, which psad's readers first hear of when its level rises or it ends.
    init?(_ decision: Decision) {
        switch decision.action {
        case .scanEscalated, .scanEnded: break
        case .scanDetected, .attemptsRepeated, .floodDetected, .floodEnded, .loss: return nil
        }
        guard let scan = decision.scan, let source = scan.singleSource,
            let destination = scan.destinations.first
        else { return nil }
        let names = PsadLine.names(scan)
        var line = "scan detected"
        if !names.isEmpty { line += " (\(names.joined(separator: ", ")))" }
        line += ": \(source) -> \(destination)"
        for part in PsadLine.ranges(scan) + PsadLine.packets(scan) { line += " \(part)" }
        line += " DL: \(decision.level)"
        if scan.hosts.count > 1 { line += " total scan dsts: \(scan.hosts.count)" }
        self.line = line
    }

    /// What psad calls the scan, by the option of Nmap that sends such packets.
    private static func names(_ scan: ScanSummary) -> [String] {
        if scan.kind == .ipProtocol { return ["Nmap -sO IP protocol scan"] }
        let flags = flagSets(scan)
        if scan.kind == .horizontal, let first = flags.first { return ["Port sweep \(first) scan"] }
        var options: [String] = []
        if flags.contains("FIN") { options.append("-sF") }
        if flags.contains("URG PSH FIN") { options.append("-sX") }
        if flags.contains("NULL") { options.append("-sN") }
        var names = options.map { "\($0) scan" }
        if let first = names.first { names[0] = "Nmap \(first)" }
        if scan.techniques.contains(.udp) { names.append("-sU scan") }
        return names
    }

    private static func ranges(_ scan: ScanSummary) -> [String] {
        var parts: [String] = []
        for transport in scan.transports {
            guard let ports = transport.ports, let name = name(of: transport.ipProtocol) else {
                continue
            }
            let range =
                ports.count == 1
                ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
            parts.append("\(name): [\(range)]")
            let flags = flagSets(scan)
            if transport.ipProtocol == .tcp, !flags.isEmpty {
                parts.append("flags: \(flags.joined(separator: " "))")
            }
        }
        return parts
    }

    private static func packets(_ scan: ScanSummary) -> [String] {
        var parts: [String] = []
        var others: UInt64 = 0
        for transport in scan.transports {
            if let name = name(of: transport.ipProtocol) {
                parts.append("\(name) pkts: \(transport.packets)")
            } else {
                others = others.addingReportingOverflow(transport.packets).partialValue
            }
        }
        if others > 0 { parts.append("other proto pkts: \(others)") }
        return parts
    }

    /// The protocols that psad counts by name.
    private static func name(of ipProtocol: IPProtocol) -> String? {
        switch ipProtocol {
        case .tcp: "tcp"
        case .udp: "udp"
        case .icmp: "icmp"
        case .icmpv6: "icmp6"
        default: nil
        }
    }

    /// The flags as the kernel's log orders them, each set once.
    private static func flagSets(_ scan: ScanSummary) -> [String] {
        var sets: [String] = []
        for flags in scan.techniques.compactMap(\.tcpFlags) {
            let text = name(of: flags)
            if !sets.contains(text) { sets.append(text) }
        }
        return sets
    }

    private static func name(of flags: TCPFlags) -> String {
        if flags.isEmpty { return "NULL" }
        let order: [(TCPFlags, String)] = [
            (.urg, "URG"), (.ack, "ACK"), (.psh, "PSH"), (.rst, "RST"), (.syn, "SYN"),
            (.fin, "FIN"),
        ]
        return order.filter { flags.contains($0.0) }.map(\.1).joined(separator: " ")
    }
}
