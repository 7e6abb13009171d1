// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets
import Review
import Testing

@Suite("Losses of a period")
struct LossTests {
    private func record(
        _ sequence: UInt64, at hours: Double, gap: UInt64, observer: String = "sid7"
    ) -> DecisionRecord {
        var record = DecisionRecord(time: hour(hours), action: "loss")
        record.sequence = sequence
        record.observer = observer
        record.loss = LossCounts(gap: gap)
        return record
    }

    @Test("What the counters went up by within the period was lost in it")
    func increase() {
        let figures = figures(
            of: [
                record(8, at: 1, gap: 100), record(9, at: 6, gap: 130), record(10, at: 7, gap: 150),
            ],
            from: hour(5), to: hour(24))
        #expect(figures.losses.counts.gap == 50)
        #expect(figures.losses.isComplete)
    }

    @Test("A run that begins anew counts from nothing, and earlier runs stay counted")
    func runs() {
        let figures = figures(of: [
            record(1, at: 1, gap: 10), record(2, at: 2, gap: 30), record(1, at: 3, gap: 5),
            record(2, at: 4, gap: 7),
        ])
        #expect(figures.losses.counts.gap == 37)
        #expect(figures.losses.isComplete)
    }

    @Test("Where a log begins in the middle of a run, what was lost before is not invented")
    func middle() {
        let figures = figures(of: [record(70, at: 1, gap: 1000), record(71, at: 2, gap: 1010)])
        #expect(figures.losses.counts.gap == 10)
        #expect(!figures.losses.isComplete)
        let text = ReportFormat.text.text(figures, offset: 0, version: "0")
        #expect(text.contains("at least 10 in the kernel"))
    }

    @Test("Each machine has its own counters")
    func machines() {
        let figures = figures(of: [
            record(1, at: 1, gap: 10), record(1, at: 1, gap: 20, observer: "sid8"),
            record(2, at: 2, gap: 11), record(2, at: 2, gap: 21, observer: "sid8"),
        ])
        #expect(figures.losses.counts.gap == 32)
        #expect(figures.observers == ["sid7", "sid8"])
    }

    @Test("A loss is said in every form")
    func said() {
        let figures = figures(of: [record(1, at: 1, gap: 1234)])
        for format in ReportFormat.allCases {
            let text = format.text(figures, offset: 0, version: "0")
            #expect(text.contains(format == .csv ? "lost,gap,1234" : "1,234 in the kernel"))
        }
    }
}
