// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension CrowdSets {
    /// What is known of a set at this moment.
    func summary(of index: Int, source: Network) -> ScanSummary {
        let set = self[index]
        let members = members(of: index)
        let lnFour = 1.386_294_361_119_890_6
        let weight =
            set.targets.isExact ? Double(set.quarters) / 4 : Double(set.targets.count)
        var summary = ScanSummary(
            source: source, firstAddress: members.first ?? set.host,
            direction: set.isInternal ? .internal : .inbound, kind: set.kind,
            techniques: set.usedTechniques, packets: set.totalPackets,
            targets: set.targets.distinctCount, hosts: set.hosts.distinctCount,
            ports: set.portNumbers.distinctCount, transports: set.transports,
            destinations: (0..<Int(set.destinationCount)).map { set.destinations[$0] },
            level: Int(set.level), start: set.start, end: max(set.start, set.last),
            likelihood: weight * lnFour, origin: set.origin)
        for span in 0..<3 {
            guard let range = set.ports[span].range else { continue }
            let known = summary.portRange ?? range
            summary.portRange =
                min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
        }
        summary.portSample = (0..<Int(set.portSampleCount)).map { set.portSample[$0] }.sorted()
        summary.tool = set.tools.verdict
        summary.crowd = CrowdSummary(members: members, total: set.sources.distinctCount)
        return summary
    }
}

extension CrowdSet {
    /// The techniques that made a tenth of the packets, most frequent first.
    var usedTechniques: [Technique] {
        var total = 0
        for kind in 0..<15 { total += Int(techniques[kind]) }
        let kinds = (0..<15)
            .filter { techniques[$0] > 0 && Int(techniques[$0]) * 10 >= total }
            .sorted { techniques[$0] != techniques[$1] ? techniques[$0] > techniques[$1] : $0 < $1 }
        var names: [Technique] = []
        for technique in kinds.compactMap({ Technique(rawValue: UInt8($0)) }) {
            names += technique.names.filter { !names.contains($0) }
        }
        return names
    }

    /// Most packets first. Several protocols without a class of their own stand under 255, which
    /// IANA reserves and no packet needs.
    var transports: [TransportSummary] {
        let other = IPProtocol(rawValue: manyProtocols ? 255 : otherProtocol)
        let names: [IPProtocol] = [.tcp, .udp, other, isV4 ? .icmp : .icmpv6]
        return TransportClass.allCases
            .filter { packets[$0.rawValue] > 0 }
            .sorted { packets[$0.rawValue] > packets[$1.rawValue] }
            .map { transport in
                TransportSummary(
                    ipProtocol: names[transport.rawValue],
                    packets: UInt64(packets[transport.rawValue]),
                    ports: transport == .icmp ? nil : ports[transport.rawValue].range)
            }
    }
}

extension Technique {
    /// A connect is a SYN too, and an ACK may be a window scan's.
    var names: [Technique] {
        switch self {
        case .connect: [.connect, .syn]
        case .ack: [.ack, .window]
        default: [self]
        }
    }
}

extension FloodWatch {
    /// Who was flooded with what, in the words of a scan; it is none and has no kind.
    static func summary(_ entry: Entry, limits: Limits) -> ScanSummary {
        let one = DistinctCount(1)
        let ipProtocol = IPProtocol(rawValue: entry.ipProtocol)
        let isHost = !entry.isPort || entry.isSingle
        let isPort = entry.hasPort && (entry.isPort || entry.isSingle)
        let many = DistinctCount(2, exact: false)
        var summary = ScanSummary(
            source: Network(host: entry.host), firstAddress: entry.host,
            direction: entry.isInternal ? .internal : .inbound,
            kind: isHost ? .vertical : .horizontal,
            techniques: Technique(rawValue: entry.technique)?.names ?? [],
            packets: entry.packets, targets: entry.isSingle ? one : many,
            hosts: isHost ? one : many,
            ports: isPort ? one : entry.hasPort ? many : DistinctCount(0),
            portRange: isPort ? entry.selector...entry.selector : nil,
            portSample: isPort ? [entry.selector] : [],
            transports: [
                TransportSummary(
                    ipProtocol: ipProtocol, packets: entry.packets,
                    ports: isPort ? entry.selector...entry.selector : nil)
            ],
            destinations: isHost ? [entry.host] : [],
            level: max(1, limits.level(packets: entry.packets, hosts: 0)), start: entry.start,
            end: max(entry.start, entry.last), likelihood: 0,
            origin: entry.origin)
        summary.crowd = CrowdSummary(
            members: [], total: DistinctCount(Int(clamping: entry.sources), exact: false),
            isFlood: true)
        return summary
    }

    static func counts(_ entry: Entry) -> FloodCounts {
        let span = max(1_000_000_000, entry.last.nanoseconds(since: entry.start))
        return FloodCounts(
            sources: entry.sources, rate: Double(entry.packets) / (Double(span) / 1e9),
            peak: UInt64(entry.peak))
    }
}
