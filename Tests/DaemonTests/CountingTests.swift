// SPDX-License-Identifier: GPL-3.0-or-later

import Detection
import NFLog
import Packets
import Testing

@testable import Daemon

@Suite("Counts and rates")
struct CountingTests {
    @Test("Events are counted by group and grade")
    func counts() {
        var counts = EventCounts()
        for _ in 0..<3 { counts.add(.probe, group: 5) }
        counts.add(.late, group: 5)
        counts.add(.probe, group: nil)
        #expect(counts.events == 5)
        #expect(counts.count(.probe, group: 5) == 3)
        #expect(counts.count(.late, group: 5) == 1)
        #expect(counts.count(.probe, group: nil) == 1)
        #expect(counts.count(.probe, group: 6) == 0)
        #expect(counts.total(.probe) == 4)
        #expect(counts.total(.martian) == 0)
    }

    @Test("Groups beyond the eighth share a row, and no event is lost in the total")
    func manyGroups() {
        var counts = EventCounts()
        for group: UInt16 in 0..<64 { counts.add(.probe, group: group) }
        #expect(counts.events == 64)
        #expect(counts.total(.probe) == 64)
        #expect(counts.count(.probe, group: 0) == 1)
    }

    @Test("Each grade has a place of its own")
    func grades() {
        var counts = EventCounts()
        for (index, grade) in Grade.allCases.enumerated() {
            for _ in 0...index { counts.add(grade, group: 5) }
        }
        #expect(
            Grade.allCases.map { counts.total($0) } == Array(1...Grade.allCases.count))
    }

    private func moment(_ seconds: Double) -> Timestamp {
        Timestamp(nanoseconds: Int64(seconds * 1e9))
    }

    @Test("A steady stream has its rate, over any number of seconds")
    func rate() {
        var rates = RateHistory()
        for tick in 0...1000 { rates.note(events: tick * 25, at: moment(Double(tick) / 4)) }
        for seconds in [1, 10, 60] {
            let rate = rates.perSecond(over: seconds, before: moment(250))
            #expect(abs(rate - 100) < 3, "\(seconds) s: \(rate)")
        }
    }

    @Test("A burst is gone from the rate when its seconds are over")
    func burst() {
        var rates = RateHistory()
        for second in 0...5 { rates.note(events: second * 1000, at: moment(Double(second))) }
        rates.note(events: 5000, at: moment(6))
        #expect(rates.perSecond(over: 1, before: moment(30)) == 0)
        #expect(rates.perSecond(over: 60, before: moment(30)) > 0)
    }

    @Test("A clock set back begins the history anew, and no rate is negative")
    func clockBack() {
        var rates = RateHistory()
        for second in 0...100 { rates.note(events: second * 10, at: moment(Double(second) + 1000)) }
        for second in 0...20 {
            rates.note(events: 1010 + second * 10, at: moment(Double(second)))
        }
        let rate = rates.perSecond(over: 10, before: moment(20))
        #expect(abs(rate - 10) < 2, "\(rate)")
    }

    @Test("Nothing noted is no rate")
    func empty() {
        #expect(RateHistory().perSecond(over: 10, before: moment(5)) == 0)
    }

    @Test("The registry gives an origin one number, whoever asks")
    func registry() async {
        let registry = OriginRegistry()
        let numbers = await withTaskGroup(of: [OriginID].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<100).map { registry.intern(Origin(prefix: "P\($0)")) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(numbers).count == 1)
        #expect(registry.snapshot.origins.count == 101)
        for id in numbers[0] { #expect(registry.intern(registry.snapshot[id]) == id) }
    }

    @Test("What stops the reader, and what is asked of it, is seen once")
    func progress() {
        let progress = ReaderProgress()
        #expect(!progress.isStopping)
        progress.stop()
        #expect(progress.isStopping)
        #expect(progress.takeChanges().isEmpty)
        for group: UInt16 in [7, 8] {
            progress.ask(
                for: ReaderProgress.Change(groups: [], leave: [group], join: Handover([])))
        }
        #expect(progress.takeChanges().map(\.leave) == [[7], [8]])
        #expect(progress.takeChanges().isEmpty)
        #expect(progress.gap == 0)
    }

    @Test("A handed over value is taken once")
    func handover() {
        let handover = Handover([1, 2])
        #expect(handover.take() == [1, 2])
        #expect(handover.take() == nil)
    }
}
