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
        let wire = Wire(event)
        let isShort = event.has(.shortTransport)
        hasPort = event.showsPorts
        let isMessage = wire == .icmp && !isShort
        let type = event.icmpType
        selector = hasPort ? event.destinationPort : isMessage ? UInt16(type) << 8 : 0
        isEcho = isMessage && type == (event.isV6 ? 128 : 8)
        isICMPRequest =
            isEcho
            || isMessage
                && (event.isV6
                    ? ICMPMeaning(v6: type, code: 0) == .request
                    : ICMPMeaning(v4: type, code: 0) == .request)
        isBareProtocol = !wire.hasPorts && wire != .icmp
    }
}
