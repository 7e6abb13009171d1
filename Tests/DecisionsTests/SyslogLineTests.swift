// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets
import Testing

private func psad(_ decision: Decision) -> String? {
    DecisionFormat.psad.line(decision, observer: observerOfThePost)
}

private func scanlogd(_ decision: Decision, offset: Duration = .zero) -> String? {
    DecisionFormat.scanlogd.line(
        decision, observer: Observer(name: "sid7", localTimeOffset: offset))
}

@Suite("psad's line")
struct PsadLineTests {
    @Test("A SYN scan is the line that people know")
    func syn() throws {
        #expect(
            psad(decision(.scanEscalated, try summary()))
                == "scan detected: 192.0.2.101 -> 198.51.100.117 tcp: [10-10000] flags: SYN "
                + "tcp pkts: 68 DL: 2")
    }

    @Test(
        "Each technique has psad's flags and, where it has one, psad's name",
        arguments: [
            ([Technique.connect, .syn], "scan detected:", "SYN"),
            ([.fin], "scan detected (Nmap -sF scan):", "FIN"),
            ([.null], "scan detected (Nmap -sN scan):", "NULL"),
            ([.xmas], "scan detected (Nmap -sX scan):", "URG PSH FIN"),
            ([.ack, .window], "scan detected:", "ACK"),
            ([.maimon], "scan detected:", "ACK FIN"),
            ([.fin, .xmas], "scan detected (Nmap -sF scan, -sX scan):", "FIN URG PSH FIN"),
        ])
    func techniques(_ techniques: [Technique], _ start: String, _ flags: String) throws {
        let line = try #require(psad(decision(.scanEscalated, try summary(techniques: techniques))))
        #expect(
            line == "\(start) 192.0.2.101 -> 198.51.100.117 tcp: [10-10000] flags: \(flags) "
                + "tcp pkts: 68 DL: 2")
    }

    @Test("UDP, ICMP, ICMPv6 and the rest are counted under psad's names")
    func transports() throws {
        let ports: ClosedRange<UInt16> = 1000...1150
        let udp = try summary(
            techniques: [.udp], ports: DistinctCount(151), range: ports,
            transports: [TransportSummary(ipProtocol: .udp, packets: 302, ports: ports)], level: 3)
        #expect(
            psad(decision(.scanEnded(.inputEnded), udp))
                == "scan detected (-sU scan): 192.0.2.101 -> 198.51.100.117 udp: [1000-1150] "
                + "udp pkts: 302 DL: 3")
        let many = try summary(
            techniques: [.icmpEcho], ports: DistinctCount(0), range: nil, sample: [],
            transports: [
                TransportSummary(ipProtocol: .icmp, packets: 5),
                TransportSummary(ipProtocol: .icmpv6, packets: 4),
                TransportSummary(ipProtocol: .sctp, packets: 3, ports: 1...2),
                TransportSummary(ipProtocol: .gre, packets: 2),
            ], level: 1)
        #expect(
            psad(decision(.scanEscalated, many))
                == "scan detected: 192.0.2.101 -> 198.51.100.117 icmp pkts: 5 icmp6 pkts: 4 "
                + "other proto pkts: 5 DL: 1")
    }

    @Test("A sweep of one port names the port, the first destination and how many there are")
    func sweep() throws {
        let scan = try summary(
            to: hosts(10), kind: .horizontal, packets: 32, hosts: DistinctCount(32),
            ports: DistinctCount(1), range: 9100...9100, sample: [9100])
        #expect(
            psad(decision(.scanEscalated, scan))
                == "scan detected (Port sweep SYN scan): 192.0.2.101 -> 198.51.100.1 tcp: [9100] "
                + "flags: SYN tcp pkts: 32 DL: 2 total scan dsts: 32")
    }

    @Test("IPv6 has the same line")
    func v6() throws {
        #expect(
            psad(decision(.scanEscalated, try summary(from: "2001:db8:7::5", prefix: 64)))
                == "scan detected: 2001:db8:7::5 -> 2001:db8:a::117 tcp: [10-10000] flags: SYN "
                + "tcp pkts: 68 DL: 2")
    }

    @Test("What psad does not know has no line")
    func none() throws {
        #expect(psad(decision(.attemptsRepeated(packets: 65), try summary())) == nil)
        #expect(psad(decision(.scanEscalated, try summary(kind: .distributed))) == nil)
        #expect(psad(decision(.scanEscalated, try summary(kind: .decoy))) == nil)
    }
}

