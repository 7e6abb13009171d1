// SPDX-License-Identifier: GPL-3.0-or-later

/// An IP protocol number.
///
/// Source: IANA, Assigned Internet Protocol Numbers.
package struct IPProtocol: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let icmp = IPProtocol(rawValue: 1)
    package static let igmp = IPProtocol(rawValue: 2)
    package static let tcp = IPProtocol(rawValue: 6)
    package static let udp = IPProtocol(rawValue: 17)
    package static let dccp = IPProtocol(rawValue: 33)
    package static let gre = IPProtocol(rawValue: 47)
    package static let esp = IPProtocol(rawValue: 50)
    package static let ah = IPProtocol(rawValue: 51)
    package static let icmpv6 = IPProtocol(rawValue: 58)
    package static let sctp = IPProtocol(rawValue: 132)
    package static let udpLite = IPProtocol(rawValue: 136)

    /// Whether packets of it carry source and destination ports.
    package var hasPorts: Bool {
        self == .tcp || self == .udp || self == .udpLite || self == .sctp || self == .dccp
    }

    package var isICMP: Bool { self == .icmp || self == .icmpv6 }
}

extension IPProtocol: CustomStringConvertible {
    /// The name as ECS `network.transport` writes it; the bare number for the rest.
    package var description: String {
        switch self {
        case .icmp: "icmp"
        case .igmp: "igmp"
        case .tcp: "tcp"
        case .udp: "udp"
        case .dccp: "dccp"
        case .gre: "gre"
        case .esp: "esp"
        case .ah: "ah"
        case .icmpv6: "ipv6-icmp"
        case .sctp: "sctp"
        case .udpLite: "udplite"
        default: String(rawValue)
        }
    }
}
