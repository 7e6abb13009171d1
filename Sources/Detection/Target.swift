// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What one packet asks for: a destination's port, ICMP type, or IP protocol.
struct Target {
    let host: Address
    let ipProtocol: IPProtocol
    /// The port; an ICMP type in the high byte; 0 otherwise.
    let selector: UInt16
    let hasPort: Bool
    /// Echo, which alone needs a sweep over many hosts to be a scan.
    let isEcho: Bool
    /// An ICMP question of any kind.
    let isICMPRequest: Bool
    /// Neither ICMP nor a protocol with ports: the protocol itself is the question.
    let isBareProtocol: Bool

    init(of event: PacketEvent) {
        host = event.destination
        ipProtocol = event.ipProtocol
        let isShort = event.traits.contains(.shortTransport)
        hasPort = event.ipProtocol.hasPorts && !isShort
        let isICMP = event.ipProtocol == (event.isV6 ? .icmpv6 : .icmp)
        let type = event.icmpType
        selector =
            isShort ? 0 : hasPort ? event.destinationPort : isICMP ? UInt16(type) << 8 : 0
        isEcho = isICMP && !isShort && type == (event.isV6 ? 128 : 8)
        isICMPRequest =
            isEcho
            || isICMP && !isShort
                && (event.isV6
                    ? ICMPMeaning(v6: type, code: 0) == .request
                    : ICMPMeaning(v4: type, code: 0) == .request)
        isBareProtocol = !event.ipProtocol.hasPorts && !isICMP
    }
}
