// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@testable import Daemon

@Suite("Complaints")
struct ComplaintsTests {
    private struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    private func moment(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    @Test("The first is told at once, the next within a minute are counted, and then told as one")
    func throttle() {
        let told = LoggedLines()
        let complaints = Complaints(log: told.log)
        for second in 0..<60 {
            complaints.tell("table", Trouble(description: "disk full"), at: moment(Int64(second)))
        }
        #expect(told.lines == ["error: disk full [:]"])
        complaints.tell("table", Trouble(description: "disk full"), at: moment(60))
        #expect(told.lines.count == 2)
        #expect(told.lines.last?.contains("61") == true)
    }

    @Test("One subject does not silence another, nor does a clock that is set back")
    func apart() {
        let told = LoggedLines()
        let complaints = Complaints(log: told.log)
        complaints.tell("table", Trouble(description: "disk full"), at: moment(1000))
        complaints.tell("reader", Trouble(description: "no socket"), at: moment(1000))
        complaints.tell("table", Trouble(description: "disk full"), at: moment(10))
        #expect(told.lines.count == 3)
    }
}
