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
