// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import Testing

@testable import NFLog

extension KernelTests {
    @Suite("Messages")
    struct Messages {
        @Test("A packet at the input hook arrives with prefix, hook, interface, mark and time")
        func input() async throws {
            try await NetworkNamespace.run {
                try rules(
                    "add table inet t",
                    "add chain inet t i { type filter hook input priority 0; }",
                    "add rule inet t i udp dport 9 meta mark set 0x1234 log group 5 prefix \"in: \""
                )
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
                try command("ip", "link", "add", "bridge0", "type", "bridge")
                try command("ip", "link", "set", "far", "master", "bridge0")
                try command("ip", "link", "set", "bridge0", "up")
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
                #expect(names[message.interfaceIn]?.name == "bridge0")
                #expect(names[message.physicalIn]?.name == "far")
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
                    "add chain netdev t i { type filter hook ingress device far priority 0; }",
                    "add rule netdev t i udp dport 9 log group 5 prefix \"nd\"")
                var log = try NFLogSocket.open(group: 5)
                let names = try InterfaceNames.open()
                try sendUDP(to: "192.0.2.9")
                let message = try #require(try collect(1, from: &log).first)
                #expect(message.family == 5)
                #expect(message.hook == 0)
                #expect(message.hardwareProtocol == 0x0800)
                #expect(names[message.interfaceIn]?.name == "far")
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
                    "add chain netdev t e { type filter hook egress device near priority 0; }",
                    "add rule netdev t e udp dport 9 log group 5 prefix \"nd\"")
                var log = try NFLogSocket.open(group: 5)
                let names = try InterfaceNames.open()
                try sendUDP(to: "192.0.2.9")
                let message = try #require(try collect(1, from: &log).first)
                #expect(message.family == 5)
                #expect(message.hook == 1)
                #expect(names[message.interfaceOut]?.name == "near")
                #expect(message.payloadStartsWithLinkHeader)
                #expect(message.payload.count == 14 + 35)
                #expect(message.payload.dropFirst(14).first == 0x45)
            }
        }

        @Test("The outer VLAN tag is told beside the packet, an inner one stands before it")
        func vlan() async throws {
            try await NetworkNamespace.run {
                try makePair()
                try rules(
                    "add table netdev t",
                    "add chain netdev t i { type filter hook ingress device far priority 0; }",
                    "add rule netdev t i ether daddr 02:00:00:00:00:09 log group 5")
                var log = try NFLogSocket.open(group: 5)
                let addresses: [UInt8] = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 10]
                let packet: [UInt8] = [0x08, 0x00, 0x45] + [UInt8](repeating: 0, count: 45)
                try sendFrame(addresses + [0x81, 0x00, 0x20, 0x07] + packet, from: "near")
                try sendFrame(
                    addresses + [0x88, 0xa8, 0x00, 0x09, 0x81, 0x00, 0x20, 0x07] + packet,
                    from: "near")
                let messages = try collect(2, from: &log)
                let one = try #require(messages.first)
                #expect(one.vlanTCI == 0x2007)
                #expect(one.vlanProtocol == 0x8100)
                #expect(one.hardwareProtocol == 0x0800)
                #expect(one.payload.first == 0x45)
                let two = try #require(messages.last)
                #expect(two.vlanTCI == 9)
                #expect(two.vlanProtocol == 0x88a8)
                #expect(two.hardwareProtocol == 0x8100)
                #expect(two.payload.prefix(5) == [0x20, 0x07, 0x08, 0x00, 0x45])
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
}
