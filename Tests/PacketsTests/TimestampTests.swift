// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test("Seconds and nanoseconds add up")
    func sum() {
        #expect(Timestamp(seconds: 2, nanoseconds: 5).nanoseconds == 2_000_000_005)
        #expect(Timestamp(seconds: -1, nanoseconds: 999_999_999).nanoseconds == -1)
    }

    @Test("What is out of range is the range's end, and nothing traps")
    func saturation() {
        #expect(Timestamp(seconds: .max).nanoseconds == .max)
        #expect(Timestamp(seconds: .min).nanoseconds == .min)
        #expect(Timestamp(seconds: 9_223_372_036, nanoseconds: .max).nanoseconds == .max)
        #expect(Timestamp(seconds: -9_223_372_036, nanoseconds: .min).nanoseconds == .min)
        let first = Timestamp(nanoseconds: .min)
        let last = Timestamp(nanoseconds: .max)
        #expect(last.advanced(byNanoseconds: 1) == last)
        #expect(first.advanced(byNanoseconds: -1) == first)
        #expect(last.nanoseconds(since: first) == .max)
        #expect(first.nanoseconds(since: last) == .min)
        #expect(last.nanoseconds(since: last) == 0)
    }

    @Test("A clock that steps back gives a negative difference")
    func backwards() {
        let early = Timestamp(seconds: 10)
        let late = Timestamp(seconds: 12)
        #expect(early.nanoseconds(since: late) == -2_000_000_000)
        #expect(late.nanoseconds(since: early) == 2_000_000_000)
        #expect(early < late)
    }
}
