// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Foundation
import Packets
import Testing

/// A line parsed by a JSON reader that is not ours.
func parse(_ line: String?) throws -> [String: Any] {
    let data = Data(try #require(line).utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}

/// The value at a path such as `picket.scan.kind`; nil when absent, NSNull when null.
func value(_ path: String, in object: [String: Any]) -> Any? {
    var current: Any? = object
    for key in path.split(separator: ".") { current = (current as? [String: Any])?[String(key)] }
    return current
}

func text(_ path: String, in object: [String: Any]) -> String? {
    value(path, in: object) as? String
}

func ecs(_ decision: Decision, _ observer: Observer = observerOfThePost) throws -> [String: Any] {
    try parse(DecisionFormat.ecs.line(decision, observer: observer))
}

@Suite("A decision as ECS")
struct ECSContractTests {
    /// The line of the contract, complete and in its order; a later issue fills signatures.
    static let contract = """
        {"@timestamp":"2010-10-25T13:16:38.341511Z","ecs":{"version":"8.17.0"},
        "event":{"kind":"alert","category":["network","intrusion_detection"],"type":["info"],
        "module":"picket","dataset":"picket.decision","action":"scan-escalated","severity":2,
        "start":"2010-10-25T13:16:19.341511Z","end":"2010-10-25T13:16:38.341511Z","sequence":1,
        "reason":"192.0.2.101 probed 68 TCP ports (10-10000) of 198.51.100.117 with SYN in 19 s"},
        "source":{"ip":"192.0.2.101"},"destination":{"ip":"198.51.100.117"},
        "network":{"type":"ipv4","transport":"tcp","direction":"inbound"},
        "observer":{"name":"sid7","vendor":"Picket",
        "ingress":{"interface":{"name":"eth0"},"zone":"net"},"egress":{"zone":"fw"}},
        "threat":{"technique":{"id":["T1595.001"],"name":["Scanning IP Blocks"]}},
        "related":{"ip":["192.0.2.101","198.51.100.117"]},
        "picket":{"danger_level":2,
        "scan":{"kind":"vertical","techniques":["SYN"],"tool":"unknown","tool_mark":null,
        "packets":68,"targets":68,"hosts":1,
        "ports":{"count":68,"exact":true,"min":10,"max":10000,"sample":[10,17,22]},
        "prefix":null,"members":[],"likelihood":94.3},
        "signatures":[],
        "fingerprint":{"os":null,"distance":null,"link":null,"uptime_s":null},
        "firewall":{"prefix":"Shorewall:net2fw:DROP:","disposition":"DROP","group":5,
        "hook":"input","feed":"complete"},
        "loss":{"gap":0,"drop":0,"refused":0}}}
        """

    @Test("The contract's example comes out with every key, value and the same order")
    func example() throws {
        let line = DecisionFormat.ecs.line(
            decision(.scanEscalated, try summary()), observer: observerOfThePost)
        #expect(line == ECSContractTests.contract.split(separator: "\n").joined())
        #expect(
            NSDictionary(dictionary: try parse(line))
                == NSDictionary(dictionary: try parse(ECSContractTests.contract)))
    }

    @Test("An IPv6 source is its first address, and the prefix is the network")
    func v6() throws {
        let object = try ecs(
            decision(.scanDetected, try summary(from: "2001:db8:7::5", prefix: 64)))
        #expect(text("source.ip", in: object) == "2001:db8:7::5")
        #expect(text("picket.scan.prefix", in: object) == "2001:db8:7::/64")
        #expect(text("network.type", in: object) == "ipv6")
        let single = try ecs(decision(.scanDetected, try summary(from: "2001:db8:7::5")))
        #expect(text("picket.scan.prefix", in: single) == "2001:db8:7::5/128")
    }

    @Test("With several destinations there is no destination, and related.ip lists them")
    func destinations() throws {
        let scan = try summary(to: hosts(3), kind: .block, hosts: DistinctCount(3))
        let object = try ecs(decision(.scanDetected, scan))
        #expect(object["destination"] == nil)
        #expect(
            value("related.ip", in: object) as? [String] == ["192.0.2.101"] + hosts(3))
    }

    @Test("Distributed scans and decoys have no source", arguments: [ScanKind.distributed, .decoy])
    func manySources(_ kind: ScanKind) throws {
        let object = try ecs(decision(.scanDetected, try summary(kind: kind)))
        #expect(object["source"] == nil)
        #expect(text("destination.ip", in: object) == "198.51.100.117")
        #expect(value("related.ip", in: object) as? [String] == ["198.51.100.117"])
    }

    @Test("Sources inside are T1046, sources outside T1595.001, attempts that are no scan nothing")
    func threat() throws {
        for (direction, id) in [
            (Direction.inbound, "T1595.001"), (.outbound, "T1046"), (.internal, "T1046"),
        ] {
            let object = try ecs(decision(.scanDetected, try summary(direction: direction)))
            #expect(value("threat.technique.id", in: object) as? [String] == [id])
            #expect(text("network.direction", in: object) == direction.rawValue)
        }
        let attempts = try ecs(decision(.attemptsRepeated(packets: 65), try summary(level: 0)))
        #expect(attempts["threat"] == nil)
        #expect(value("picket.scan.kind", in: attempts) is NSNull)
        #expect(value("picket.attempts", in: attempts) as? Int == 65)
    }

    @Test(
        "The transport has its ECS name; a protocol without a name has its number",
        arguments: [
            (IPProtocol.tcp, "tcp", nil), (.udp, "udp", nil), (.icmp, "icmp", nil),
            (.icmpv6, "ipv6-icmp", nil), (.sctp, "sctp", nil),
            (IPProtocol(rawValue: 99), nil, "99"),
        ] as [(IPProtocol, String?, String?)])
    func transport(_ ipProtocol: IPProtocol, _ name: String?, _ number: String?) throws {
        let scan = try summary(
            transports: [TransportSummary(ipProtocol: ipProtocol, packets: 5)])
        let object = try ecs(decision(.scanDetected, scan))
        #expect(text("network.transport", in: object) == name)
        #expect(text("network.iana_number", in: object) == number)
    }

    @Test("A protocol scan claims no transport")
    func protocolScan() throws {
        let object = try ecs(decision(.scanDetected, try summary(kind: .ipProtocol)))
        #expect(text("network.transport", in: object) == nil)
        #expect(text("network.iana_number", in: object) == nil)
    }

    @Test("Counts that are estimates are marked, each by itself")
    func estimates() throws {
        let scan = try summary(
            kind: .block, targets: DistinctCount(9000, exact: false),
            hosts: DistinctCount(300, exact: false), ports: DistinctCount(40))
        let object = try ecs(decision(.scanDetected, scan))
        #expect(value("picket.scan.ports.exact", in: object) as? Bool == true)
        #expect(value("picket.scan.targets_exact", in: object) as? Bool == false)
        #expect(value("picket.scan.hosts_exact", in: object) as? Bool == false)
    }

    @Test("Nothing is invented about a firewall of which nothing is known")
    func unknownOrigin() throws {
        let object = try ecs(
            decision(.scanDetected, try summary(), origin: Origin()), Observer(name: ""))
        for key in ["prefix", "disposition", "group", "hook", "feed"] {
            #expect(value("picket.firewall.\(key)", in: object) is NSNull)
        }
        #expect(
            NSDictionary(dictionary: try #require(object["observer"] as? [String: Any]))
                == ["vendor": "Picket"])
    }

    @Test("A group of whose rules nothing is known has no feed")
    func unknownFeed() throws {
        let object = try ecs(decision(.scanDetected, try summary()), Observer(name: "sid7"))
        #expect(value("picket.firewall.feed", in: object) is NSNull)
    }

    @Test("A group behind a rate limit has a limited feed; the version is named when given")
    func limited() throws {
        let observer = Observer(name: "sid7", version: "1.2.3", feeds: [5: .limited])
        let object = try ecs(decision(.scanDetected, try summary()), observer)
        #expect(text("picket.firewall.feed", in: object) == "limited")
        #expect(text("observer.version", in: object) == "1.2.3")
    }

    @Test(
        "The end of a scan says why",
        arguments: [
            (Finding.EndReason.lifetimeOver, "lifetime-over"), (.inputEnded, "input-ended"),
            (.memoryFull, "memory-full"),
        ])
    func ended(_ ending: Finding.EndReason, _ name: String) throws {
        let object = try ecs(decision(.scanEnded(ending), try summary()))
        #expect(text("picket.scan.ended", in: object) == name)
    }

    @Test("A loss is an event without source, scan or threat, and has the three counts")
    func loss() throws {
        var decider = Decider()
        let lost = LossCounts(gap: 1200, drop: 4, refused: .max)
        let report = decider.decide(loss: lost, at: momentOfThePost)
        let object = try ecs(try #require(report))
        #expect(text("event.kind", in: object) == "event")
        #expect(text("event.action", in: object) == "loss")
        for path in ["source", "threat", "related", "network", "event.start", "picket.scan"] {
            #expect(value(path, in: object) == nil)
        }
        #expect(value("picket.loss.gap", in: object) as? Int == 1200)
        #expect(value("picket.loss.drop", in: object) as? Int == 4)
        #expect(value("picket.loss.refused", in: object) as? UInt64 == .max)
    }

    @Test("A likelihood that is no number is null", arguments: [Double.nan, .infinity])
    func likelihood(_ value: Double) throws {
        let object = try ecs(decision(.scanDetected, try summary(likelihood: value)))
        #expect(DecisionsTests.value("picket.scan.likelihood", in: object) is NSNull)
    }
}
