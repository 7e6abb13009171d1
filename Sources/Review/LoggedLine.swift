// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import Packets

/// The keys of a decision's ECS line that a report counts.
///
/// Shape: docs/formats.md. What is not there has nothing to say; what is of another type makes the
/// line no decision.
struct LoggedLine: Decodable {
    private struct Event: Decodable {
        let action: String
        let dataset: String?
        let severity: Int?
        let sequence: UInt64?
        let start: String?
        let end: String?
    }

    private struct Endpoint: Decodable { let ip: String? }
    private struct Network: Decodable { let transport: String? }
    private struct Interface: Decodable { let name: String? }
    private struct Side: Decodable { let interface: Interface? }

    private struct Observer: Decodable {
        let name: String?
        let ingress: Side?
    }

    private struct Ports: Decodable { let sample: [UInt16]? }

    private struct Scan: Decodable {
        let kind: String?
        let techniques: [String]?
        let tool: String?
        let packets: UInt64?
        let targets: Int?
        let hosts: Int?
        let ports: Ports?
        let prefix: String?
        let members: [String]?
        let membersTotal: Int?
        let targetsExact: Bool?
        let hostsExact: Bool?
        let ended: String?

        enum CodingKeys: String, CodingKey {
            case kind, techniques, tool, packets, targets, hosts, ports, prefix, members, ended
            case membersTotal = "members_total"
            case targetsExact = "targets_exact"
            case hostsExact = "hosts_exact"
        }
    }

    private struct Firewall: Decodable {
        let prefix: String?
        let hook: String?
    }

    private struct Loss: Decodable {
        let gap: UInt64?
        let drop: UInt64?
        let refused: UInt64?
    }

    private struct Picket: Decodable {
        let dangerLevel: Int?
        let scan: Scan?
        let firewall: Firewall?
        let loss: Loss?

        enum CodingKeys: String, CodingKey {
            case scan, firewall, loss
            case dangerLevel = "danger_level"
        }
    }

    private let timestamp: String
    private let event: Event
    private let source: Endpoint?
    private let network: Network?
    private let observer: Observer?
    private let picket: Picket

    private enum CodingKeys: String, CodingKey {
        case event, source, network, observer, picket
        case timestamp = "@timestamp"
    }

    /// The record; nil when its time is no time.
    var record: DecisionRecord? {
        guard let time = Timestamp(log: timestamp) else { return nil }
        var record = DecisionRecord(time: time, action: event.action)
        record.level = picket.dangerLevel ?? event.severity ?? 0
        record.sequence = event.sequence ?? 0
        record.observer = observer?.name ?? ""
        record.start = event.start.flatMap { Timestamp(log: $0) } ?? time
        record.end = event.end.flatMap { Timestamp(log: $0) } ?? time
        record.transport = network?.transport
        record.interface = observer?.ingress?.interface?.name ?? ""
        record.prefix = picket.firewall?.prefix ?? ""
        record.hook = picket.firewall?.hook ?? ""
        if let loss = picket.loss {
            record.loss = LossCounts(
                gap: loss.gap ?? 0, drop: loss.drop ?? 0, refused: loss.refused ?? 0)
        }
        if let scan = picket.scan { take(scan, into: &record) }
        return record
    }

    private func take(_ scan: Scan, into record: inout DecisionRecord) {
        record.kind = scan.kind
        record.techniques = scan.techniques ?? []
        record.tool = scan.tool
        record.packets = scan.packets ?? 0
        record.targets = max(0, scan.targets ?? 0)
        record.hosts = max(0, scan.hosts ?? 0)
        record.isExact = scan.targetsExact ?? true && scan.hostsExact ?? true
        record.ports = scan.ports?.sample ?? []
        record.ending = scan.ended
        record.members = scan.membersTotal
        // The network that counts as one source, else the address; of a set its first member.
        let name = scan.prefix ?? source?.ip ?? scan.members?.first
        record.source = name.flatMap { Packets.Network($0) }
    }

    /// Reads a line; the words say what is wrong with it.
    static func read(_ line: Data) -> Result<DecisionRecord, Refusal> {
        do {
            let line = try JSONDecoder().decode(LoggedLine.self, from: line)
            if let dataset = line.event.dataset, dataset != "picket.decision" {
                return .failure(Refusal(words: "not a decision of Picket's"))
            }
            guard let record = line.record else {
                return .failure(Refusal(words: "its time is no time"))
            }
            return .success(record)
        } catch {
            return .failure(
                Refusal(
                    words: "not a decision in the format ecs. Only decisions that were written so "
                        + "(log.decisions.format, --json) can be counted"))
        }
    }

    struct Refusal: Error { let words: String }
}
