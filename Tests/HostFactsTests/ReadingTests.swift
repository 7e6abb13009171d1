// SPDX-License-Identifier: GPL-3.0-or-later

import CNetfilter
import Packets
import Testing

@testable import HostFacts

@Suite("What the host says of itself")
struct ReadingTests {
    private func reading(_ texts: [String], _ routes: [[UInt8]] = []) -> HostReading {
        var reading = HostReading()
        reading.take(
            addresses: texts.compactMap { InterfaceAddress(addressContent($0)) },
            routes: routes.compactMap { Route($0) })
        return reading
    }

    @Test("Own addresses are all but the loopback's; home are their networks")
    func ordinary() {
        let reading = reading([
            "127.0.0.1/8", "::1/128", "198.51.100.7/25", "192.0.2.1/24", "2001:db8::1/64",
            "fe80::1/64",
        ])
        #expect(
            reading.ownAddresses
                == addresses("192.0.2.1", "198.51.100.7", "2001:db8::1", "fe80::1"))
        #expect(
            reading.homeNetworks
                == networks("192.0.2.0/24", "198.51.100.0/25", "2001:db8::/64"))
    }

    @Test("A network inside another one is that one's")
    func nested() {
        let reading = reading(["192.0.2.1/32", "192.0.2.9/24", "192.0.2.200/30", "192.0.3.1/24"])
        #expect(reading.homeNetworks == networks("192.0.2.0/24", "192.0.3.0/24"))
        #expect(reading.ownAddresses.count == 4)
    }

    @Test("On a point-to-point link both ends are home")
    func peer() {
        var reading = HostReading()
        let link = InterfaceAddress(addressContent("192.0.2.1/32", peer: "198.51.100.1"))
        reading.take(addresses: [link].compactMap { $0 }, routes: [])
        #expect(reading.homeNetworks == networks("192.0.2.1/32", "198.51.100.1/32"))
        #expect(reading.ownAddresses == addresses("192.0.2.1"))
    }

    @Test("Gateways of all default routes, each once; and a prefix that only a route tells of")
    func routes() {
        let reading = reading(
            ["2001:db8:5::77/128"],
            [
                routeContent(with: gateway("192.0.2.254")),
                routeContent(with: gateway("192.0.2.254")),
                routeContent(family: AddressFamily.v6, origin: 9, with: gateway("fe80::1")),
                routeContent("2001:db8:5::/64", family: AddressFamily.v6, origin: 9),
            ])
        #expect(reading.gateways == addresses("192.0.2.254", "fe80::1"))
        #expect(reading.homeNetworks == networks("2001:db8:5::/64"))
    }

    @Test("However many addresses there are, what is kept has a bound")
    func bounds() {
        let many = (0..<40_000).compactMap { number in
            InterfaceAddress(
                addressContent("\(Address(v4: 0x0a00_0000 + UInt32(number) * 2))/32"))
        }
        var reading = HostReading()
        reading.take(addresses: many, routes: [])
        #expect(reading.ownAddresses.count == HostReading.addressLimit)
        #expect(reading.homeNetworks.count == HostReading.networkLimit)
    }

    @Test(
        "The ports that clients are given are the kernel's; on a router all that clients have",
        arguments: [
            ("32768\t60999\n", "0\n", 32768...60999), ("1024 2047", "0", 1024...2047),
            ("32768\t60999\n", "1\n", 32768...65535), ("20000 30000", "1", 20000...65535),
            ("", "0", 32768...65535), ("9 8", "0", 32768...65535), ("1 2 3", "0", 32768...65535),
            ("70000 80000", "0", 32768...65535), ("0 65535", "0", 0...65535),
        ] as [(String, String, ClosedRange<UInt16>)])
    func clientPorts(_ text: String, _ forwards: String, _ range: ClosedRange<UInt16>) {
        #expect(PortRange.range(text, forwards: ["0\n", forwards]) == range)
        #expect(PortRange.range(text, forwards: [forwards, ""]) == range)
    }
}

@Suite("Errors of the host")
struct HostErrorTests {
    @Test("An error says what cannot be done, why, and which settings take the host's place")
    func words() {
        #expect(
            HostError(.readAddresses, errno: 11).description
                == "cannot read this host's addresses (rtnetlink): Resource temporarily "
                + "unavailable. Set detection.own-addresses and detection.home-networks in the "
                + "settings.")
        #expect(
            HostError(.readSockets, errno: 1).description
                == "cannot read which ports this host serves (sock_diag): Operation not "
                + "permitted. Set detection.served-ports in the settings.")
    }
}

