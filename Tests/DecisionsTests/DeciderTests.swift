// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Detection
import Packets
import Testing

@Suite("Decisions")
struct DeciderTests {
    @Test("Decisions are numbered from 1 without a hole, losses among them")
    func numbers() throws {
        var decider = Decider()
        let finding = Finding(
            event: .scanDetected, time: momentOfThePost, summary: try summary())
        let first = decider.decide(finding, origin: Origin(), loss: LossCounts())
        let second = decider.decide(loss: LossCounts(gap: 1), at: momentOfThePost)
        let third = decider.decide(finding, origin: Origin(), loss: LossCounts(gap: 1))
        #expect([first.sequence, second?.sequence, third.sequence] == [1, 2, 3])
        var later = Decider(firstSequence: 17)
        let seventeenth = later.decide(finding, origin: Origin(), loss: LossCounts())
        #expect(seventeenth.sequence == 17)
    }

    @Test("A finding becomes the action, the level, the place and the loss of its decision")
    func fields() throws {
        let loss = LossCounts(gap: 3, drop: 2, refused: 1)
        let scan = try summary(level: 3)
        let escalated = decision(.scanEscalated, scan, loss: loss)
        #expect(escalated.action == .scanEscalated)
        #expect(escalated.level == 3)
        #expect(escalated.scan == scan)
        #expect(escalated.origin == originOfThePost)
        #expect(escalated.loss == loss)
        #expect(escalated.time == momentOfThePost)
        #expect(decision(.scanDetected, scan).action == .scanDetected)
        let ended = decision(.scanEnded(.memoryFull), scan)
        #expect(ended.action == .scanEnded)
        #expect(ended.ending == .memoryFull)
    }

    @Test("Repeated attempts are level 1 at most, also of a source that scans")
    func attemptsLevel() throws {
        for (level, expected) in [(0, 0), (1, 1), (3, 1)] {
            let attempts = decision(.attemptsRepeated(packets: 65), try summary(level: level))
            #expect(attempts.level == expected)
            #expect(attempts.attempts == 65)
        }
    }

    @Test("A level outside 0 to 5 is brought inside")
    func clampedLevel() throws {
        #expect(decision(.scanDetected, try summary(level: 9)).level == 5)
        #expect(decision(.scanDetected, try summary(level: -1)).level == 0)
    }

    @Test("The first loss is told at once, later ones at most once a minute, with the total")
    func throttle() {
        var decider = Decider()
        let first = decider.decide(loss: LossCounts(gap: 10), at: momentOfThePost)
        #expect(first?.action == .loss)
        #expect(first?.level == 0)
        #expect(first?.reason == "10 events were lost, 10 in the kernel; 10 since the start")
        for second in 1...59 {
            let loss = LossCounts(gap: 10 + UInt64(second))
            let tooSoon = decider.decide(loss: loss, at: momentOfThePost.plus(.seconds(second)))
            #expect(tooSoon == nil)
        }
        let next = decider.decide(
            loss: LossCounts(gap: 69, drop: 1), at: momentOfThePost.plus(.seconds(60)))
        #expect(
            next?.reason
                == "60 events were lost, 59 in the kernel and 1 in the ring; 70 since the start")
        #expect(next?.loss == LossCounts(gap: 69, drop: 1))
        #expect(next?.scan == nil)
    }

    @Test("Without new losses there is nothing to tell, however long it takes")
    func quiet() {
        var decider = Decider()
        let none = decider.decide(loss: LossCounts(), at: momentOfThePost)
        let one = decider.decide(loss: LossCounts(drop: 1), at: momentOfThePost)
        let later = momentOfThePost.plus(.seconds(7200))
        let again = decider.decide(loss: LossCounts(drop: 1), at: later)
        #expect(none == nil)
        #expect(one != nil)
        #expect(again == nil)
    }

    @Test("Refused packets alone are never a loss")
    func refused() {
        var decider = Decider()
        let during = decider.decide(loss: LossCounts(refused: 1000), at: momentOfThePost)
        let atTheEnd = decider.finish(loss: LossCounts(refused: 1000), at: momentOfThePost)
        #expect(during == nil)
        #expect(atTheEnd == nil)
    }

    @Test("At the end what the throttle held back is told, once")
    func finish() {
        var decider = Decider()
        _ = decider.decide(loss: LossCounts(gap: 10), at: momentOfThePost)
        let held = decider.decide(loss: LossCounts(gap: 11), at: momentOfThePost)
        let last = decider.finish(loss: LossCounts(gap: 11), at: momentOfThePost)
        let once = decider.finish(loss: LossCounts(gap: 11), at: momentOfThePost)
        #expect(held == nil)
        #expect(last?.reason == "1 event was lost, 1 in the kernel; 11 since the start")
        #expect(once == nil)
    }

    @Test("A clock that is set back does not silence losses")
    func clockSetBack() {
        var decider = Decider()
        _ = decider.decide(loss: LossCounts(gap: 1), at: momentOfThePost)
        let earlier = momentOfThePost.plus(.seconds(-86400))
        let told = decider.decide(loss: LossCounts(gap: 2), at: earlier)
        let throttled = decider.decide(
            loss: LossCounts(gap: 3), at: earlier.plus(.seconds(30)))
        #expect(told != nil)
        #expect(throttled == nil)
    }

    @Test("Counters at the end of their range do not trap")
    func extremes() {
        var decider = Decider(lossInterval: .seconds(Int64.max), firstSequence: .max)
        let all = LossCounts(gap: .max, drop: .max, refused: .max)
        let first = decider.decide(loss: all, at: Timestamp(nanoseconds: .max))
        let fewer = decider.decide(loss: LossCounts(), at: Timestamp(nanoseconds: .min))
        let last = decider.finish(loss: all, at: Timestamp(nanoseconds: .min))
        #expect(first?.sequence == .max)
        #expect(fewer == nil)
        #expect(last == nil)
    }
}
