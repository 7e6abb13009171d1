// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("What is a scan")
struct ScanTests {
    @Test("Five ports from one source are a scan; four are not")
    func threshold() throws {
        #expect(findings(in: (1...4).map { tcp($0) }).isEmpty)
        let found = findings(in: (1...5).map { tcp($0, at: Double($0)) })
        #expect(found.map(\.event) == [.scanDetected, .scanEnded(.inputEnded)])
        let scan = try #require(found.detected.first)
        #expect(scan.targets == DistinctCount(5))
        #expect(scan.hosts == DistinctCount(1))
        #expect(scan.ports == DistinctCount(5))
        #expect(scan.portRange == 1...5)
        #expect(scan.portSample == [1, 2, 3, 4, 5])
        #expect(scan.destinations == [Known.server])
        #expect(scan.packets == 5)
        #expect(scan.level == 1)
        #expect(scan.kind == .vertical)
        #expect(scan.direction == .inbound)
        #expect(scan.source == Network(host: Known.scanner))
        #expect(scan.start == moment(1))
        #expect(scan.end == moment(5))
        #expect(abs(scan.likelihood - 6.93) < 0.01)
        #expect(
            scan.transports == [
                TransportSummary(ipProtocol: .tcp, packets: 5, ports: 1...5)
            ])
        #expect(found[0].time == moment(5))
    }

    @Test("A retransmitted SYN is one target")
    func retransmission() {
        #expect(findings(in: [1, 1, 2, 2, 3, 3, 4, 4, 4].map { tcp($0) }).isEmpty)
    }

    @Test("An ACK counts a quarter: nineteen ports are strays, twenty a scan")
    func ambiguous() throws {
        #expect(findings(in: (1...19).map { tcp($0, flags: .ack) }).isEmpty)
        let found = findings(in: (1...20).map { tcp($0, flags: .ack) })
        let scan = try #require(found.onlyScan)
        #expect(scan.techniques == [.ack, .window])
        #expect(abs(scan.likelihood - 6.93) < 0.01)
    }

    @Test("Once scanning, ambiguous packets count in full")
    func ambiguousInFull() throws {
        let events = (1...5).map { tcp($0) } + (1...5).map { tcp($0 + 100, flags: .ack) }
        #expect(try #require(findings(in: events).onlyScan).packets == 10)
    }

    @Test("Ports asked by ACK first and by SYN then weigh as the SYN does")
    func stronger() {
        let events = (1...8).map { tcp($0, flags: .ack) } + (1...8).map { tcp($0) }
        #expect(findings(in: events).detected.count == 1)
    }

    @Test("Ambiguous packets to a port that we serve never count")
    func served() {
        var facts = Known.facts
        facts.servedPorts = Set((1...30).map { ServedPort(ipProtocol: .tcp, port: $0) })
        #expect(findings(in: (1...30).map { tcp($0, flags: .ack) }, facts: facts).isEmpty)
        #expect(findings(in: (1...30).map { tcp($0) }, facts: facts).detected.count == 1)
    }

    @Test("An echo sweep needs ten hosts")
    func echo() throws {
        #expect(findings(in: (20...28).map { icmp(to: host($0)) }).isEmpty)
        let scan = try #require(findings(in: (20...29).map { icmp(to: host($0)) }).onlyScan)
        #expect(scan.kind == .pingSweep)
        #expect(scan.techniques == [.icmpEcho])
        #expect(scan.hosts == DistinctCount(10))
        #expect(scan.ports == DistinctCount(0))
        #expect(scan.portRange == nil)
        #expect(findings(in: (0..<1000).map { icmp(at: Double($0)) }).detected.isEmpty)
    }

    @Test("A home source going out is a scan at 25 targets, outbound")
    func outbound() throws {
        func out(_ count: Int) -> [Finding] {
            findings(in: (1...count).map { tcp($0, from: host(5), to: Known.scanner) })
        }
        #expect(out(24).isEmpty)
        #expect(try #require(out(25).onlyScan).direction == .outbound)
        let own = findings(
            in: (1...25).map { tcp($0, from: Known.server, to: host(9), traits: .output) })
        #expect(try #require(own.onlyScan).direction == .outbound)
    }

    @Test("A home source asking home is internal, a scan at five")
    func inside() throws {
        let scan = findings(in: (1...5).map { tcp($0, from: host(5)) }).onlyScan
        #expect(try #require(scan).direction == .internal)
    }

    @Test("Without home networks every source is outside")
    func noHome() throws {
        let found = findings(in: (1...5).map { tcp($0) }, facts: HostFacts())
        #expect(try #require(found.onlyScan).direction == .inbound)
    }

    @Test("Late packets, backscatter, chatter, fragments and refusals are no evidence")
    func quiet() {
        var events: [PacketEvent] = []
        for number in 0..<500 {
            let server = outsider(number % 50)
            events.append(tcp(32768 + number, flags: [.fin, .ack], from: server, sourcePort: 443))
            events.append(tcp(number, flags: [.syn, .ack], from: server))
            events.append(tcp(number, flags: [.rst, .ack], from: server))
            events.append(udp(40000 + number, from: server, sourcePort: 53, traits: .answer))
            events.append(icmp(3, code: 3, from: server, traits: .quotesPacket))
            events.append(udp(1000 + number, from: host(9), to: Address(v4: 0xffff_ffff)))
            events.append(tcp(number, from: server, traits: .laterFragment))
            events.append(tcp(number, from: server, traits: .refused))
            events.append(tcp(number, from: Address(v4: 0)))
        }
        #expect(findings(in: events).isEmpty)
    }

    @Test("Good connections raise the threshold by one each, at most fourfold")
    func goodConnections() {
        func probes(after accepted: Int) -> Int? {
            var detector = Detector(small: DetectionSettings())
            for port in 0..<accepted {
                detector.see(tcp(20000 + port, traits: .accepted))
                detector.see(tcp(20000 + port, traits: .accepted))
            }
            for port in 1...40 {
                detector.see(tcp(port))
                if detector.openScans > 0 { return port }
            }
            return nil
        }
        #expect(probes(after: 0) == 5)
        #expect(probes(after: 1) == 6)
        #expect(probes(after: 4) == 9)
        #expect(probes(after: 15) == 20)
        #expect(probes(after: 100) == 20)
    }

    @Test("A good connection divides the odds by four")
    func likelihood() throws {
        let events = [tcp(443, traits: .accepted)] + (1...6).map { tcp($0) }
        #expect(abs(try #require(findings(in: events).onlyScan).likelihood - 6.93) < 0.01)
    }

    @Test("Forged and real sources are told apart, each scan by its own source")
    func twoScanners() {
        let events = (1...6).flatMap { [tcp($0), tcp(7 - $0, from: outsider(1))] }
        #expect(
            findings(in: events).detected.map(\.source)
                == [Network(host: Known.scanner), Network(host: outsider(1))])
    }
}
