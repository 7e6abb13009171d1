// SPDX-License-Identifier: GPL-3.0-or-later

import Captures
import Decisions
import Packets

/// The packets of several captures in one order, as they came: what a daemon has kept of scans that
/// went on at the same time.
struct MergedPackets {
    private var events = ContiguousArray<PacketEvent>()
    private var bytes: [UInt8] = []
    private var ends = ContiguousArray<Int>()

    var count: Int { events.count }

    mutating func append(_ event: PacketEvent, _ packet: RawSpan) {
        events.append(event)
        let span = Span<UInt8>(_bytes: packet)
        bytes.append(addingCapacity: span.count) { room in
            for index in span.indices { room.append(span[index]) }
        }
        ends.append(bytes.count)
    }

    /// Hands all over by time, and a packet that several captures have only once.
    func play(_ body: (PacketEvent, RawSpan) throws -> Void) rethrows {
        let order = events.indices.sorted { (events[$0].time, $0) < (events[$1].time, $1) }
        // Of one moment, where packets may be the same.
        var moment: [Int] = []
        for index in order {
            if let last = moment.last, events[last].time != events[index].time {
                moment.removeAll(keepingCapacity: true)
            }
            if moment.contains(where: { isSame($0, index) }) { continue }
            moment.append(index)
            let range = range(index)
            try body(events[index], RawSpan(_elements: bytes.span).extracting(range))
        }
    }

    private func isSame(_ one: Int, _ other: Int) -> Bool {
        events[one] == events[other] && bytes[range(one)] == bytes[range(other)]
    }

    private func range(_ index: Int) -> Range<Int> {
        (index > 0 ? ends[index - 1] : 0)..<ends[index]
    }
}

extension Replay {
    /// Reads all files, then plays their packets by time.
    ///
    /// Bound: memory for all packets, 64 bytes and the first 192 of each.
    /// Returns: why a file could not be read on; what was read of it and the others was played.
    mutating func readByTime(
        paths: [String], options: (String) -> CaptureOptions, carryOut: (Decision) throws -> Void
    ) throws -> CaptureError? {
        var packets = MergedPackets()
        var failure: CaptureError?
        for path in paths {
            do {
                try gather(path: path, options: options(path), into: &packets)
            } catch let error as CaptureError {
                failure = failure ?? error
            }
        }
        try play(packets, carryOut: carryOut)
        return failure
    }
}
