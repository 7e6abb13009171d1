// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets

/// The sentence that says why: who did what to whom, how, and how fast.
///
/// `192.0.2.7 probed 68 TCP ports (10-10000) of 198.51.100.10 with SYN by Nmap in 19 s`
struct ReasonSentence {
    let scan: ScanSummary

    init(_ scan: ScanSummary) { self.scan = scan }

    func text(of finding: Finding, attemptsWindow: Int64) -> String {
        var line: [UInt8] = []
        line.reserveCapacity(160)
        switch finding.event {
        case .scanDetected, .scanEscalated: writeProbing(to: &line)
        case .scanEnded(let reason):
            writeProbing(to: &line)
            line.write("; ")
            write(ending: reason, at: finding.time, to: &line)
        case .attemptsRepeated(let packets):
            writeSource(to: &line)
            line.write(" made ")
            line.write(packets, of: "attempt")
            line.write(" within ")
            line.write(ReadableDuration.window(nanoseconds: attemptsWindow))
            line.write(" at ")
            writeTarget(to: &line)
        case .floodDetected(let counts): writeFlood(counts, to: &line)
        case .floodEnded(let counts):
            writeFlood(counts, to: &line)
            line.write("; it is over")
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// `total` is what was lost since the start, the rest what nobody was told of yet.
    static func loss(total: LossCounts, newGap: UInt64, newDrop: UInt64) -> String {
        var places: [String] = []
        if newGap > 0 { places.append("\(newGap) in the kernel") }
        if newDrop > 0 { places.append("\(newDrop) in the ring") }
        let (new, _) = newGap.addingReportingOverflow(newDrop)
        let (sum, _) = total.gap.addingReportingOverflow(total.drop)
        let events = new == 1 ? "event was" : "events were"
        return "\(new) \(events) lost, \(places.joined(separator: " and ")); \(sum) since the start"
    }

    private func writeProbing(to line: inout [UInt8]) {
        writeSource(to: &line)
        line.write(scan.kind == .pingSweep ? " swept " : " probed ")
        writeTarget(to: &line)
        if scan.kind == .distributed { line.write(" together") }
        writeTechnique(to: &line)
        if let tool = ToolWords(scan.tool).name {
            line.write(" by ")
            line.write(tool)
        }
        line.write(" in ")
        line.write(duration: scan.end.nanoseconds(since: scan.start))
    }

    private func write(
        ending reason: Finding.EndReason, at time: Timestamp, to line: inout [UInt8]
    ) {
        line.write(scan.packets)
        line.write(scan.packets == 1 ? " packet in all, ended " : " packets in all, ended ")
        switch reason {
        case .lifetimeOver:
            line.write("after ")
            line.write(duration: time.nanoseconds(since: scan.end))
            line.write(" of silence")
        case .inputEnded: line.write("with the input")
        case .memoryFull: line.write("to make room for another source")
        case .joined: line.write("as one of a set of sources")
        }
    }

    private func writeSource(to line: inout [UInt8]) {
        switch scan.kind {
        case .distributed:
            if let crowd = scan.crowd {
                line.write(crowd.total, of: "source")
            } else {
                line.write("several sources")
            }
        case .decoy:
            line.write("a source among decoys")
            guard let crowd = scan.crowd else { return }
            line.write(" (")
            line.write(crowd.total, of: "source")
            line.write(" in all)")
        default:
            if scan.source.isHost || scan.firstAddress.isV4 {
                line.write(scan.firstAddress)
            } else {
                line.write("\(scan.source) (first \(scan.firstAddress))")
            }
        }
    }

    private func writeTarget(to line: inout [UInt8]) {
        if scan.kind == .ipProtocol {
            if scan.hosts.count == 1 {
                line.write(scan.targets, of: "IP protocol")
                writeHost(" of ", to: &line)
            } else {
                line.write("IP protocols on ")
                line.write(scan.hosts, of: "host")
            }
        } else if scan.ports.count > 0 {
            writePorts(to: &line)
            if scan.hosts.count == 1 {
                writeHost(" of ", to: &line)
            } else {
                line.write(" on ")
                line.write(scan.hosts, of: "host")
            }
        } else if scan.hosts.count != 1 {
            line.write(scan.hosts, of: "host")
        } else if scan.targets.count > 1 {
            line.write(scan.targets, of: "target")
            writeHost(" of ", to: &line)
        } else {
            writeHost("", to: &line)
        }
    }

    private func writeHost(_ before: String, to line: inout [UInt8]) {
        line.write(before)
        if let host = scan.singleDestination { line.write(host) } else { line.write("one host") }
    }

    /// `68 TCP ports (10-10000)`, `TCP port 22`, and where a few ports are the point of the scan,
    /// `TCP ports 22, 23 and 80`.
    private func writePorts(to line: inout [UInt8]) {
        let single = scan.portSample.first ?? scan.portRange?.lowerBound
        if scan.ports.count == 1, let single {
            writePortNoun(to: &line)
            line.append(0x20)
            line.write(Int(single))
            return
        }
        if scan.kind == .horizontal, scan.ports.exact, scan.portSample.count == scan.ports.count {
            writePortNoun(to: &line)
            line.write("s ")
            let last = scan.portSample.count - 1
            for (index, port) in scan.portSample.enumerated() {
                line.write(separator: index, last)
                line.write(Int(port))
            }
            return
        }
        if !scan.ports.exact { line.write("about ") }
        line.write(scan.ports.count)
        line.append(0x20)
        writePortNoun(to: &line)
        if scan.ports.count != 1 { line.append(UInt8(ascii: "s")) }
        guard let range = scan.portRange else { return }
        line.write(" (")
        line.write(Int(range.lowerBound))
        line.append(UInt8(ascii: "-"))
        line.write(Int(range.upperBound))
        line.append(UInt8(ascii: ")"))
    }

    /// `TCP and UDP port`.
    private func writePortNoun(to line: inout [UInt8]) {
        var last = -1
        for transport in scan.transports where transport.ports != nil { last += 1 }
        var index = 0
        for transport in scan.transports where transport.ports != nil {
            line.write(separator: index, last)
            line.write(ReasonSentence.name(of: transport.ipProtocol))
            index += 1
        }
        line.write(index > 0 ? " port" : "port")
    }

    static func name(of ipProtocol: IPProtocol) -> String {
        switch ipProtocol {
        case .tcp: "TCP"
        case .udp: "UDP"
        case .udpLite: "UDP-Lite"
        default: ipProtocol.description.uppercased()
        }
    }

    /// Nothing when it would only repeat what the target says: UDP to UDP ports, protocols by
    /// protocol.
    func writeTechnique(to line: inout [UInt8]) {
        let techniques = scan.techniques
        if scan.kind == .ipProtocol, techniques == [.ipProtocol] { return }
        if scan.ports.count > 0, techniques == [.udp] { return }
        var last = -1
        for index in techniques.indices where !repeats(techniques, at: index) { last += 1 }
        if last < 0 { return }
        line.write(" with ")
        var written = 0
        for index in techniques.indices where !repeats(techniques, at: index) {
            line.write(separator: written, last)
            line.write(ReasonSentence.name(of: techniques[index]))
            written += 1
        }
    }

    /// Whether the technique is only the other name of the one before it.
    private func repeats(_ techniques: [Technique], at index: Int) -> Bool {
        guard index > 0 else { return false }
        let previous = techniques[index - 1]
        return previous == .connect && techniques[index] == .syn
            || previous == .ack && techniques[index] == .window
    }

    private static func name(of technique: Technique) -> String {
        switch technique {
        case .connect: "SYN (connect)"
        case .ack: "ACK (or window)"
        case .maimon: "Maimon (FIN and ACK)"
        case .sctpInit: "SCTP INIT"
        case .ipProtocol: "bare IP protocols"
        case .icmpEcho: "ICMP echo"
        case .icmpTimestamp: "ICMP timestamp"
        case .icmpMask: "ICMP mask"
        case .other: "unusual packets"
        case .syn, .fin, .null, .xmas, .window, .udp: technique.description
        }
    }
}

extension [UInt8] {
    /// Unit: nanoseconds.
    mutating func write(duration: Int64) {
        write(ReadableDuration(nanoseconds: duration).description)
    }

    mutating func write(_ count: Int, of noun: String) {
        write(count)
        append(0x20)
        write(noun)
        if count != 1 { append(UInt8(ascii: "s")) }
    }

    mutating func write(_ count: DistinctCount, of noun: String) {
        if !count.exact { write("about ") }
        write(count.count, of: noun)
    }

    /// What stands before the part of a list: a comma, or `and` before the last.
    mutating func write(separator index: Int, _ last: Int) {
        if index > 0 { write(index == last ? " and " : ", ") }
    }
}
