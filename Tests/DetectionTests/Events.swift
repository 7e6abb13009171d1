// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

/// Addresses of RFC 5737 and RFC 3849: the scanner's is outside, the rest is home.
enum Known {
    static let scanner = Address(v4: 0xc633_6407)  // 198.51.100.7
    static let server = Address(v4: 0xc000_020a)  // 192.0.2.10
    static let home = Network(Address(v4: 0xc000_0200), prefixLength: 24)
    static let home6 = Network(Address(high: 0x2001_0db8_0000_0001, low: 0), prefixLength: 64)
    static let server6 = Address(high: 0x2001_0db8_0000_0001, low: 10)
    static let scanner6 = Address(high: 0x2001_0db8_0f00_0001, low: 7)
    static var facts: HostFacts {
        HostFacts(ownAddresses: [server, server6], homeNetworks: [home, home6])
    }
}

func moment(_ seconds: Double) -> Timestamp {
    Timestamp(nanoseconds: 1_700_000_000_000_000_000 + Int64(seconds * 1_000_000_000))
}

func tcp(
    _ port: Int, flags: TCPFlags = .syn, from source: Address = Known.scanner,
    to destination: Address = Known.server, sourcePort: UInt16 = 40001, at seconds: Double = 0,
    options: TCPOptionKinds = [], traits: PacketTraits = [], origin: OriginID = .unknown
) -> PacketEvent {
    PacketEvent(
        time: moment(seconds), source: source, destination: destination, ipProtocol: .tcp,
        sourcePort: sourcePort, destinationPort: UInt16(port), flags: flags.rawValue,
        tcpOptions: options, traits: traits, origin: origin)
}

func udp(
    _ port: Int, from source: Address = Known.scanner, to destination: Address = Known.server,
    sourcePort: UInt16 = 40001, at seconds: Double = 0, traits: PacketTraits = []
) -> PacketEvent {
    PacketEvent(
        time: moment(seconds), source: source, destination: destination, ipProtocol: .udp,
        sourcePort: sourcePort, destinationPort: UInt16(port), traits: traits)
}

func icmp(
    _ type: UInt8 = 8, code: UInt8 = 0, from source: Address = Known.scanner,
    to destination: Address = Known.server, at seconds: Double = 0, hopLimit: UInt8 = 64,
    traits: PacketTraits = []
) -> PacketEvent {
    PacketEvent(
        time: moment(seconds), source: source, destination: destination,
        ipProtocol: source.isV4 ? .icmp : .icmpv6,
        destinationPort: UInt16(type) << 8 | UInt16(code), hopLimit: hopLimit, traits: traits)
}

func other(
    _ ipProtocol: UInt8, from source: Address = Known.scanner,
    to destination: Address = Known.server, at seconds: Double = 0, flags: UInt8 = 0
) -> PacketEvent {
    PacketEvent(
        time: moment(seconds), source: source, destination: destination,
        ipProtocol: IPProtocol(rawValue: ipProtocol), flags: flags)
}

/// The nth address after 192.0.2.0.
func host(_ number: Int) -> Address { Address(v4: 0xc000_0200 + UInt32(number)) }

/// The nth address of 198.18.0.0/15, which is for measurements (RFC 2544): outside sources.
func outsider(_ number: Int) -> Address { Address(v4: 0xc612_0000 + UInt32(number)) }

extension Detector {
    /// A detector with memory for some thousand sources.
    init(
        small settings: DetectionSettings = DetectionSettings(), facts: HostFacts = Known.facts,
        seed: UInt64 = 7
    ) {
        var settings = settings
        if settings.memory == 96 << 20 { settings.memory = 2 << 20 }
        self.init(settings: settings, facts: facts, seed: seed)
    }

    @discardableResult
    mutating func see(_ event: PacketEvent) -> Grade {
        observe(event, packet: RawSpan())
    }

    /// Where what is remembered of a host stands; nil when nothing is.
    func trace(of address: Address) -> UInt32? {
        table.find(SourceKey(Network(host: address)))
    }

    /// Sees all events and then the end of the input.
    mutating func findings(in events: some Sequence<PacketEvent>) -> [Finding] {
        for event in events { see(event) }
        finish()
        return takeFindings()
    }
}

/// What a fresh detector finds in events and their end.
func findings(
    in events: some Sequence<PacketEvent>, settings: DetectionSettings = DetectionSettings(),
    facts: HostFacts = Known.facts
) -> [Finding] {
    var detector = Detector(small: settings, facts: facts)
    return detector.findings(in: events)
}

extension [Finding] {
    var detected: [ScanSummary] { filter { $0.event == .scanDetected }.map(\.summary) }
    var ended: [Finding] { filter { if case .scanEnded = $0.event { true } else { false } } }
    var attempts: [Finding] {
        filter { if case .attemptsRepeated = $0.event { true } else { false } }
    }
    /// The final numbers of the only scan there was; nil when there were none or several.
    var onlyScan: ScanSummary? {
        detected.count == 1 && ended.count == 1 ? ended[0].summary : nil
    }
}

/// A generator whose numbers are always the same, so that a failure can be seen again.
struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let mixed = (state ^ state >> 33) &* 0xff51_afd7_ed55_8ccd
        return mixed ^ mixed >> 29
    }
}
