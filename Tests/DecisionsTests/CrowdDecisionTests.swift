// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets
import Testing

@Suite("Decisions about many sources")
struct CrowdDecisionTests {
    @Test("A set has members and no source", arguments: [ScanKind.distributed, .decoy])
    func members(_ kind: ScanKind) throws {
        let object = try ecs(decision(.scanDetected, try crowd(kind)))
        #expect(object["source"] == nil)
        #expect(text("destination.ip", in: object) == "198.51.100.117")
        #expect(text("picket.scan.kind", in: object) == kind.rawValue)
        let members = value("picket.scan.members", in: object) as? [String]
        #expect(members?.count == 63)
        #expect(members?.first == "203.0.113.1")
        #expect(value("picket.scan.members_total", in: object) as? Int == 63)
        #expect(value("picket.scan.members_exact", in: object) == nil)
        #expect((value("related.ip", in: object) as? [String])?.count == 64)
        #expect(value("threat.technique.id", in: object) as? [String] == ["T1595.001"])
    }

    @Test("A hundred members are listed, all are counted")
    func manyMembers() throws {
        let object = try ecs(decision(.scanDetected, try crowd(sources: 250)))
        #expect((value("picket.scan.members", in: object) as? [String])?.count == 100)
        #expect(value("picket.scan.members_total", in: object) as? Int == 250)
        let about = try ecs(decision(.scanDetected, try crowd(sources: 900, exact: false)))
        #expect(value("picket.scan.members_exact", in: about) as? Bool == false)
    }

    @Test("A scan by one source has no members, and says no total")
    func alone() throws {
        let object = try ecs(decision(.scanDetected, try summary()))
        #expect((value("picket.scan.members", in: object) as? [String]) == [])
        #expect(value("picket.scan.members_total", in: object) == nil)
    }

    @Test("The sentences count the sources")
    func sentences() throws {
        #expect(
            reason(.scanDetected, try crowd())
                == "63 sources probed about 412 TCP ports (1-1000) of 198.51.100.117 together "
                + "with SYN in 9 min")
        #expect(
            reason(.scanDetected, try crowd(.decoy, sources: 6))
                == "a source among decoys (6 sources in all) probed about 412 TCP ports (1-1000) "
                + "of 198.51.100.117 with SYN in 9 min")
        #expect(
            reason(.scanEnded(.joined), try summary()).hasSuffix(
                "68 packets in all, ended as one of a set of sources"))
        #expect(
            reason(.floodDetected(floodOfTheDay), try flooded())
                == "50000 new sources flooded TCP port 80 of 198.51.100.117 with SYN: 50021 "
                + "packets in 5 s, 10004 a second")
        #expect(
            reason(.floodEnded(floodOfTheDay), try flooded()).hasSuffix("a second; it is over"))
    }

    @Test("Floods of a host, of a port, and of pings have their words")
    func floods() throws {
        var host = try flooded()
        (host.ports, host.portSample) = (DistinctCount(2, exact: false), [])
        #expect(
            reason(.floodDetected(floodOfTheDay), host).hasPrefix(
                "50000 new sources flooded TCP ports of 198.51.100.117 with SYN: "))
        var port = try flooded()
        (port.hosts, port.destinations) = (DistinctCount(2, exact: false), [])
        #expect(
            reason(.floodDetected(floodOfTheDay), port).hasPrefix(
                "50000 new sources flooded TCP port 80 of many hosts with SYN: "))
        var pings = try flooded()
        (pings.ports, pings.portSample) = (DistinctCount(0), [])
        pings.transports = [TransportSummary(ipProtocol: .icmp, packets: 50_021)]
        pings.techniques = [.icmpEcho]
        #expect(
            reason(.floodDetected(floodOfTheDay), pings).hasPrefix(
                "50000 new sources sent ICMP packets to 198.51.100.117 with ICMP echo: "))
    }

    @Test("A flood has its counts, its target, no source and no scan")
    func flood() throws {
        let object = try ecs(decision(.floodDetected(floodOfTheDay), try flooded()))
        #expect(text("event.action", in: object) == "flood-detected")
        #expect(object["source"] == nil)
        #expect(text("destination.ip", in: object) == "198.51.100.117")
        #expect(value("destination.port", in: object) as? Int == 80)
        #expect(value("event.severity", in: object) as? Int == 5)
        #expect(value("picket.flood.sources", in: object) as? Int == 50_000)
        #expect(value("picket.flood.packets", in: object) as? Int == 50_021)
        #expect(value("picket.flood.rate", in: object) as? Double == 10_004.2)
        #expect(value("picket.flood.peak", in: object) as? Int == 10_100)
        #expect(value("picket.flood.port", in: object) as? Int == 80)
        #expect(value("picket.scan", in: object) == nil)
        #expect(value("threat.technique.id", in: object) as? [String] == ["T1498.001"])
        let over = try ecs(decision(.floodEnded(floodOfTheDay), try flooded()))
        #expect(text("event.action", in: over) == "flood-ended")
    }

    @Test("Suricata's readers get an alert without src_ip")
    func eve() throws {
        let scan = try parse(
            DecisionFormat.eve.line(
                decision(.scanDetected, try crowd()), observer: observerOfThePost))
        #expect(scan["src_ip"] == nil)
        #expect(text("dest_ip", in: scan) == "198.51.100.117")
        #expect(value("alert.signature_id", in: scan) as? Int == 106)
        #expect(
            (value("alert.metadata.picket.scan.members", in: scan) as? [String])?.count == 63)
        let flood = try parse(
            DecisionFormat.eve.line(
                decision(.floodEnded(floodOfTheDay), try flooded()),
                observer: observerOfThePost))
        #expect(value("alert.signature_id", in: flood) as? Int == 601)
        #expect(text("alert.category", in: flood) == "Attempted Denial of Service")
        #expect(value("dest_port", in: flood) as? Int == 80)
    }

    @Test(
        "Formats that know one source only have no line, so that no script blocks a forged one",
        arguments: [DecisionFormat.psad, .fwlogwatch, .scanlogd])
    func silent(_ format: DecisionFormat) throws {
        for event in [
            Finding.Event.scanDetected, .scanEscalated, .scanEnded(.lifetimeOver),
        ] {
            for kind in [ScanKind.distributed, .decoy] {
                let line = format.line(
                    decision(event, try crowd(kind)), observer: observerOfThePost)
                #expect(line == nil)
            }
        }
        let line = format.line(
            decision(.floodDetected(floodOfTheDay), try flooded()),
            observer: observerOfThePost)
        #expect(line == nil)
    }

    @Test("A rate that no number holds does not trap")
    func extremes() throws {
        for rate in [Double.infinity, 1e300, -1, .nan] {
            let counts = FloodCounts(sources: .max, rate: rate, peak: .max)
            let decision = decision(.floodEnded(counts), try flooded())
            for format in DecisionFormat.allCases {
                _ = format.line(decision, observer: observerOfThePost)
            }
        }
    }
}
