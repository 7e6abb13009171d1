// SPDX-License-Identifier: GPL-3.0-or-later

import CLinux
import Glibc
import Packets
import Testing

@testable import HostFacts

@Suite(
    "A real host", .serialized,
    .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.why)))
struct KernelHostTests {
    /// A cable with both ends here. The kernel gives it no addresses by itself, since it does so
    /// whenever it likes.
    private static func cable(speaksV6: Bool = true) throws {
        try command("ip link add net0 type veth peer name far0")
        for name in ["net0", "far0"] {
            try command("ip link set \(name) addrgenmode none")
            if !speaksV6 {
                try command(["sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/\(name)/disable_ipv6"])
            }
            try command("ip link set \(name) up")
        }
    }

    private static func isReadable(_ descriptor: CInt) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1
    }

    private static func read() throws -> HostReading {
        var host = try HostSource.open()
        try host.readAddresses()
        try host.readPorts()
        return host.reading
    }

    @Test("A host with nothing but its loopback has no address, no home and no port")
    func bare() async throws {
        let reading = try await NetworkNamespace.run { try Self.read() }
        #expect(reading == HostReading(ephemeralPorts: reading.ephemeralPorts))
    }

    @Test("Addresses and networks that come and go are told, and read")
    func addressChanges() async throws {
        try await NetworkNamespace.run {
            try Self.cable()
            try command("ip address add 192.0.2.1/24 dev net0")
            var host = try HostSource.open()
            try host.readAddresses()
            #expect(host.reading.homeNetworks == networks("192.0.2.0/24"))
            #expect(host.reading.ownAddresses == addresses("192.0.2.1"))

            for change in ["198.51.100.9/25", "2001:db8:1::9/64 nodad"] {
                try command("ip address add \(change) dev net0")
                #expect(Self.isReadable(host.fileDescriptor))
                #expect(try host.takeChanges())
            }
            try host.readAddresses()
            #expect(
                host.reading.homeNetworks
                    == networks("192.0.2.0/24", "198.51.100.0/25", "2001:db8:1::/64"))
            #expect(
                host.reading.ownAddresses
                    == addresses("192.0.2.1", "198.51.100.9", "2001:db8:1::9"))

            try command("ip address del 192.0.2.1/24 dev net0")
            #expect(try host.takeChanges())
            try host.readAddresses()
            #expect(host.reading.homeNetworks == networks("198.51.100.0/25", "2001:db8:1::/64"))
            #expect(host.reading.ownAddresses == addresses("198.51.100.9", "2001:db8:1::9"))

            try command("ip link delete net0")
            #expect(try host.takeChanges())
            try host.readAddresses()
            #expect(host.reading.ownAddresses.isEmpty && host.reading.homeNetworks.isEmpty)
        }
    }

    @Test(
        "Gateways: of the main table, of others, of several hops, and none of a link that is down")
    func gateways() async throws {
        try await NetworkNamespace.run {
            try Self.cable()
            try command("ip address add 192.0.2.1/24 dev net0")
            try command("ip address add 2001:db8:1::1/64 dev net0 nodad")
            var host = try HostSource.open()
            try command("ip route add default via 192.0.2.254")
            #expect(try host.takeChanges())
            try command("ip route add default via 192.0.2.253 table 100")
            try command(
                "ip route add default metric 5 nexthop via 192.0.2.252 nexthop via 192.0.2.251")
            try command("ip -6 route add default via 2001:db8:1::fe")
            try command("ip -6 route add default via fe80::1 dev net0 metric 9 proto ra")
            try command("ip route add default via inet6 fe80::2 dev net0 metric 7")
            try command("ip route add 203.0.113.0/24 via 192.0.2.77")
            try host.readAddresses()
            #expect(
                host.reading.gateways
                    == addresses(
                        "192.0.2.251", "192.0.2.252", "192.0.2.253", "192.0.2.254",
                        "2001:db8:1::fe", "fe80::1", "fe80::2"))

            _ = try host.takeChanges()
            try command("ip route del default via 192.0.2.254")
            #expect(try host.takeChanges())
            // The kernel tells of the link alone, not of the routes that go with it.
            try command("ip link set net0 down")
            #expect(try host.takeChanges())
            try host.readAddresses()
            #expect(host.reading.gateways.isEmpty)
        }
    }

    @Test("A prefix that a router announces is home, though the own address is alone in its own")
    func announced() async throws {
        try await NetworkNamespace.run {
            try Self.cable()
            var host = try HostSource.open()
            try command("ip address add 2001:db8:5::77/128 dev net0 nodad")
            _ = try host.takeChanges()
            try command("ip -6 route add 2001:db8:5::/64 dev net0 proto ra")
            #expect(try host.takeChanges())
            try command("ip -6 route add 2001:db8:6::/64 dev net0")
            try host.readAddresses()
            #expect(host.reading.homeNetworks == networks("2001:db8:5::/64"))
        }
    }

    @Test("Routes to elsewhere do not wake us, however many")
    func otherRoutes() async throws {
        try await NetworkNamespace.run {
            try Self.cable(speaksV6: false)
            try command("ip address add 192.0.2.1/24 dev net0")
            let host = try HostSource.open()
            try command([
                "sh", "-c",
                "for i in $(seq 200); do echo route add 10.$i.0.0/16 via 192.0.2.9; done | ip -batch -",
            ])
            #expect(!Self.isReadable(host.fileDescriptor))
            #expect(try !host.takeChanges())
        }
    }

    @Test("After more changes than the kernel can keep, the reading is right all the same")
    func overrun() async throws {
        try await NetworkNamespace.run {
            try Self.cable()
            var host = try HostSource.open()
            try command([
                "sh", "-c",
                "for i in $(seq 2000); do echo address add 192.0.2.1/24 dev net0;"
                    + " echo address del 192.0.2.1/24 dev net0; done | ip -batch -",
            ])
            try command("ip address add 198.51.100.1/24 dev net0")
            #expect(try host.takeChanges())
            try host.readAddresses()
            #expect(host.reading.homeNetworks == networks("198.51.100.0/24"))
            try command("ip address add 192.0.2.1/24 dev net0")
            #expect(try host.takeChanges(), "it goes on telling")
        }
    }

    @Test("Servers that come and go; those of the loopback alone are not served")
    func servers() async throws {
        try await NetworkNamespace.run {
            try command("ip address add 192.0.2.1/32 dev lo")
            try command("ip address add 2001:db8:1::1/128 dev lo nodad")
            var host = try HostSource.open()
            func ports() throws -> [String] {
                try host.readPorts()
                return host.reading.servedPorts.map { "\($0.ipProtocol)/\($0.port)" }.sorted()
            }
            #expect(try ports() == [])
            var servers = [
                try Server(.tcp, "0.0.0.0", port: 22), try Server(.tcp, "192.0.2.1", port: 80),
                try Server(.tcp, "127.0.0.1", port: 25), try Server(.tcp, "::1", port: 26),
                try Server(.tcp, "::", port: 443), try Server(.tcp, "::", port: 444, onlyV6: true),
                try Server(.tcp, "2001:db8:1::1", port: 8080),
                try Server(.udp, "0.0.0.0", port: 53), try Server(.udp, "127.0.0.1", port: 54),
                try Server(.udp, "::", port: 55), try Server(.udp, "2001:db8:1::1", port: 123),
            ]
            #expect(
                try ports() == [
                    "tcp/22", "tcp/443", "tcp/444", "tcp/80", "tcp/8080", "udp/123", "udp/53",
                    "udp/55",
                ])
            servers.removeFirst(7)
            #expect(try ports() == ["udp/123", "udp/53", "udp/55"])
            servers = []
            #expect(try ports() == [])
        }
    }

    @Test("A listener in the clients' ports counts when it is still there at the next look")
    func momentary() async throws {
        try await NetworkNamespace.run {
            var host = try HostSource.open()
            try host.readPorts()
            let guarding = try Server(.udp, "0.0.0.0", port: 51820)
            try host.readPorts()
            #expect(host.reading.servedPorts.isEmpty)
            try host.readPorts()
            #expect(host.reading.servedPorts == [ServedPort(ipProtocol: .udp, port: 51820)])
            withExtendedLifetime(guarding) {}
        }
    }

    @Test("The ports that clients are given are those of this namespace, as they are now")
    func clientPorts() async throws {
        try await NetworkNamespace.run {
            var host = try HostSource.open()
            func set(_ name: String, _ text: String) throws {
                try command(["sh", "-c", "echo \(text) > /proc/sys/net/\(name)"])
            }
            try set("ipv4/ip_forward", "0")
            try set("ipv6/conf/all/forwarding", "0")
            try set("ipv4/ip_local_port_range", "40001 50000")
            try host.readPorts()
            #expect(host.reading.ephemeralPorts == 40001...50000)
            try set("ipv6/conf/all/forwarding", "1")
            try host.readPorts()
            #expect(host.reading.ephemeralPorts == 32768...65535)
        }
    }

    @Test("No right is needed to ask")
    func withoutRights() async throws {
        let reading = try await NetworkNamespace.run {
            try command("ip address add 192.0.2.1/32 dev lo")
            let server = try Server(.tcp, "0.0.0.0", port: 22)
            guard picket_drop_thread_capabilities() == 0 else {
                throw CommandFailure(words: ["capset"], status: errno)
            }
            let reading = try Self.read()
            withExtendedLifetime(server) {}
            return reading
        }
        #expect(reading.ownAddresses == addresses("192.0.2.1"))
        #expect(reading.servedPorts == [ServedPort(ipProtocol: .tcp, port: 22)])
    }
}
