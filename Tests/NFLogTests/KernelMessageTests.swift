// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import Testing

@testable import NFLog

@Suite(
    "Messages of a real kernel",
    .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.why)))
struct KernelMessageTests {
    @Test("A packet at the input hook arrives with prefix, hook, interface, mark and time")
    func input() async throws {
        try await NetworkNamespace.run {
            try rules(
                "add table inet t",
                "add chain inet t i { type filter hook input priority 0; }",
                "add rule inet t i udp dport 9 meta mark set 0x1234 log group 5 prefix \"in: \"")
            var log = try NFLogSocket.open(group: 5)
            let names = try InterfaceNames.open()
            let before = time(nil)
            try sendUDP(to: "127.0.0.1")
            let message = try #require(try collect(1, from: &log).first)
            #expect(message.family == 2)
            #expect(message.group == 5)
            #expect(message.hook == 1)
            #expect(message.hardwareProtocol == 0x0800)
            #expect(message.prefixText == "in: ")
            #expect(message.mark == 0x1234)
            #expect(names[message.interfaceIn]?.name == "lo")
            #expect(names[message.interfaceIn]?.isLoopback == true)
            #expect(message.interfaceOut == 0)
            #expect(message.linkType == 772)
            #expect(message.linkHeader.count == 14)
            let seconds = try #require(message.seconds)
            #expect((before...time(nil)).contains(time_t(seconds)))
            #expect((0..<1_000_000_000).contains(try #require(message.nanoseconds)))
            #expect(message.sequence == 0)
            #expect(message.payload.count == 20 + 8 + 7)
            #expect(message.payload.first == 0x45)
            #expect(message.payload.suffix(7) == Array("payload".utf8)[...])
            #expect(log.counters.gap == 0)
            #expect(log.counters.malformed == 0 && log.counters.foreign == 0)
        }
    }

    @Test("A packet at the output hook has the sender's user and group, and no time")
    func output() async throws {
        try await NetworkNamespace.run {
            try rules(
                "add table ip t", "add chain ip t o { type filter hook output priority 0; }",
                "add rule ip t o udp dport 9 log group 5")
            var log = try NFLogSocket.open(group: 5)
            let names = try InterfaceNames.open()
            try sendUDP(to: "127.0.0.1")
            let message = try #require(try collect(1, from: &log).first)
            #expect(message.hook == 3)
            #expect(message.uid == geteuid())
            #expect(message.gid == getegid())
            #expect(message.seconds == nil)
            #expect(message.prefix.isEmpty)
            #expect(message.mark == nil)
            #expect(names[message.interfaceOut]?.name == "lo")
            #expect(message.interfaceIn == 0)
        }
    }

    @Test("A packet of IPv6 arrives as such")
    func v6() async throws {
        try await NetworkNamespace.run {
            try rules(
                "add table inet t",
                "add chain inet t i { type filter hook input priority 0; }",
                "add rule inet t i udp dport 9 log group 5 prefix \"six\"")
            var log = try NFLogSocket.open(group: 5)
            try sendUDP(to: "::1")
            let message = try #require(try collect(1, from: &log).first)
            #expect(message.family == 10)
            #expect(message.hardwareProtocol == 0x86dd)
            #expect(message.payload.count == 40 + 8 + 7)
            #expect(message.payload.first == 0x60)
        }
    }

    @Test("A bridge's packet names the port, and its payload is the packet without the frame")
    func bridge() async throws {
        try await NetworkNamespace.run {
            try makePair()
            try command("ip", "link", "add", "br", "type", "bridge")
            try command("ip", "link", "set", "b", "master", "br")
            try command("ip", "link", "set", "br", "up")
            try rules(
                "add table bridge t",
                "add chain bridge t p { type filter hook prerouting priority 0; }",
                "add rule bridge t p ether type ip udp dport 9 log group 5 prefix \"br\"")
            var log = try NFLogSocket.open(group: 5)
            let names = try InterfaceNames.open()
            try sendUDP(to: "192.0.2.9")
            let message = try #require(try collect(1, from: &log).first)
            #expect(message.family == 7)
            #expect(message.hook == 0)
            #expect(message.hardwareProtocol == 0x0800)
            #expect(names[message.interfaceIn]?.name == "br")
            #expect(names[message.physicalIn]?.name == "b")
            #expect(message.payload.count == 35)
            #expect(message.payload.first == 0x45)
            #expect(message.l2Header.count == 14)
            #expect(message.hardwareAddress?.description == "02:00:00:00:00:0a")
            #expect(message.linkHeader == message.l2Header)
        }
    }

