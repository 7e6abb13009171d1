// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Packets
import Testing

@testable import Decisions

@Suite("Times and lengths of time")
struct TimeTests {
    @Test(
        "Lengths are said in at most two units",
        arguments: [
            (0, "less than 1 ms"), (999_999, "less than 1 ms"), (1_000_000, "1 ms"),
            (250_000_000, "250 ms"), (999_400_000, "999 ms"), (999_600_000, "1 s"),
            (4_000_000_000, "4 s"), (4_200_000_000, "4.2 s"), (9_940_000_000, "9.9 s"),
            (9_960_000_000, "10 s"), (19_000_000_000, "19 s"), (59_400_000_000, "59 s"),
            (59_600_000_000, "1 min"), (120_000_000_000, "2 min"), (125_000_000_000, "2 min 5 s"),
            (3_599_600_000_000, "1 h"), (3_600_000_000_000, "1 h"),
            (12_000_000_000_000, "3 h 20 min"),
            (86_399_000_000_000, "1 d"), (187_200_000_000_000, "2 d 4 h"),
            (-5, "less than 1 ms"), (Int64.min, "less than 1 ms"),
            // 106,751 days, 23 hours and 47 minutes, rounded to the hour.
            (Int64.max, "106752 d"),
        ] as [(Int64, String)])
    func lengths(_ nanoseconds: Int64, _ text: String) {
        #expect(ReadableDuration(nanoseconds: nanoseconds).description == text)
    }

    @Test("A moment is written in UTC with microseconds, trimmed and not rounded")
    func rfc3339() {
        #expect(momentOfThePost.rfc3339 == "2010-10-25T13:16:38.341511Z")
        #expect(Timestamp(nanoseconds: 1_999).rfc3339 == "1970-01-01T00:00:00.000001Z")
        #expect(Timestamp(nanoseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999Z")
    }

    @Test("Local time states its distance from UTC")
    func local() {
        let madrid = CivilTime(momentOfThePost, offset: .seconds(7200))
        #expect("\(madrid.date) \(madrid.clock)\(madrid.zone)" == "2010-10-25 15:16:38+02:00")
        let newfoundland = CivilTime(momentOfThePost, offset: .seconds(-12600))
        #expect("\(newfoundland.clock)\(newfoundland.zone)" == "09:46:38-03:30")
        #expect(CivilTime(momentOfThePost).zone == "Z")
        #expect(CivilTime(momentOfThePost, offset: .seconds(Int64.max)).zone == "+18:00")
    }

    @Test(
        "Every moment that a timestamp can hold has the date that Foundation gives it",
        arguments: stride(from: -9_223_372_036, through: 9_223_372_036, by: 46_116_861).map { $0 })
    func calendar(_ seconds: Int) throws {
        let civil = CivilTime(Timestamp(seconds: Int64(seconds)))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        let components = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: Double(seconds)))
        #expect(
            [civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second] == [
                components.year, components.month, components.day, components.hour,
                components.minute, components.second,
            ])
    }

    @Test("Leap days are where they are, and the ends of time do not trap")
    func edges() {
        #expect(CivilTime(Timestamp(seconds: 951_782_400)).date == "2000-02-29")
        #expect(CivilTime(Timestamp(seconds: 1_078_012_800)).date == "2004-02-29")
        #expect(CivilTime(Timestamp(seconds: 4_107_542_400)).date == "2100-03-01")
        #expect(CivilTime(Timestamp(nanoseconds: .max), offset: .seconds(86400)).year == 2262)
        #expect(CivilTime(Timestamp(nanoseconds: .min), offset: .seconds(-86400)).year == 1677)
    }
}
