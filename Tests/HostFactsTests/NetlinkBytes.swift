// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

@testable import HostFacts

/// Builders of netlink bytes as the kernel writes them.

/// One attribute, padded to four bytes.
func attribute(_ type: UInt16, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
    let length = UInt16(truncatingIfNeeded: length ?? value.count + 4)
    let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    return host(length) + host(type) + value + padding
}

/// A netlink message with its header.
func message(
    type: UInt16, flags: UInt16 = 0, sequence: UInt32 = 9, _ content: [UInt8], length: Int? = nil
) -> [UInt8] {
    let length = UInt32(truncatingIfNeeded: length ?? content.count + 16)
    return host(length) + host(type) + host(flags) + host(sequence) + host(UInt32(0)) + content
}

let endOfDump = message(type: MessageType.done, flags: 2, host(UInt32(0)))

/// The attribute's bytes of an address.
func bytes(_ address: Address) -> [UInt8] {
    address.isV4 ? network(address.v4Bits) : network(address.high) + network(address.low)
}

/// The content of an RTM_NEWADDR: `192.0.2.1/24` on interface 2.
func addressContent(
    _ text: String, peer: String? = nil, flags: UInt8 = 0x80, local: Bool = true
) -> [UInt8] {
    let parts = text.split(separator: "/")
    let own = Address(String(parts[0])) ?? .unspecified
    let far = peer.flatMap { Address($0) } ?? own
    let family = own.isV4 ? AddressFamily.v4 : AddressFamily.v6
    return [family, UInt8(parts[1]) ?? 0, flags, 0] + host(UInt32(2))
        + attribute(1, bytes(far)) + (local ? attribute(2, bytes(own)) : [])
        + attribute(3, Array("eth0".utf8) + [0]) + attribute(8, host(UInt32(flags)))
}

/// The content of an RTM_NEWROUTE.
func routeContent(
    _ destination: String = "default", family: UInt8 = AddressFamily.v4, origin: UInt8 = 3,
    type: UInt8 = 1, flags: UInt32 = 0, with attributes: [UInt8]...
) -> [UInt8] {
    let parts = destination.split(separator: "/")
    let target = parts.count == 2 ? Address(String(parts[0])) : nil
    let width = parts.count == 2 ? UInt8(parts[1]) ?? 0 : 0
    return [family, width, 0, 0, 254, origin, 0, type] + host(flags)
        + (target.map { attribute(1, bytes($0)) } ?? []) + attributes.flatMap { $0 }
}

/// RTA_GATEWAY.
func gateway(_ text: String) -> [UInt8] {
    attribute(5, bytes(Address(text) ?? .unspecified))
}

/// struct rtnexthop with its attributes.
func hop(flags: UInt8 = 0, _ attributes: [UInt8]) -> [UInt8] {
    host(UInt16(8 + attributes.count)) + [flags, 0] + host(UInt32(2)) + attributes
}

/// The content of a struct inet_diag_msg.
func socketContent(
    _ address: String, port: UInt16, state: UInt8 = 10, interface: UInt32 = 0, cookie: UInt64 = 7
) -> [UInt8] {
    let own = Address(address) ?? .unspecified
    let isV4 = own.isV4
    let source = bytes(own) + [UInt8](repeating: 0, count: isV4 ? 12 : 0)
    return [isV4 ? AddressFamily.v4 : AddressFamily.v6, state, 0, 0] + network(port)
        + network(UInt16(0)) + source + [UInt8](repeating: 0, count: 16) + host(interface)
        + host(UInt32(truncatingIfNeeded: cookie)) + host(UInt32(truncatingIfNeeded: cookie >> 32))
        + [UInt8](repeating: 0, count: 20)
}

func host<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { network(number).reversed() }

func network<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: number >> Number($0))
    }
}

func addresses(_ texts: String...) -> [Address] { texts.compactMap { Address($0) } }
func networks(_ texts: String...) -> [Network] { texts.compactMap { Network($0) } }

extension InterfaceAddress {
    init?(_ content: [UInt8]) { self.init(content.span) }
}

extension Route {
    init?(_ content: [UInt8]) { self.init(content.span) }
}

extension ListeningSocket {
    init?(_ content: [UInt8], _ ipProtocol: IPProtocol = .tcp) {
        self.init(content.span, ipProtocol: ipProtocol)
    }
}
