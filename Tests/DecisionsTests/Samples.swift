// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets
import Testing

func address(_ text: String) throws -> Address { try #require(Address(text)) }
func network(_ text: String) throws -> Network { try #require(Network(text)) }

/// 2010-10-25 13:16:38.341511 UTC.
let momentOfThePost = Timestamp(seconds: 1_288_012_598, nanoseconds: 341_511_000)

extension Timestamp {
    func plus(_ duration: Duration) -> Timestamp {
        let parts = duration.components
        return advanced(
            byNanoseconds: parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000)
    }
}

/// A summary that says only what a test is about: 68 SYN to 68 ports of one host in 19 s, unless
/// told otherwise.
func summary(
    from source: String = "192.0.2.101", prefix: Int = 128, to destinations: [String]? = nil,
    direction: Direction = .inbound, kind: ScanKind = .vertical,
    techniques: [Technique] = [.syn], packets: UInt64 = 68, targets: DistinctCount? = nil,
    hosts: DistinctCount = DistinctCount(1), ports: DistinctCount = DistinctCount(68),
    range: ClosedRange<UInt16>? = 10...10000, sample: [UInt16] = [10, 17, 22],
    transports: [TransportSummary]? = nil, level: Int = 2, lasting: Duration = .seconds(19),
    likelihood: Double = 94.2679, end: Timestamp = momentOfThePost
) throws -> ScanSummary {
    let first = try address(source)
    let targetAddress = first.isV4 ? "198.51.100.117" : "2001:db8:a::117"
    return ScanSummary(
        source: Network(first, prefixLength: prefix), firstAddress: first, direction: direction,
        kind: kind, techniques: techniques, packets: packets,
        targets: targets ?? (ports.count > 0 ? ports : hosts), hosts: hosts, ports: ports,
        portRange: range, portSample: sample,
        transports: transports
            ?? [TransportSummary(ipProtocol: .tcp, packets: packets, ports: range)],
        destinations: try (destinations ?? [targetAddress]).map(address), level: level,
        start: end.plus(.zero - lasting), end: end, likelihood: likelihood)
}

/// Hosts 198.51.100.1 and up, or 2001:db8:a::1 and up.
func hosts(_ count: Int, v6: Bool = false) -> [String] {
    (1...count).map { v6 ? "2001:db8:a::\($0)" : "198.51.100.\($0)" }
}

let originOfThePost = Origin(
    group: 5, prefix: "Shorewall:net2fw:DROP:", hook: .input, interfaceIn: "eth0")

let observerOfThePost = Observer(name: "sid7", feeds: [5: .complete])

/// The reason sentence of a finding.
func reason(
    _ event: Finding.Event, _ summary: ScanSummary, after: Duration = .zero,
    attemptsWindow: Duration = .seconds(3600)
) -> String {
    var decider = Decider(attemptsWindow: attemptsWindow)
    let finding = Finding(event: event, time: summary.end.plus(after), summary: summary)
    return decider.decide(finding, origin: Origin(), loss: LossCounts()).reason
}

/// One decision, the first of its run.
func decision(
    _ event: Finding.Event, _ summary: ScanSummary, after: Duration = .zero,
    origin: Origin = originOfThePost, loss: LossCounts = LossCounts()
) -> Decision {
    var decider = Decider()
    let finding = Finding(event: event, time: summary.end.plus(after), summary: summary)
    return decider.decide(finding, origin: origin, loss: loss)
}

/// So many sources from 203.0.113.1 on that share 412 ports of one host among them.
func crowd(
    _ kind: ScanKind = .distributed, sources: Int = 63, exact: Bool = true, level: Int = 3
) throws -> ScanSummary {
    var scan = try summary(
        from: "203.0.113.1", kind: kind, packets: 412, ports: DistinctCount(412, exact: false),
        range: 1...1000, sample: [1, 2, 3], level: level, lasting: .seconds(540),
        likelihood: 571.16)
    scan.crowd = CrowdSummary(
        members: try (1...min(100, sources)).map { try address("203.0.113.\($0)") },
        total: DistinctCount(sources, exact: exact))
    return scan
}

let floodOfTheDay = FloodCounts(sources: 50_000, rate: 10_004.2, peak: 10_100)

/// A flood of one port of one host.
func flooded() throws -> ScanSummary {
    var scan = try summary(
        from: "198.51.100.117", packets: 50_021, ports: DistinctCount(1), range: 80...80,
        sample: [80],
        transports: [TransportSummary(ipProtocol: .tcp, packets: 50_021, ports: 80...80)],
        level: 5, lasting: .seconds(5), likelihood: 0)
    scan.crowd = CrowdSummary(
        members: [], total: DistinctCount(50_000, exact: false), isFlood: true)
    return scan
}
