// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("Ignore rules and reloading")
struct IgnoreTests {
    private static let wan = OriginID(rawValue: 1)

    private func found(_ rule: IgnoreRule) -> Bool {
        var settings = DetectionSettings()
        settings.ignore = [rule]
        var detector = Detector(small: settings)
        detector.admit(Origin(prefix: "net-fw DROP", interfaceIn: "eth0"), as: Self.wan)
        for port in 1...5 {
            #expect(detector.see(tcp(port, origin: Self.wan)) == .probe)
        }
        return detector.openScans > 0
    }

    @Test("An ignored packet has its grade and does not count")
    func parts() {
        #expect(!found(IgnoreRule(network: Network("198.51.100.0/24"))))
        #expect(found(IgnoreRule(network: Network("192.0.2.0/24"))))
        #expect(!found(IgnoreRule(ipProtocol: .tcp)))
        #expect(found(IgnoreRule(ipProtocol: .udp)))
        #expect(!found(IgnoreRule(ports: 5...9)))
        #expect(found(IgnoreRule(ports: 6...9)))
        #expect(!found(IgnoreRule(interface: "eth0")))
        #expect(found(IgnoreRule(interface: "eth1")))
        #expect(!found(IgnoreRule(prefix: "net-")))
        #expect(found(IgnoreRule(prefix: "fw")))
    }

    @Test("All parts of a rule must hold")
    func together() {
        #expect(!found(IgnoreRule(ports: 1...9, interface: "eth0", prefix: "net-fw")))
        #expect(found(IgnoreRule(ports: 1...9, interface: "eth1")))
        #expect(found(IgnoreRule(ipProtocol: .udp, interface: "eth0")))
    }

    @Test("A rule's ports are TCP's, UDP's and SCTP's alike, and its protocol may be any")
    func protocols() {
        func counts(_ rule: IgnoreRule, _ event: PacketEvent) -> Bool {
            var settings = DetectionSettings()
            settings.ignore = [rule]
            var detector = Detector(small: settings)
            detector.see(event)
            return detector.sourceCount > 0
        }
        #expect(!counts(IgnoreRule(ports: 53...53), udp(53)))
        #expect(!counts(IgnoreRule(ports: 53...53), tcp(53)))
        #expect(counts(IgnoreRule(ports: 53...53), icmp()))
        #expect(counts(IgnoreRule(ports: 0...65535), other(47)))
        #expect(!counts(IgnoreRule(ipProtocol: .icmp), icmp()))
        #expect(!counts(IgnoreRule(ipProtocol: IPProtocol(rawValue: 47)), other(47)))
        let six = tcp(22, from: Known.scanner6, to: Known.server6, traits: .v6)
        #expect(!counts(IgnoreRule(network: Network("2001:db8:f00::/40")), six))
        #expect(counts(IgnoreRule(network: Network("2001:db8:0:1::/64")), six))
        // 0.0.0.0/0 is all of IPv4 and nothing of IPv6.
        #expect(counts(IgnoreRule(network: Network("0.0.0.0/0")), six))
        #expect(!counts(IgnoreRule(network: Network("0.0.0.0/0")), tcp(22)))
    }

    @Test("What is ignored is no accepted connection and no martian either")
    func alsoTheRest() {
        var settings = DetectionSettings()
        settings.ignore = [IgnoreRule(network: Network(host: Known.scanner))]
        var detector = Detector(small: settings)
        #expect(detector.see(tcp(22, traits: .accepted)) == .accepted)
        #expect(detector.sourceCount == 0)
        #expect(detector.see(tcp(22, traits: .martian)) == .martian)
        #expect(detector.martians.entries.isEmpty)
    }

    @Test("New settings count from the next packet, and the table stays")
    func reload() {
        var detector = Detector(small: DetectionSettings())
        detector.admit(Origin(interfaceIn: "eth0"), as: Self.wan)
        for port in 1...4 { detector.see(tcp(port, origin: Self.wan)) }
        var settings = DetectionSettings()
        settings.ignore = [IgnoreRule(interface: "eth0")]
        detector.apply(settings: settings, facts: Known.facts)
        for port in 5...9 { detector.see(tcp(port, origin: Self.wan)) }
        #expect(detector.takeFindings().isEmpty)
        detector.apply(settings: DetectionSettings(), facts: Known.facts)
        detector.see(tcp(5, origin: Self.wan))
        #expect(detector.takeFindings().map(\.event) == [.scanDetected])
    }

    @Test("The finding names the origin of the last packet")
    func origin() {
        var detector = Detector(small: DetectionSettings())
        for port in 1...5 { detector.see(tcp(port, origin: OriginID(rawValue: UInt16(port)))) }
        #expect(detector.takeFindings().first?.summary.origin == OriginID(rawValue: 5))
    }
}
