// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import TestSupport
import Testing

@testable import Captures

@Suite("Scenarios")
struct ScenarioTests {
    @Test("A scenario is a title, packets with their times, and what is expected")
    func whole() throws {
        let scenario = try Scenario(
            """
            # Slow vertical scan: two ports, one every five minutes.
              # a remark
              0.0  tcp 198.51.100.7:40001 > 192.0.2.10:22    S

            300.25 tcp 198.51.100.7:40001 > 192.0.2.10:23    SA  seq=7 id=9 win=512 ttl=50
            => 300.25 vertical scan by 198.51.100.7: 2 targets, level 1
            => nothing more
            """)
        #expect(scenario.title == "Slow vertical scan: two ports, one every five minutes.")
        #expect(
            scenario.events.map(\.description) == [
                "tcp 198.51.100.7:40001 > 192.0.2.10:22 S",
                "tcp 198.51.100.7:40001 > 192.0.2.10:23 SA",
            ])
        #expect(scenario.events.map(\.time.nanoseconds) == [0, 300_250_000_000])
        let last = scenario.events[1]
        #expect(last.sequenceNumber == 7 && last.identification == 9)
        #expect(last.window == 512 && last.hopLimit == 50)
        #expect(scenario.expectations.count == 2)
        #expect(scenario.expectations[0].time == Timestamp(nanoseconds: 300_250_000_000))
        #expect(
            scenario.expectations[0].text == "vertical scan by 198.51.100.7: 2 targets, level 1")
        #expect(scenario.expectations[0].line == 6)
        #expect(scenario.expectations[1].time == nil)
        #expect(scenario.expectations[1].text == "nothing more")
    }

    @Test("Several sources send a row together, or share it among them")
    func sources() throws {
        func senders(_ words: String) throws -> [String] {
            try Scenario("0 tcp 203.0.113.254:1 > 192.0.2.10:1-4 S \(words)").events.map {
                "\($0.source) \($0.destinationPort) \($0.time.nanoseconds)"
            }
        }
        #expect(
            try senders("sources=2 every=1").prefix(3) == [
                "203.0.113.254 1 0", "203.0.113.255 1 0", "203.0.113.254 2 1000000000",
            ])
        #expect(try senders("sources=2").count == 8)
        #expect(
            try senders("sources=3 shared") == [
                "203.0.113.254 1 0", "203.0.113.255 2 0", "203.0.114.0 3 0", "203.0.113.254 4 0",
            ])
        let six = try Scenario("0 udp [2001:db8:7::5]:1 > [2001:db8::10]:53 sources=2")
        #expect(six.events.map(\.source.description) == ["2001:db8:7::5", "2001:db8:8::5"])
        #expect(throws: ScenarioError.self) {
            try Scenario("0 tcp 203.0.113.1:1 > 192.0.2.10:1-65535 S sources=65535")
        }
    }

    private func event(_ line: String) throws -> PacketEvent {
        try #require(try Scenario("0 " + line).events.first)
    }

    @Test("Each protocol has its ending")
    func protocols() throws {
        let lines = [
            "udp 198.51.100.7:1 > 192.0.2.10:53", "icmp 198.51.100.7 > 192.0.2.10 8/0",
            "ipv6-icmp 2001:db8:bad::7 > 2001:db8::10 128/0", "47 198.51.100.7 > 192.0.2.10",
            "tcp [2001:db8:bad::7]:1 > [2001:db8::10]:22 -",
            "sctp 198.51.100.7:1 > 192.0.2.10:2905 chunk 1",
            "dccp 198.51.100.7:1 > 192.0.2.10:5001 type 0",
        ]
        let written = [
            lines[0], lines[1], "icmpv6 2001:db8:bad::7 > 2001:db8::10 128/0",
            "proto 47 198.51.100.7 > 192.0.2.10", lines[4],
            "sctp 198.51.100.7:1 > 192.0.2.10:2905 init",
            "dccp 198.51.100.7:1 > 192.0.2.10:5001 request",
        ]
        for (line, said) in zip(lines, written) {
            #expect(try event(said).description.replacing("gre", with: "47") == line)
        }
        #expect(try event(written[2]).traits == .v6)
    }

    @Test("Words after the ending set traits, options and origin")
    func words() throws {
        let end = "tcp 198.51.100.7:1 > 192.0.2.10:22 S "
        #expect(try event(end + "mac=multicast").traits == .linkMulticast)
        #expect(try event(end + "via=output").traits == .output)
        #expect(try event(end + "accepted df").traits == [.accepted, .dontFragment])
        #expect(try event(end + "opts=mss").tcpOptions == .maximumSegmentSize)
        #expect(try event(end + "opts=mss").length == 44)
        #expect(try event(end + "opts=full").window == 64240)
        #expect(try event(end + "opts=full win=5").window == 5)
        let scenario = try Scenario("0 " + end + "prefix=Shorewall:net2fw:ACCEPT: in=eth0")
        #expect(scenario.events[0].traits == .accepted)
        #expect(scenario.origins[scenario.events[0].origin].interfaceIn == "eth0")
    }

    @Test("A range of ports or hosts is a row of packets")
    func rows() throws {
        let ports = try Scenario("1 tcp 198.51.100.7:1 > 192.0.2.10:20-24 S every=0.5").events
        #expect(ports.map(\.destinationPort) == [20, 21, 22, 23, 24])
        #expect(ports.map(\.time.nanoseconds) == (0..<5).map { 1_000_000_000 + $0 * 500_000_000 })
        let hosts = try Scenario("0 icmp 198.51.100.7 > 192.0.2.10-12 8/0 times=2").events
        #expect(hosts.map { $0.destination.v4Bits & 255 } == [10, 11, 12, 10, 11, 12])
        #expect(hosts.allSatisfy { $0.icmpType == 8 })
    }

    @Test(
        "A line that does not follow the notation is named",
        arguments: [
            "x tcp 198.51.100.7:1 > 192.0.2.10:22 S", "1", "1 tcp", "1 foo a > b",
            "1 tcp 198.51.100.7:1 192.0.2.10:22 S", "1 tcp 198.51.100.7:1 > 192.0.2.10:22",
            "1 tcp 198.51.100.7:1 > 192.0.2.10:22 X", "1 tcp 198.51.100.7:1 > 192.0.2.10:22 S bad",
            "1 tcp 198.51.100.7:1 > 192.0.2.10:22 S ttl=256", "1 icmp 198.51.100.7 > 192.0.2.10",
            "1 tcp 198.51.100.7:1 > 192.0.2.10:99999 S", "1 udp 198.51.100.7:1 > [2001:db8::1]:5",
            "1 udp 198.51.100.7:1 > 192.0.2.10-3:5", "1 proto 300 198.51.100.7 > 192.0.2.10",
            "1 udp 198.51.100.7:1 > 192.0.2.0-255:0-65535 times=999", "-1 udp",
            "1 udp 198.51.100.7:1 > 192.0.2.10:", "1 udp : > :", "1 udp [ > ]", "1 udp > > >",
        ])
    func errors(line: String) {
        #expect(throws: ScenarioError.self) { try Scenario("# title\n" + line) }
        do {
            _ = try Scenario("# title\n" + line)
        } catch {
            #expect(error.line == 2)
        }
    }

    @Test("An error quotes a line so that it steers no terminal and fills no screen")
    func quotes() {
        let word = "\u{1b}[2J\u{11}\u{202e}" + String(repeating: "x", count: 1000)
        do {
            _ = try Scenario("1 tcp \(word) > 192.0.2.10:22 S")
        } catch {
            #expect(error.reason.hasPrefix("not an address: ?[2J??xxx"))
            #expect(error.reason.count <= 200)
        }
    }

    @Test("A capture reader knows a scenario by its first lines")
    func capture() throws {
        let text = "\n# One probe.\n0.5 tcp 198.51.100.7:1 > 192.0.2.10:22 S\n"
        let reading = try Reading(text: text)
        #expect(try reading.event.time == Timestamp(nanoseconds: 500_000_000))
        #expect(reading.bytes == [[]])
        let wrong = try Reading(text: text + "1 tcp nobody > nowhere S\n")
        #expect(wrong.error?.cause == .scenario(line: 4, "not an address: nobody"))
    }
}