@Suite("fwlogwatch's line")
struct FwlogwatchLineTests {
    @Test("Repeated attempts, and nothing else, are an ALERT")
    func alert() throws {
        let attempts = decision(.attemptsRepeated(packets: 65), try summary())
        let line = DecisionFormat.fwlogwatch.line(attempts, observer: observerOfThePost)
        #expect(line == "ALERT: 65 attempts from 192.0.2.101")
        let scan = decision(.scanEscalated, try summary())
        #expect(DecisionFormat.fwlogwatch.line(scan, observer: observerOfThePost) == nil)
    }
}

@Suite("scanlogd's line")
struct ScanlogdLineTests {
    @Test("A scan of one host has its ports, its flags and its start in local time")
    func vertical() throws {
        #expect(
            scanlogd(decision(.scanDetected, try summary()), offset: .seconds(7200))
                == "192.0.2.101 to 198.51.100.117 ports 10, 17, 22, ..., fSrpauxy @15:16:19")
    }

    @Test("Several hosts are the first and others")
    func others() throws {
        let scan = try summary(
            to: hosts(9), kind: .horizontal, hosts: DistinctCount(9), ports: DistinctCount(1),
            range: 22...22, sample: [22])
        #expect(
            scanlogd(decision(.scanDetected, scan))
                == "192.0.2.101 to 198.51.100.1 and others, ports 22, ..., fSrpauxy @13:16:19")
    }

    @Test(
        "Control bits: capital when always set, small when never, ? when they changed",
        arguments: [
            ([Technique.null], "fsrpauxy"), ([.fin], "Fsrpauxy"), ([.xmas], "FsrPaUxy"),
            ([.ack, .window], "fsrpAuxy"), ([.maimon], "FsrpAuxy"), ([.syn, .fin], "??rpauxy"),
            ([.syn, .other], "????????"),
        ])
    func flags(_ techniques: [Technique], _ letters: String) throws {
        let line = try #require(
            scanlogd(decision(.scanDetected, try summary(techniques: techniques))))
        #expect(line.hasSuffix("..., \(letters) @13:16:19"))
    }

    @Test("Only TCP, and only once a scan")
    func none() throws {
        #expect(scanlogd(decision(.scanEscalated, try summary())) == nil)
        #expect(scanlogd(decision(.scanEnded(.inputEnded), try summary())) == nil)
        let udp = try summary(
            techniques: [.udp],
            transports: [TransportSummary(ipProtocol: .udp, packets: 9, ports: 1...9)])
        #expect(scanlogd(decision(.scanDetected, udp)) == nil)
    }
}

@Suite("The line for people")
struct TextLineTests {
    private func text(_ decision: Decision, offset: Duration = .zero) -> String? {
        DecisionFormat.text.line(
            decision, observer: Observer(name: "sid7", localTimeOffset: offset))
    }

    @Test("It has time and zone, action, level, reason, and where")
    func line() throws {
        #expect(
            text(decision(.scanEscalated, try summary()))
                == "2010-10-25 13:16:38.341Z scan-escalated    level 2: 192.0.2.101 probed 68 TCP "
                + "ports (10-10000) of 198.51.100.117 with SYN in 19 s "
                + "[prefix Shorewall:net2fw:DROP:, in eth0]")
        #expect(
            text(decision(.scanEscalated, try summary()), offset: .seconds(7200))?
                .hasPrefix("2010-10-25 15:16:38.341+02:00 scan-escalated") == true)
    }

    @Test("Losses and a direction other than inbound are shown when there are any")
    func notes() throws {
        let line = text(
            decision(
                .scanDetected, try summary(direction: .outbound),
                origin: Origin(interfaceOut: "eth1"),
                loss: LossCounts(gap: 12, drop: 3, refused: 1)))
        #expect(
            line?.hasSuffix(
                "[outbound, out eth1] [lost 12 in the kernel, lost 3 in the ring, refused 1]")
                == true)
    }

    @Test("Without place and loss it ends with the reason")
    func bare() throws {
        #expect(
            text(decision(.scanDetected, try summary(), origin: Origin()))?.hasSuffix("in 19 s")
                == true)
    }
}
