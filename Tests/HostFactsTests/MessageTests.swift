// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import HostFacts

@Suite("Addresses as rtnetlink tells them")
struct AddressMessageTests {
    @Test(
        "An address and the network that it is in",
        arguments: [
            ("192.0.2.1/24", "192.0.2.0/24"), ("198.51.100.7/32", "198.51.100.7/32"),
            ("2001:db8::1/64", "2001:db8::/64"), ("2001:db8::1/128", "2001:db8::1/128"),
        ])
    func ordinary(_ text: String, _ network: String) throws {
        let found = try #require(InterfaceAddress(addressContent(text)))
        #expect(found.address.description == text.split(separator: "/").first.map(String.init))
        #expect(found.network == Network(network))
    }

    @Test("IPv6 has no local attribute of its own: the address stands for both")
    func withoutLocal() {
        let found = InterfaceAddress(addressContent("2001:db8::1/64", local: false))
        #expect(found?.address == Address("2001:db8::1"))
        #expect(found?.network == Network("2001:db8::/64"))
    }

    @Test("On a point-to-point link the prefix is the peer's")
    func peer() {
        let found = InterfaceAddress(addressContent("192.0.2.1/32", peer: "198.51.100.1"))
        #expect(found?.address == Address("192.0.2.1"))
        #expect(found?.network == Network("198.51.100.1/32"))
    }

    @Test("An address that is still tried, or was found to be another host's, is not ours")
    func duplicate() {
        #expect(InterfaceAddress(addressContent("2001:db8::1/64", flags: 0x40)) == nil)
        #expect(InterfaceAddress(addressContent("2001:db8::1/64", flags: 0x08)) == nil)
        #expect(InterfaceAddress(addressContent("2001:db8::1/64", flags: 0x44)) != nil)
        #expect(InterfaceAddress(addressContent("2001:db8::1/64", flags: 0x01)) != nil)
    }

    @Test("A prefix without bits does not make everybody a neighbour")
    func everywhere() {
        #expect(
            InterfaceAddress(addressContent("192.0.2.1/0"))?.network == Network("192.0.2.1/32"))
    }

    @Test("An address of the wrong length is none")
    func wrongLength() {
        #expect(InterfaceAddress([2, 24, 0, 0, 2, 0, 0, 0] + attribute(2, [192, 0, 2])) == nil)
        #expect(InterfaceAddress([10, 64, 0, 0, 2, 0, 0, 0] + attribute(1, [1, 2, 3, 4])) == nil)
        #expect(InterfaceAddress([7, 64, 0, 0, 2, 0, 0, 0] + attribute(1, [1, 2, 3, 4])) == nil)
    }
}

@Suite("Routes as rtnetlink tells them")
struct RouteMessageTests {
    @Test("The gateway of a default route, IPv4 and IPv6")
    func gateways() {
        #expect(
            Route(routeContent(with: gateway("192.0.2.254")))?.gateways == addresses("192.0.2.254"))
        let v6 = Route(routeContent(family: AddressFamily.v6, origin: 9, with: gateway("fe80::1")))
        #expect(v6?.gateways == addresses("fe80::1"))
    }

    @Test("All next hops of a multipath route but the dead ones; also an IPv6 one for IPv4")
    func multipath() {
        let via = attribute(18, host(UInt16(10)) + bytes(Address("fe80::9")))
        let route = Route(
            routeContent(
                with: attribute(
                    9,
                    hop(gateway("192.0.2.1")) + hop(flags: 1, gateway("192.0.2.2"))
                        + hop(gateway("192.0.2.3")) + hop(via))))
        #expect(route?.gateways == addresses("192.0.2.1", "192.0.2.3", "fe80::9"))
    }

    @Test("A route by a neighbour of the other family has a gateway as well (RFC 5549)")
    func via() {
        let via = attribute(18, host(UInt16(10)) + bytes(Address("fe80::9")))
        #expect(Route(routeContent(with: via))?.gateways == addresses("fe80::9"))
    }

    @Test("A default route that is dead, or leads nowhere, names no gateway")
    func dead() {
        #expect(Route(routeContent(flags: 1, with: gateway("192.0.2.1"))) == nil)
        #expect(Route(routeContent(type: 7, with: gateway("192.0.2.1"))) == nil)
        #expect(Route(routeContent()) == nil)
    }

    @Test("Routes to elsewhere say nothing of the host")
    func elsewhere() {
        #expect(Route(routeContent("198.51.100.0/24", with: gateway("192.0.2.1"))) == nil)
        #expect(Route(routeContent("198.51.100.0/24")) == nil)
        let v6 = routeContent(
            "2001:db8:7::/48", family: AddressFamily.v6, origin: 9, with: gateway("fe80::1"))
        #expect(Route(v6) == nil)
    }

    @Test("An announced IPv6 prefix is on the wire; one that somebody set by hand need not be")
    func announced() {
        func onLink(_ text: String, origin: UInt8) -> Network? {
            Route(routeContent(text, family: AddressFamily.v6, origin: origin))?.onLink
        }
        #expect(onLink("2001:db8:5::/64", origin: 9) == Network("2001:db8:5::/64"))
        #expect(onLink("2001:db8:5::/64", origin: 2) == Network("2001:db8:5::/64"))
        #expect(onLink("2001:db8:5::/64", origin: 4) == nil)
        #expect(onLink("fe80::/64", origin: 2) == nil)
        #expect(onLink("ff00::/8", origin: 2) == nil)
    }
}

@Suite("Sockets as sock_diag tells them")
struct SocketMessageTests {
    @Test(
        "A server that others can reach",
        arguments: ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
    func reachable(_ address: String) throws {
        let socket = try #require(
            ListeningSocket(socketContent(address, port: 443, cookie: 1 << 40 | 5)))
        #expect(socket.port == ServedPort(ipProtocol: .tcp, port: 443))
        #expect(socket.address == Address(address))
        #expect(socket.cookie == 1 << 40 | 5)
        #expect(socket.isReachable)
    }

    @Test("A server that only this host can reach", arguments: ["127.0.0.1", "127.0.0.53", "::1"])
    func local(_ address: String) {
        #expect(ListeningSocket(socketContent(address, port: 53))?.isReachable == false)
    }

    @Test("A server that is bound to the loopback interface cannot be reached")
    func boundToLoopback() {
        let there = ListeningSocket(socketContent("0.0.0.0", port: 53, interface: 1))
        #expect(there?.isReachable == false)
        let elsewhere = ListeningSocket(socketContent("0.0.0.0", port: 53, interface: 2))
        #expect(elsewhere?.isReachable == true)
    }

    @Test("A socket without a port is none")
    func portless() { #expect(ListeningSocket(socketContent("0.0.0.0", port: 0)) == nil) }
}
