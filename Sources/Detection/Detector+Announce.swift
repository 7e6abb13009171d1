// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Detector {
    /// How many events are announced at once at most.
    package static let announced = 32

    /// Tells which events come next, so that their memory is on its way when they do.
    ///
    /// Decides nothing: with or without it the findings are the same. Two passes over the events,
    /// first the index, then what it points to: within a pass no load waits for another, so the
    /// processor has many of them under way at once, where `observe` would wait for each.
    /// Bound: looks at the first ``announced`` events.
    package mutating func announce(_ events: Span<PacketEvent>) {
        let count = min(events.count, Detector.announced)
        var places = InlineArray<32, Int>(repeating: 0)
        var sum: UInt64 = 0
        for index in 0..<count {
            places[index] = table.place(of: grader.host.key(of: events[index].source))
            sum &+= table.slot(at: places[index])
        }
        for index in 0..<count {
            sum &+= table.touch(slot: table.slot(at: places[index]))
        }
        hint = sum
    }
}
