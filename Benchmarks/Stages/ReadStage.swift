// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Daemon
import NFLog
import Packets
import Ring

/// The reader's whole work on a message, as the daemon does it: walk, origin, parse, push.
enum ReadStage {
    static func run(_ events: Int) throws -> Measured {
        var traffic = Traffic(.flood, sources: 65_536)
        let datagrams = Datagrams(&traffic)
        let ring = try EventRing(capacity: 1 << 16)
        var producer = ring.makeProducer()
        var consumer = ring.makeConsumer()
        let interfaces = try InterfaceNames.open()
        let registry = OriginRegistry()
        let walker = DatagramWalker()
        var reader = MessageReader(group: GroupSettings(group: 5))
        let rounds = max(1, events / datagrams.messages)
        return Measured.around(events: rounds * datagrams.messages) {
            var found = 0
            for _ in 0..<rounds {
                for bytes in datagrams.all {
                    var now: Timestamp?
                    walker.walk(RawSpan(_elements: bytes.span)) { message in
                        reader.read(
                            message, now: &now, interfaces: interfaces, registry: registry,
                            into: &producer)
                    }
                    producer.publish()
                    // Emptied without a look, so that the ring has room.
                    found &+= consumer.consume(upTo: 4096) { _, _ in }
                }
            }
            return found
        }
    }
}
