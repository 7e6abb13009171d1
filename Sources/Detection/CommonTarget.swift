// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What one packet asks for, as far as several sources can have it in common.
struct CommonTarget: BitwiseCopyable {
    var host: Address
    /// The port; an ICMP type in the high byte; 0 otherwise.
    var selector: UInt16
    var ipProtocol: UInt8
    var traits: UInt8

    static let probe: UInt8 = 1
    static let port: UInt8 = 2
    /// Echo, which alone needs a sweep over many hosts to be a scan.
    static let echo: UInt8 = 4
    /// An ICMP question of any kind.
    static let icmpRequest: UInt8 = 8
    /// Neither ICMP nor a protocol with ports: the protocol itself is the question.
    static let bareProtocol: UInt8 = 16

    init(of event: PacketEvent, isProbe: Bool) {
        host = event.destination
        ipProtocol = event.ipProtocol.rawValue
        var traits = isProbe ? CommonTarget.probe : 0
        let wire = Wire(event)
        if wire == .icmp {
            selector = event.has(.shortTransport) ? 0 : event.destinationPort & 0xff00
            if !event.has(.shortTransport) {
                traits |= CommonTarget.question(event.icmpType, isV6: event.isV6)
            }
        } else if wire.hasPorts {
            selector = event.has(.shortTransport) ? 0 : event.destinationPort
            if !event.has(.shortTransport) { traits |= CommonTarget.port }
        } else {
            selector = 0
            traits |= CommonTarget.bareProtocol
        }
        self.traits = traits
    }

    init(
        host: Address = .unspecified, selector: UInt16 = 0, ipProtocol: UInt8 = 0, traits: UInt8 = 0
    ) {
        self.host = host
        self.selector = selector
        self.ipProtocol = ipProtocol
        self.traits = traits
    }

    private static func question(_ type: UInt8, isV6: Bool) -> UInt8 {
        if type == (isV6 ? 128 : 8) { return echo | icmpRequest }
        let meaning = isV6 ? ICMPMeaning(v6: type, code: 0) : ICMPMeaning(v4: type, code: 0)
        return meaning == .request ? icmpRequest : 0
    }

    func has(_ trait: UInt8) -> Bool { traits & trait != 0 }

    var hasPort: Bool { has(CommonTarget.port) }

    /// What it weighs. Unit: quarters of a probe's target.
    var quarters: UInt16 { has(CommonTarget.probe) ? 4 : 1 }

    /// Protocol and selector in one number.
    var salt: UInt64 { UInt64(ipProtocol) << 16 | UInt64(selector) }

    var transport: TransportClass {
        switch ipProtocol {
        case 6: .tcp
        case 17: .udp
        case 1, 58: has(CommonTarget.bareProtocol) ? .other : .icmp
        default: .other
        }
    }
}
