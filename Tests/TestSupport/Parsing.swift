// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Timestamp {
    /// 2024-01-01T00:00:00Z: when packets of tests arrive that do not say when.
    package static let testStart = Timestamp(seconds: 1_704_067_200)
}

/// What the parser makes of a test's packet.
package func parse(
    _ packet: [UInt8], version: UInt8? = nil, time: Timestamp = .testStart,
    origin: OriginID = .unknown, traits: PacketTraits = []
) -> ParsedPacket {
    PacketEvent.parsing(
        RawSpan(_elements: packet.span), version: version, time: time, origin: origin,
        traits: traits)
}

/// The event of a test's packet: `event(tcp(port: 80))`.
package func event(
    _ packet: [UInt8], time: Timestamp = .testStart, origin: OriginID = .unknown,
    traits: PacketTraits = []
) -> PacketEvent {
    parse(packet, time: time, origin: origin, traits: traits).event
}
