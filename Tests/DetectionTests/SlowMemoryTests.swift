// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Detection

@Suite("The slow memory")
struct SlowMemoryTests {
    private let hour = 3600.0

    @Test(
        "One probe an hour, or every six, is found at the fifth target, from the first on",
        arguments: [1.0, 6, 24, 60])
    func slow(hours: Double) throws {
        let events = (1...9).map { tcp($0, at: Double($0) * hours * hour) }
        let found = findings(in: events)
        #expect(found.detected.count == 1)
        let scan = try #require(found.first)
        #expect(scan.event == .scanDetected)
        #expect(scan.time == events[4].time)
        #expect(scan.summary.start == events[0].time)
        #expect(scan.summary.targets == DistinctCount(5))
        #expect(scan.summary.packets == 5)
        #expect(found.ended.map(\.summary.targets) == [DistinctCount(9)])
    }
}
