// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Captures

@Suite("Where a line of log text comes from")
struct LogOriginTests {
    static let packet = "SRC=198.51.100.7 DST=192.0.2.10 LEN=20 TTL=9 ID=1 PROTO=2 "

    @Test(
        "The rule's prefix is what stands between header and IN=",
        arguments: [
            "DROP", "DROP INVALID", "[UFW BLOCK]", "Shorewall:net2fw:DROP:", "net-fw DROP",
            "filter_IN_public_DROP:", "DROP:", "IN=bogus", "a [12] b:", "",
        ])
    func prefixes(prefix: String) throws {
        let headers = [
            "", "Mar 15 20:55:15 linux kernel: [810294.788657] ",
            "2015-03-07T05:09:30.045015+02:00 servername kernel: ", "[  449.059606] ",
            "some_file:Mar 15 20:55:15 linux kernel: [  449.05] ", "4,123,456789,-;",
        ]
        for header in headers {
            for blank in [" ", ""] {
                let text = "\(header)\(prefix)\(blank)IN=eth0 OUT= \(Self.packet)"
                let origin = try Reading(text: text).origin
                #expect(
                    origin == Origin(prefix: prefix, hook: .input, interfaceIn: "eth0"), "\(text)")
            }
        }
    }

    @Test("The interfaces tell the hook; only an outgoing one is output")
    func hooks() throws {
        func origin(_ interfaces: String) throws -> (Hook?, PacketTraits) {
            let reading = try Reading(text: "X \(interfaces) \(Self.packet)")
            return (try reading.origin.hook, try reading.event.traits)
        }
        #expect(try origin("IN=eth0 OUT=") == (.input, []))
        #expect(try origin("IN=eth0 OUT=eth1") == (.forward, []))
        #expect(try origin("IN= OUT=eth1") == (.output, .output))
        #expect(try origin("IN=lo OUT=") == (.input, .loopback))
        #expect(try origin("IN= OUT=lo") == (.output, [.output, .loopback]))
    }

    @Test("An accepting prefix marks the packet")
    func accepted() throws {
        let reading = try Reading(
            text: "[UFW ALLOW] IN=eth0 OUT= \(Self.packet)\n[UFW BLOCK] IN=eth0 OUT= \(Self.packet)"
        )
        #expect(reading.events.map(\.traits) == [.accepted, []])
    }

    @Test("A repeated prefix is one origin, and many prefixes are many")
    func interning() throws {
        let names = (0..<1000).map { "RULE\($0 % 500) " }
        let reading = try Reading(
            text: names.map { "\($0)IN=eth0 OUT= \(Self.packet)\n" }.joined())
        #expect(reading.origins.origins.count == 501)
        let prefixes = reading.events.map { reading.origins[$0.origin].prefix + " " }
        #expect(prefixes == names)
    }

    @Test("What the kernel itself calls a martian is one; the line after it is none")
    func martians() throws {
        let reading = try Reading(
            text: """
                Mar 15 20:55:15 linux kernel: [810294.788657] martian destination 0.0.0.0 from \
                192.0.2.7, dev eth0
                [810295.1] IPv4: martian source 192.0.2.10 from 198.51.100.7, on dev eth1
                [810295.1] ll header: 00000000: ff ff ff ff ff ff 02 00 00 00 00 02 08 06
                nothing martian here
                martian source
                """)
        #expect(reading.events.map(\.traits) == [.martian, .martian])
        #expect(reading.events.map(\.source) == [Address("192.0.2.7"), Address("198.51.100.7")])
        #expect(reading.events.map(\.destination) == [.unspecified4, Address("192.0.2.10")])
        #expect(reading.events.map { reading.origins[$0.origin].interfaceIn } == ["eth0", "eth1"])
        #expect(reading.progress.linesWithoutPacket == 3)
        #expect(reading.events[0].time == (try moment("2024-03-15T20:55:15.788657")))
    }

    @Test("Lines that are no packet are counted")
    func otherLines() throws {
        let reading = try Reading(
            text: "usb 1-1: new device\n\nIN= \nIN=eth0 OUT= \n\(Self.packet)\n")
        #expect(reading.error == nil)
        #expect(reading.progress.lines == 5)
        #expect(reading.progress.linesWithoutPacket == 5)
    }

    @Test("A line longer than 64 KiB is cut and counted, and the next one is whole")
    func longLines() throws {
        let line = "IN=eth0 OUT= \(Self.packet)"
        let long = line + String(repeating: "x", count: 1 << 20)
        let reading = try Reading(text: "\(long)\n\(line)\r\n\(long)\n\(line)")
        #expect(reading.progress.linesCut == 2)
        #expect(reading.progress.lines == 4)
        #expect(reading.events.count == 4)
    }

    @Test("Lines lie across the blocks in which a file is read")
    func blocks() throws {
        let line = "X IN=eth0 OUT= \(Self.packet)"
        let reading = try Reading(text: String(repeating: line + "\n", count: 10_000))
        #expect(reading.progress.lines == 10_000)
        #expect(reading.progress.packets == 10_000)
        #expect(Set(reading.events).count == 1)
    }

    @Test("A few strange bytes in text are borne")
    func strangeBytes() throws {
        let line = Array("X IN=eth0 OUT= \(Self.packet)\n".utf8)
        let reading = try Reading(line + [0xff, 0x01, 0x0a] + line)
        #expect(reading.events.count == 2)
    }
}

extension Address {
    fileprivate static let unspecified4 = Address(v4: 0)
}
