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
        switch finding.event {
        case .scanDetected, .scanEscalated: probing
        case .scanEnded(let reason): "\(probing); \(ending(reason, at: finding.time))"
        case .attemptsRepeated(let packets):
            "\(source) made \(counted(packets, "attempt")) within "
                + ReadableDuration.window(nanoseconds: attemptsWindow) + " at \(target)"
        case .floodDetected(let counts): flood(counts)
        case .floodEnded(let counts): "\(flood(counts)); it is over"
        }
    }

    /// `total` is what was lost since the start, the rest what nobody was told of yet.
    static func loss(total: LossCounts, newGap: UInt64, newDrop: UInt64) -> String {
        var places: [String] = []
        if newGap > 0 { places.append("\(newGap) in the kernel") }
        if newDrop > 0 { places.append("\(newDrop) in the ring") }
        let (new, _) = newGap.addingReportingOverflow(newDrop)
        let (sum, _) = total.gap.addingReportingOverflow(total.drop)
        let events = new == 1 ? "event was" : "events were"
        return "\(new) \(events) lost, \(list(places)); \(sum) since the start"
    }

    private var probing: String {
        var words = [source, scan.kind == .pingSweep ? "swept" : "probed", target]
        if scan.kind == .distributed { words.append("together") }
        if let technique { words.append("with \(technique)") }
        if let tool = ToolWords(scan.tool).name { words.append("by \(tool)") }
        let length = scan.end.nanoseconds(since: scan.start)
        words.append("in \(ReadableDuration(nanoseconds: length))")
        return words.joined(separator: " ")
    }

    /// `50000 new sources flooded TCP port 80 of 192.0.2.10 with SYN: 50021 packets in 5 s, 10004 a
    /// second`
    private func flood(_ counts: FloodCounts) -> String {
        let names = scan.transports.map { name(of: $0.ipProtocol) }
        let protocols = names.isEmpty ? "" : "\(ReasonSentence.list(names)) "
        var what = protocols + (scan.ports.count == 0 ? "packets to " : "ports of ")
        if let port = scan.singlePort { what = "\(protocols)port \(port) of " }
        what += scan.singleDestination?.description ?? "many hosts"
        if let technique { what += " with \(technique)" }
        let length = ReadableDuration(nanoseconds: scan.end.nanoseconds(since: scan.start))
        let verb = scan.ports.count == 0 ? "sent" : "flooded"
        return "\(counts.sources) new sources \(verb) \(what): "
            + "\(scan.packets) packets in \(length), \(UInt64(exactly: counts.rate.rounded()) ?? .max) a second"
    }

    private func ending(_ reason: Finding.EndReason, at time: Timestamp) -> String {
        let total = "\(scan.packets) \(scan.packets == 1 ? "packet" : "packets") in all, ended "
        switch reason {
        case .lifetimeOver:
            let silence = time.nanoseconds(since: scan.end)
            return total + "after \(ReadableDuration(nanoseconds: silence)) of silence"
        case .inputEnded: return total + "with the input"
        case .memoryFull: return total + "to make room for another source"
        case .joined: return total + "as one of a set of sources"
        }
    }

    private var source: String {
        switch scan.kind {
        case .distributed:
            return scan.crowd.map { counted($0.total, "source") } ?? "several sources"
        case .decoy:
            guard let crowd = scan.crowd else { return "a source among decoys" }
            return "a source among decoys (\(counted(crowd.total, "source")) in all)"
        default:
            if scan.source.isHost || scan.firstAddress.isV4 { return scan.firstAddress.description }
            return "\(scan.source) (first \(scan.firstAddress))"
        }
    }

    private var target: String {
        if scan.kind == .ipProtocol {
            return scan.hosts.count == 1
                ? "\(counted(scan.targets, "IP protocol")) of \(host)"
                : "IP protocols on \(counted(scan.hosts, "host"))"
        }
        if scan.ports.count > 0 {
            return scan.hosts.count == 1
                ? "\(ports) of \(host)" : "\(ports) on \(counted(scan.hosts, "host"))"
        }
        if scan.hosts.count != 1 { return counted(scan.hosts, "host") }
        return scan.targets.count > 1 ? "\(counted(scan.targets, "target")) of \(host)" : host
    }

    private var host: String { scan.singleDestination?.description ?? "one host" }

    /// `68 TCP ports (10-10000)`, `TCP port 22`, and where a few ports are the point of the scan,
    /// `TCP ports 22, 23 and 80`.
    private var ports: String {
        let names = scan.transports.filter { $0.ports != nil }.map { name(of: $0.ipProtocol) }
        let noun = names.isEmpty ? "port" : "\(ReasonSentence.list(names)) port"
        let single = scan.portSample.first ?? scan.portRange?.lowerBound
        if scan.ports.count == 1, let single { return "\(noun) \(single)" }
        if scan.kind == .horizontal, scan.ports.exact, scan.portSample.count == scan.ports.count {
            return "\(noun)s \(ReasonSentence.list(scan.portSample.map(String.init)))"
        }
        let range = scan.portRange.map { " (\($0.lowerBound)-\($0.upperBound))" } ?? ""
        return counted(scan.ports, noun) + range
    }

    private func name(of ipProtocol: IPProtocol) -> String {
        ipProtocol == .udpLite ? "UDP-Lite" : ipProtocol.description.uppercased()
    }

    /// Nil when it would only repeat what the target says: UDP to UDP ports, protocols by protocol.
    private var technique: String? {
        if scan.kind == .ipProtocol, scan.techniques == [.ipProtocol] { return nil }
        if scan.techniques == [.udp], scan.ports.count > 0 { return nil }
        var names: [String] = []
        var previous: Technique?
        for technique in scan.techniques {
            let repeats =
                previous == .connect && technique == .syn
                || previous == .ack && technique == .window
            if !repeats { names.append(ReasonSentence.name(of: technique)) }
            previous = technique
        }
        return names.isEmpty ? nil : ReasonSentence.list(names)
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

    private func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    private func counted(_ count: DistinctCount, _ noun: String) -> String {
        (count.exact ? "" : "about ") + counted(count.count, noun)
    }

    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}
