// SPDX-License-Identifier: GPL-3.0-or-later

/// An IP protocol number.
///
/// Source: IANA, Assigned Internet Protocol Numbers.
@usableFromInline package struct IPProtocol: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    @usableFromInline package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable package static var icmp: IPProtocol { IPProtocol(rawValue: 1) }
    @inlinable package static var igmp: IPProtocol { IPProtocol(rawValue: 2) }
    @inlinable package static var tcp: IPProtocol { IPProtocol(rawValue: 6) }
    @inlinable package static var udp: IPProtocol { IPProtocol(rawValue: 17) }
    @inlinable package static var dccp: IPProtocol { IPProtocol(rawValue: 33) }
    @inlinable package static var gre: IPProtocol { IPProtocol(rawValue: 47) }
    @inlinable package static var esp: IPProtocol { IPProtocol(rawValue: 50) }
    @inlinable package static var ah: IPProtocol { IPProtocol(rawValue: 51) }
    @inlinable package static var icmpv6: IPProtocol { IPProtocol(rawValue: 58) }
    @inlinable package static var sctp: IPProtocol { IPProtocol(rawValue: 132) }
    @inlinable package static var udpLite: IPProtocol { IPProtocol(rawValue: 136) }

    /// Whether packets of it carry source and destination ports.
    package var hasPorts: Bool {
        self == .tcp || self == .udp || self == .udpLite || self == .sctp || self == .dccp
    }

    package var isICMP: Bool { self == .icmp || self == .icmpv6 }
}

extension IPProtocol: CustomStringConvertible {
    /// The name as ECS `network.transport` writes it; the bare number for the rest.
    @usableFromInline package var description: String {
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
