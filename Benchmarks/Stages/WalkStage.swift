// SPDX-License-Identifier: GPL-3.0-or-later

import NFLog
import Packets

/// Netlink datagrams taken apart, packets parsed; each alone, and one inside the other.
enum WalkStage {
    static func walk(_ events: Int) -> Measured {
        over(events) { message, found in
            found &+= message.payload.byteCount &+ Int(message.interfaceIn)
        }
    }

    static func walkAndParse(_ events: Int) -> Measured {
        over(events) { message, found in
            guard let stamp = message.timestamp else { return }
            let parsed = PacketEvent.parsing(
                message.payload, version: nil,
                time: Timestamp(seconds: stamp.seconds, nanoseconds: stamp.nanoseconds))
            found &+= Int(parsed.event.destinationPort) &+ Int(parsed.event.tcpOptions.rawValue)
        }
    }

    static func parse(_ events: Int) -> Measured {
        var traffic = Traffic(.flood, sources: 65_536)
        var packets: [UInt8] = []
        var ranges: [Range<Int>] = []
        for _ in 0..<1024 {
            let packet = traffic.packet()
            ranges.append(packets.count..<packets.count + packet.count)
            packets += packet
        }
        return Measured.around(events: events) {
            let bytes = RawSpan(_elements: packets.span)
            var found = 0
            for number in 0..<events {
                let parsed = PacketEvent.parsing(
                    bytes.extracting(ranges[number & 1023]),
                    time: Timestamp(nanoseconds: Int64(number)))
                found &+= Int(parsed.event.destinationPort) &+ Int(parsed.event.tcpOptions.rawValue)
            }
            return found
        }
    }

    private static func over(
        _ events: Int, _ body: (borrowing LogMessage, inout Int) -> Void
    ) -> Measured {
        var traffic = Traffic(.flood, sources: 65_536)
        let datagrams = Datagrams(&traffic)
        let rounds = max(1, events / datagrams.messages)
        return Measured.around(events: rounds * datagrams.messages) {
            let walker = DatagramWalker()
            var found = 0
            for _ in 0..<rounds {
                for bytes in datagrams.all {
                    walker.walk(RawSpan(_elements: bytes.span)) { body($0, &found) }
                }
            }
            return found
        }
    }
}
