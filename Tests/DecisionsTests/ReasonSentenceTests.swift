// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import Packets
import Testing

@Suite("The reason of a decision is one English sentence")
struct ReasonSentenceTests {
    @Test("A vertical scan names source, ports with their range, host, technique and time")
    func vertical() throws {
        #expect(
            reason(.scanEscalated, try summary())
                == "192.0.2.101 probed 68 TCP ports (10-10000) of 198.51.100.117 with SYN in 19 s")
    }

    @Test("A scan of one port names the port and counts the hosts")
    func horizontal() throws {
        let scan = try summary(
            to: hosts(10), kind: .horizontal, hosts: DistinctCount(32), ports: DistinctCount(1),
            range: 22...22, sample: [22], lasting: .seconds(4))
        #expect(
            reason(.scanDetected, scan)
                == "192.0.2.101 probed TCP port 22 on 32 hosts with SYN in 4 s")
    }

    @Test("A horizontal scan of a few ports lists them")
    func horizontalPorts() throws {
        let scan = try summary(
            to: hosts(10), kind: .horizontal, hosts: DistinctCount(32), ports: DistinctCount(3),
            range: 22...80, sample: [22, 23, 80], lasting: .seconds(4))
        #expect(
            reason(.scanDetected, scan)
                == "192.0.2.101 probed TCP ports 22, 23 and 80 on 32 hosts with SYN in 4 s")
    }

    @Test("Counts that are estimates say about")
    func block() throws {
        let scan = try summary(
            to: hosts(10), kind: .block, targets: DistinctCount(9000, exact: false),
            hosts: DistinctCount(300, exact: false), ports: DistinctCount(412, exact: false),
            lasting: .seconds(125))
        #expect(
            reason(.scanEscalated, scan)
                == "192.0.2.101 probed about 412 TCP ports (10-10000) on about 300 hosts with SYN "
                + "in 2 min 5 s")
    }

    @Test("A ping sweep has hosts and no ports")
    func pingSweep() throws {
        let scan = try summary(
            to: hosts(10), kind: .pingSweep, techniques: [.icmpEcho, .icmpTimestamp],
            hosts: DistinctCount(32), ports: DistinctCount(0), range: nil, sample: [],
            transports: [TransportSummary(ipProtocol: .icmp, packets: 68)],
            lasting: .milliseconds(250))
        #expect(
            reason(.scanDetected, scan)
                == "192.0.2.101 swept 32 hosts with ICMP echo and ICMP timestamp in 250 ms")
    }

    @Test("A protocol scan counts protocols")
    func protocols() throws {
        let scan = try summary(
            kind: .ipProtocol, techniques: [.ipProtocol], targets: DistinctCount(256),
            ports: DistinctCount(0), range: nil, sample: [], transports: [])
        #expect(
            reason(.scanDetected, scan)
                == "192.0.2.101 probed 256 IP protocols of 198.51.100.117 in 19 s")
    }

    @Test("Distributed scans and decoys do not blame one address")
    func manySources() throws {
        #expect(
            reason(.scanDetected, try summary(kind: .distributed))
                == "several sources probed 68 TCP ports (10-10000) of 198.51.100.117 together "
                + "with SYN in 19 s")
        #expect(
            reason(.scanDetected, try summary(kind: .decoy))
                == "a source among decoys probed 68 TCP ports (10-10000) of 198.51.100.117 "
                + "with SYN in 19 s")
    }

    @Test("UDP is not said twice, and mixed transports are both named")
    func udp() throws {
        let ports: ClosedRange<UInt16> = 1000...1150
        let udp = try summary(
            techniques: [.udp], ports: DistinctCount(151), range: ports,
            transports: [TransportSummary(ipProtocol: .udp, packets: 302, ports: ports)])
        #expect(
            reason(.scanDetected, udp)
                == "192.0.2.101 probed 151 UDP ports (1000-1150) of 198.51.100.117 in 19 s")
        let both = try summary(
            techniques: [.syn, .udp], ports: DistinctCount(151), range: ports,
            transports: [
                TransportSummary(ipProtocol: .tcp, packets: 152, ports: ports),
                TransportSummary(ipProtocol: .udp, packets: 150, ports: ports),
            ])
        #expect(
            reason(.scanDetected, both)
                == "192.0.2.101 probed 151 TCP and UDP ports (1000-1150) of 198.51.100.117 "
                + "with SYN and UDP in 19 s")
    }

    @Test(
        "Every technique has its words; twins on the wire are named together",
        arguments: [
            ([Technique.connect, .syn], "SYN (connect)"),
            ([.ack, .window], "ACK (or window)"),
            ([.fin], "FIN"), ([.null], "NULL"), ([.xmas], "XMAS"),
            ([.maimon], "Maimon (FIN and ACK)"), ([.sctpInit], "SCTP INIT"),
            ([.icmpMask], "ICMP mask"), ([.other], "unusual packets"),
            ([.syn, .connect, .syn, .fin], "SYN, SYN (connect) and FIN"),
        ])
    func techniques(_ techniques: [Technique], _ words: String) throws {
        let sentence = reason(.scanDetected, try summary(techniques: techniques))
        #expect(sentence.hasSuffix("of 198.51.100.117 with \(words) in 19 s"))
    }

    @Test("An IPv6 source is its network and the first address seen in it")
    func v6() throws {
        #expect(
            reason(.scanDetected, try summary(from: "2001:db8:7::5", prefix: 64))
                == "2001:db8:7::/64 (first 2001:db8:7::5) probed 68 TCP ports (10-10000) of "
                + "2001:db8:a::117 with SYN in 19 s")
        #expect(
            reason(.scanDetected, try summary(from: "2001:db8:7::5"))
                .hasPrefix("2001:db8:7::5 probed "))
    }

    @Test("The end of a scan says how many packets it was and why it ended")
    func ended() throws {
        let start = "192.0.2.101 probed 68 TCP ports (10-10000) of 198.51.100.117 with SYN in 19 s"
        let scan = try summary()
        #expect(
            reason(.scanEnded(.lifetimeOver), scan, after: .seconds(3600))
                == "\(start); 68 packets in all, ended after 1 h of silence")
        #expect(
            reason(.scanEnded(.inputEnded), scan)
                == "\(start); 68 packets in all, ended with the input")
        #expect(
            reason(.scanEnded(.memoryFull), scan)
                == "\(start); 68 packets in all, ended to make room for another source")
    }

    @Test("Repeated attempts say how many, how fast and where")
    func attempts() throws {
        let port = try summary(
            kind: .horizontal, packets: 65, ports: DistinctCount(1), range: 22...22, sample: [22],
            level: 0)
        #expect(
            reason(.attemptsRepeated(packets: 65), port)
                == "192.0.2.101 made 65 attempts within an hour at TCP port 22 of 198.51.100.117")
        #expect(
            reason(.attemptsRepeated(packets: 1), port, attemptsWindow: .seconds(600))
                == "192.0.2.101 made 1 attempt within 10 min at TCP port 22 of 198.51.100.117")
    }

    @Test("A scan without ports or destination still makes a sentence")
    func bare() throws {
        let scan = try summary(
            to: [], techniques: [], targets: DistinctCount(5), ports: DistinctCount(0), range: nil,
            sample: [], transports: [], lasting: .zero)
        #expect(
            reason(.scanDetected, scan)
                == "192.0.2.101 probed 5 targets of one host in less than 1 ms")
    }
}