    @Test("A packet at netdev's ingress hook starts at its network header")
    func ingress() async throws {
        try await NetworkNamespace.run {
            try makePair()
            try rules(
                "add table netdev t",
                "add chain netdev t i { type filter hook ingress device b priority 0; }",
                "add rule netdev t i udp dport 9 log group 5 prefix \"nd\"")
            var log = try NFLogSocket.open(group: 5)
            let names = try InterfaceNames.open()
            try sendUDP(to: "192.0.2.9")
            let message = try #require(try collect(1, from: &log).first)
            #expect(message.family == 5)
            #expect(message.hook == 0)
            #expect(message.hardwareProtocol == 0x0800)
            #expect(names[message.interfaceIn]?.name == "b")
            #expect(message.payload.count == 35)
            #expect(message.payload.first == 0x45)
            #expect(!message.payloadStartsWithLinkHeader)
            #expect(message.l2Header.count == 14)
            #expect(message.hardwareAddress?.description == "02:00:00:00:00:0a")
        }
    }

    @Test("A packet at netdev's egress hook starts at its link header")
    func egress() async throws {
        try await NetworkNamespace.run {
            try makePair()
            try rules(
                "add table netdev t",
                "add chain netdev t e { type filter hook egress device a priority 0; }",
                "add rule netdev t e udp dport 9 log group 5 prefix \"nd\"")
            var log = try NFLogSocket.open(group: 5)
            let names = try InterfaceNames.open()
            try sendUDP(to: "192.0.2.9")
            let message = try #require(try collect(1, from: &log).first)
            #expect(message.family == 5)
            #expect(message.hook == 1)
            #expect(names[message.interfaceOut]?.name == "a")
            #expect(message.payloadStartsWithLinkHeader)
            #expect(message.payload.count == 14 + 35)
            #expect(message.payload.dropFirst(14).first == 0x45)
        }
    }

    @Test("A VLAN tag that the device took off is told beside the packet")
    func vlan() async throws {
        try await NetworkNamespace.run {
            try makePair()
            try command(
                "ip", "link", "add", "link", "a", "name", "a7", "type", "vlan", "id", "7")
            try command("ip", "address", "add", "198.51.100.1/24", "dev", "a7")
            try command("ip", "link", "set", "a7", "up")
            try neighbour("198.51.100.9", at: "a7")
            try rules(
                "add table netdev t",
                "add chain netdev t i { type filter hook ingress device b priority 0; }",
                "add rule netdev t i ether daddr 02:00:00:00:00:09 log group 5")
            var log = try NFLogSocket.open(group: 5)
            try sendUDP(to: "198.51.100.9")
            let message = try #require(try collect(1, from: &log).first)
            #expect(message.vlanTCI == 7)
            #expect(message.vlanProtocol == 0x8100)
            print(message)
        }
    }

    @Test("A batch of packets arrives whole, in order and without a gap")
    func batch() async throws {
        try await NetworkNamespace.run {
            try rules(
                "add table ip t", "add chain ip t i { type filter hook input priority 0; }",
                "add rule ip t i udp dport 9 log group 5 prefix \"batch\"")
            var log = try NFLogSocket.open(group: 5)
            try sendUDP(to: "127.0.0.1", count: 2000)
            let messages = try collect(2000, from: &log)
            #expect(messages.map(\.sequence) == (0..<2000).map { UInt32($0) })
            #expect(log.counters.messages == 2000)
            #expect(log.counters.gap == 0 && log.counters.malformed == 0)
            #expect(log.counters.datagrams < 200)
        }
    }

    @Test("A rule with a size of 0 gives a message without payload")
    func noPayload() async throws {
        try await NetworkNamespace.run {
            try command(
                "iptables", "-A", "INPUT", "-p", "udp", "-j", "NFLOG", "--nflog-group", "5",
                "--nflog-size", "0", "--nflog-prefix", "Shorewall:net2fw:DROP:")
            var log = try NFLogSocket.open(group: 5)
            try sendUDP(to: "127.0.0.1")
            let message = try #require(try collect(1, from: &log).first)
            #expect(message.prefixText == "Shorewall:net2fw:DROP:")
            #expect(message.payload.isEmpty)
            #expect(!message.hasPayload)
        }
    }
}
