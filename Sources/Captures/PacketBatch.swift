// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Packets that were read one after the other, with their first bytes, kept until the next are
/// read: whoever knows which come next can have their memory fetched meanwhile.
///
/// Bound: ``capacity`` packets of ``PacketEvent/keptBytes`` bytes.
package struct PacketBatch: ~Copyable {
    package static let capacity = 32

    private var kept = ContiguousArray<PacketEvent>()
    private var bytes = [UInt8]()
    /// Where each packet's bytes end.
    private var ends = ContiguousArray<Int>()

    package init() {
        kept.reserveCapacity(PacketBatch.capacity)
        ends.reserveCapacity(PacketBatch.capacity)
        bytes.reserveCapacity(PacketBatch.capacity * PacketEvent.keptBytes)
    }

    package var count: Int { kept.count }
    package var isEmpty: Bool { kept.isEmpty }

    package var events: Span<PacketEvent> {
        @_lifetime(borrow self)
        get { kept.span }
    }

    /// The first bytes of a packet; none where the input is text.
    @_lifetime(borrow self)
    package func packet(_ index: Int) -> RawSpan {
        bytes.span.bytes(from: index > 0 ? ends[index - 1] : 0, to: ends[index])
    }

    mutating func removeAll() {
        kept.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func append(_ event: PacketEvent, _ packet: RawSpan) {
        kept.append(event)
        let span = Span<UInt8>(_bytes: packet)
        bytes.append(addingCapacity: span.count) { room in
            for index in span.indices { room.append(span[index]) }
        }
        ends.append(bytes.count)
    }
}
