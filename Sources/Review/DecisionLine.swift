// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import Packets

/// The keys of a decision's ECS line that a report counts.
///
/// Shape: docs/formats.md. What is not there has nothing to say; what is of another type makes the
/// line no decision.
struct DecisionLine: Decodable {
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
        let members_total: Int?
        let targets_exact: Bool?
        let hosts_exact: Bool?
        let ended: String?
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
        let danger_level: Int?
        let scan: Scan?
        let firewall: Firewall?
        let loss: Loss?
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
        record.level = picket.danger_level ?? event.severity ?? 0
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
        record.isExact = scan.targets_exact ?? true && scan.hosts_exact ?? true
        record.ports = scan.ports?.sample ?? []
        record.ending = scan.ended
        record.members = scan.members_total
        // The network that counts as one source, else the address; of a set its first member.
        let name = scan.prefix ?? source?.ip ?? scan.members?.first
        record.source = name.flatMap { Packets.Network($0) }
    }

    /// Reads a line; the words say what is wrong with it.
    static func read(_ line: Data) -> Result<DecisionRecord, Refusal> {
        do {
            let line = try JSONDecoder().decode(DecisionLine.self, from: line)
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

extension Timestamp {
    /// A moment as the log writes it: RFC 3339 in UTC, with up to nine digits of a second.
    package init?(log text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"),
            bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":")
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var nanoseconds = 0
        if bytes[19] == UInt8(ascii: ".") {
            let digits = 20..<bytes.count - 1
            guard (1...9).contains(digits.count), let fraction = number(digits) else { return nil }
            nanoseconds = (digits.count..<9).reduce(fraction) { value, _ in value * 10 }
        } else if bytes.count != 20 {
            return nil
        }
        // Days since 1970-01-01, with years that begin in March, as in CivilTime.
        let years = month <= 2 ? year - 1 : year
        let era = (years >= 0 ? years : years - 399) / 400
        let yearOfEra = years - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        self.init(
            seconds: Int64(days * 86_400 + hour * 3600 + minute * 60 + second),
            nanoseconds: Int64(nanoseconds))
    }
}