@Suite("Which sockets are servers")
struct CensusTests {
    private func socket(
        _ port: UInt16, _ ipProtocol: IPProtocol, cookie: UInt64 = 1, at address: String = "0.0.0.0"
    ) -> ListeningSocket? {
        ListeningSocket(socketContent(address, port: port, cookie: cookie), ipProtocol)
    }

    private func take(
        _ census: inout ListenerCensus, _ sockets: ListeningSocket?...
    ) -> [UInt16] {
        census.take(sockets.compactMap { $0 }, clientPorts: 32768...60999)
            .map(\.port).sorted()
    }

    @Test("What is there at the start counts, but not what others cannot reach")
    func start() {
        var census = ListenerCensus()
        let served = take(
            &census, socket(22, .tcp), socket(51820, .udp), socket(53, .udp, at: "127.0.0.53"))
        #expect(served == [22, 51820])
    }

    @Test("A server's port counts at once, and is gone at once")
    func atOnce() {
        var census = ListenerCensus()
        _ = take(&census)
        #expect(take(&census, socket(8080, .tcp), socket(53, .udp)) == [53, 8080])
        #expect(take(&census, socket(53, .udp)) == [53])
    }

    @Test("Where clients' ports are, a socket counts when it is met a second time")
    func momentary() {
        var census = ListenerCensus()
        _ = take(&census)
        #expect(take(&census, socket(51820, .udp), socket(40000, .tcp, cookie: 2)) == [])
        #expect(take(&census, socket(51820, .udp), socket(40000, .tcp, cookie: 3)) == [51820])
    }

    @Test("A resolver's sockets, another one at each look, are never servers")
    func resolver() {
        var census = ListenerCensus()
        _ = take(&census)
        for cookie in 10..<20 as Range<UInt64> {
            #expect(take(&census, socket(5353, .udp, cookie: cookie)) == [])
        }
    }
}

@Suite("Numbers of the C headers")
struct HeaderTests {
    @Test("Types, flags and attributes are those of the kernel's headers")
    func numbers() {
        #expect(MessageType.error == UInt16(NLMSG_ERROR))
        #expect(MessageType.done == UInt16(NLMSG_DONE))
        #expect(MessageType.link == UInt16(RTM_NEWLINK))
        #expect(MessageType.address == UInt16(RTM_NEWADDR))
        #expect(MessageType.addresses == UInt16(RTM_GETADDR))
        #expect(MessageType.route == UInt16(RTM_NEWROUTE))
        #expect(MessageType.removedRoute == UInt16(RTM_DELROUTE))
        #expect(MessageType.routes == UInt16(RTM_GETROUTE))
        #expect(MessageType.sockets == UInt16(SOCK_DIAG_BY_FAMILY))
        #expect(MessageFlag.dump == picket_dump_flags())
        #expect(MessageFlag.interrupted == UInt16(NLM_F_DUMP_INTR))
        #expect(Datagram.typeMask == picket_attribute_type_mask())
        #expect(Route.kernel == UInt8(RTPROT_KERNEL))
        #expect(Route.advertised == UInt8(RTPROT_RA))
        #expect(AddressFamily.v4 == UInt8(AF_INET) && AddressFamily.v6 == UInt8(AF_INET6))
    }

    @Test("Requests and answers are as long as the kernel's structures")
    func lengths() {
        let header = MemoryLayout<nlmsghdr>.size
        #expect(Datagram.headerLength == header)
        #expect(
            Request.addresses.bytes(sequence: 1).count == header + MemoryLayout<ifaddrmsg>.size)
        #expect(
            Request.routes(family: 2).bytes(sequence: 1).count
                == header + MemoryLayout<rtmsg>.size)
        #expect(
            Request.sockets(family: 2, ipProtocol: .tcp).bytes(sequence: 1).count
                == header + MemoryLayout<inet_diag_req_v2>.size)
        #expect(socketContent("0.0.0.0", port: 1).count == MemoryLayout<inet_diag_msg>.size)
    }
}
