// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Foundation
import Packets
import Review
import Testing

/// 2026-11-21 00:00:00 UTC.
let midnight = Timestamp(seconds: 1_795_219_200)

func hour(_ hours: Double) -> Timestamp {
    midnight.advanced(byNanoseconds: Int64(hours * 3_600_000_000_000))
}

/// A decision about a scan that says only what a test is about.
func scan(
    _ source: String = "198.51.100.7", action: String = "scan-detected", at time: Timestamp,
    since start: Timestamp? = nil, level: Int = 1, kind: String = "vertical",
    techniques: [String] = ["SYN"], tool: String = "unknown", packets: UInt64 = 5,
    targets: Int = 5, hosts: Int = 1, ports: [UInt16] = [22, 23, 25, 80, 443],
    prefix: String = "INPUT DROP", members: Int? = nil
) throws -> DecisionRecord {
    var record = DecisionRecord(time: time, action: action)
    record.observer = "sid7"
    let network: Network = try #require(Network(source))
    record.source = network
    record.level = level
    record.kind = kind
    record.techniques = techniques
    record.tool = tool
    record.packets = packets
    record.targets = targets
    record.hosts = hosts
    record.ports = ports
    record.transport = "tcp"
    record.start = start ?? time.advanced(byNanoseconds: -2_000_000_000)
    record.end = time
    record.prefix = prefix
    record.hook = "input"
    record.interface = "eth0"
    record.members = members
    return record
}

func figures(
    of records: [DecisionRecord], from start: Timestamp? = midnight,
    to end: Timestamp? = hour(24), limit: Int = 20, offset: Int = 0
) -> Figures {
    var tally = FiguresTally(start: start, end: end)
    for record in records { tally.note(record) }
    return tally.figures(limit: limit, offset: offset)
}

/// A day with everything that a report can show, the same each time.
func day() throws -> Figures {
    var records: [DecisionRecord] = []
    func add(_ record: DecisionRecord) {
        records.append(record)
    }
    let ports: [[UInt16]] = [[23], [445], [22], [3389], [80, 443, 8080], [23, 2323], [5060]]
    for number in 0..<60 {
        let time = hour(Double(number * number % 240) / 10)
        let source = "198.51.100.\(number % 37 + 1)"
        let start = time.advanced(byNanoseconds: -4_000_000_000)
        let sample = ports[number % ports.count]
        add(
            try scan(
                source, at: time, since: start,
                kind: number % 3 == 0 ? "horizontal" : "vertical",
                techniques: number % 5 == 0 ? ["connect", "SYN"] : ["SYN"],
                tool: ["unknown", "masscan", "zmap", "nmap", "mirai"][number % 5],
                packets: 5, targets: 5, ports: sample,
                prefix: number % 4 == 0 ? "Shorewall:net2fw:DROP:" : "INPUT DROP"))
        guard number % 4 == 1 else { continue }
        add(
            try scan(
                source, action: "scan-escalated",
                at: time.advanced(byNanoseconds: 60_000_000_000), since: start,
                level: 2 + number % 3, kind: number % 3 == 0 ? "horizontal" : "vertical",
                techniques: ["SYN"],
                tool: ["unknown", "masscan", "zmap", "nmap", "mirai"][number % 5],
                packets: UInt64(number * number * 40 + 20), targets: number * 11 + 15,
                hosts: number % 3 == 0 ? number : 1, ports: sample))
    }
    add(
        try scan(
            "2001:db8:7:1::/64", action: "scan-escalated", at: hour(14), level: 5, kind: "block",
            techniques: ["SYN", "ACK", "window"], tool: "nmap", packets: 12_345_678,
            targets: 65_000, hosts: 412, ports: [21, 22, 23, 25, 53, 80, 110, 111, 135, 139]))
    add(
        try scan(
            "203.0.113.1", at: hour(15), level: 3, kind: "distributed", packets: 412,
            targets: 412, ports: [1, 2, 3], members: 63))
    add(
        try scan(
            "192.0.2.77", at: hour(16), kind: "vertical", prefix: "<script>alert(\"1\")</script>"))
    var attempts = try scan("192.0.2.99", action: "attempts-repeated", at: hour(17))
    attempts.kind = nil
    attempts.packets = 65
    add(attempts)
    var flood = DecisionRecord(time: hour(18), action: "flood-detected")
    flood.observer = "sid7"
    add(flood)
    var blocked = try scan("198.51.100.2", action: "source-blocked", at: hour(19))
    blocked.kind = nil
    add(blocked)
    add(DecisionRecord(time: hour(20), action: "loss"))
    records.sort { $0.time < $1.time }
    for index in records.indices {
        records[index].sequence = UInt64(index + 1)
        records[index].loss = LossCounts(gap: index > 40 ? 1200 : 0, refused: 3)
    }
    return figures(of: records, limit: 12)
}
