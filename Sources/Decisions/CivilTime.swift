// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A moment as calendar and clock show it at a fixed distance from UTC.
///
/// Range: the years 1677 to 2262 of ``Timestamp``, so that a year has four digits.
/// Source: the proleptic Gregorian calendar of ISO 8601; its era of 400 years has 146,097 days.
struct CivilTime {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    let nanosecond: Int
    /// Unit: minutes east of UTC.
    let offset: Int

    /// The offset is cut to whole minutes and to the 18 hours that a zone can have.
    init(_ time: Timestamp, offset: Duration = .zero) {
        let minutes = Int(max(-18 * 60, min(offset.components.seconds / 60, 18 * 60)))
        let local = time.advanced(byNanoseconds: Int64(minutes) * 60_000_000_000).nanoseconds
        var seconds = local / 1_000_000_000
        var fraction = local % 1_000_000_000
        if fraction < 0 {
            fraction += 1_000_000_000
            seconds -= 1
        }
        var days = Int(seconds / 86400)
        var rest = Int(seconds % 86400)
        if rest < 0 {
            rest += 86400
            days -= 1
        }
        self.offset = minutes
        nanosecond = Int(fraction)
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)

        // Years begin on 1 March here, so that a leap day is the last day of its year. 719,468 is
        // the number of days from 0000-03-01 to 1970-01-01, and no timestamp is before that.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let leapDays = dayOfEra / 1460 - dayOfEra / 36524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// `2010-10-25`.
    var date: String { "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))" }

    /// `13:16:38`.
    var clock: String { "\(digits(hour, 2)):\(digits(minute, 2)):\(digits(second, 2))" }

    /// `13:16:38.341`.
    var clockWithMilliseconds: String { "\(clock).\(digits(nanosecond / 1_000_000, 3))" }

    /// `13:16:38.341511`.
    var clockWithMicroseconds: String { "\(clock).\(digits(nanosecond / 1000, 6))" }

    /// `Z`, or `+02:00`.
    var zone: String {
        if offset == 0 { return "Z" }
        let size = abs(offset)
        return "\(offset < 0 ? "-" : "+")\(digits(size / 60, 2)):\(digits(size % 60, 2))"
    }

    private func digits(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

extension Timestamp {
    /// RFC 3339 in UTC with microseconds: `2010-10-25T13:16:38.341511Z`.
    var rfc3339: String {
        let civil = CivilTime(self)
        return "\(civil.date)T\(civil.clockWithMicroseconds)Z"
    }
}
