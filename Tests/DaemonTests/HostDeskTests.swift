// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Detection
import HostFacts
import Packets
import Ring
import TestSupport
import Testing

@testable import Daemon

@Suite("Settings and host together")
struct HostDeskTests {
    private let reading = HostReading(
        ownAddresses: ["192.0.2.1"], homeNetworks: ["192.0.2.0/24"], gateways: ["192.0.2.254"],
        servedPorts: [ServedPort(ipProtocol: .tcp, port: 22)], ephemeralPorts: 40000...50000)

    @Test("What the settings leave open is as the host says")
    func open() {
        let facts = HostFacts(Settings(), host: reading)
        #expect(facts.ownAddresses == ["192.0.2.1"])
        #expect(facts.homeNetworks == ["192.0.2.0/24"])
        #expect(facts.servedPorts == [ServedPort(ipProtocol: .tcp, port: 22)])
        #expect(facts.ephemeralPorts == 40000...50000)
    }

    @Test("What the settings state wins, each key by itself, also where it is empty")
    func stated() {
        var settings = Settings()
        settings.homeNetworks = ["198.51.100.0/24"]
        settings.servedPorts = []
        var facts = HostFacts(settings, host: reading)
        #expect(facts.ownAddresses == ["192.0.2.1"])
        #expect(facts.homeNetworks == ["198.51.100.0/24"])
        #expect(facts.servedPorts.isEmpty)
        #expect(facts.ephemeralPorts == 40000...50000)
        settings.ownAddresses = []
        settings.ephemeralPorts = 1024...2047
        facts = HostFacts(settings, host: reading)
        #expect(facts.ownAddresses.isEmpty)
        #expect(facts.ephemeralPorts == 1024...2047)
    }

    @Test("Without a host, and without settings, the defaults hold as ever")
    func neither() { #expect(HostFacts(Settings()) == HostFacts()) }

    /// What the detector was asked for.
    private func asked(
        _ detector: DetectorDesk
    ) -> [(targets: Int, home: [Network], isNews: Bool)] {
        detector.takeRequests().compactMap { request in
            switch request {
            case .tell: nil
            case .apply(let settings, let facts, let host):
                (settings.targets, facts.homeNetworks, host != nil)
            }
        }
    }

    @Test("A reload keeps what the host said, and news of the host keep what was reloaded")
    func together() throws {
        let detector = DetectorDesk()
        let desk = try HostDesk(
            settings: Settings(), reading: reading, detector: detector,
            ring: try EventRing(capacity: 64))
        var settings = Settings()
        settings.detection.targets = 9
        desk.apply(settings)
        var news = reading
        news.homeNetworks = ["203.0.113.0/24"]
        desk.learn(news)
        settings.homeNetworks = ["198.51.100.0/24"]
        desk.apply(settings)
        desk.learn(reading)
        settings.homeNetworks = nil
        desk.apply(settings)

        let found = asked(detector)
        #expect(found.map(\.targets) == [9, 9, 9, 9, 9])
        #expect(
            found.map(\.home) == [
                ["192.0.2.0/24"], ["203.0.113.0/24"], ["198.51.100.0/24"], ["198.51.100.0/24"],
                ["192.0.2.0/24"],
            ])
        #expect(found.map(\.isNews) == [false, true, false, true, false])
    }

    @Test("Traffic asks for the ports at once, and again after ten seconds of its clock")
    func traffic() throws {
        let desk = try HostDesk(
            settings: Settings(), reading: reading, detector: DetectorDesk(),
            ring: try EventRing(capacity: 64))
        func rings(at seconds: Int64) -> Bool {
            desk.noteTraffic(at: Timestamp(seconds: seconds))
            let rang = !System.poll([desk.bell.descriptor], milliseconds: 0).isEmpty
            desk.bell.silence()
            return rang
        }
        #expect(rings(at: 1_700_000_000))
        #expect(!rings(at: 1_700_000_001))
        #expect(!rings(at: 1_700_000_009))
        #expect(rings(at: 1_700_000_010))
        #expect(rings(at: 1_600_000_000), "a clock that was set back does not silence it")
    }
}
