// SPDX-License-Identifier: GPL-3.0-or-later

/// A date and time as a log's header writes it.
struct CivilTime: Equatable {
    /// Nil where the header has none (RFC 3164).
    var year: Int?
    /// Range: 1...12.
    var month: Int
    /// Range: 1...31, not checked against the month: the 31st of a short month is the next one's first.
    var day: Int
    var secondOfDay: Int
    /// Nil when the header shows whole seconds only.
    var nanoseconds: Int64?
    /// East of Greenwich, in seconds; nil where the header names no zone.
    var utcOffset: Int?

    /// Seconds since 1970 in the given year, as if at Greenwich; nil for a 29th of February that the
    /// year does not have.
    func seconds(year: Int) -> Int64? {
        guard month != 2 || day != 29 || CivilTime.isLeap(year) else { return nil }
        return Int64(CivilTime.days(year: year, month: month, day: day)) * 86400
            + Int64(secondOfDay)
    }

    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// Days since 1970-01-01 in the Gregorian calendar. Range: years 0...9999.
    static func days(year: Int, month: Int, day: Int) -> Int {
        // Years that begin in March have their leap day at the end.
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let leaps = shifted / 4 - shifted / 100 + shifted / 400
        return shifted * 365 + leaps + (monthFromMarch * 306 + 5) / 10 + day - 719_469
    }

    /// The year that holds the second, counted at Greenwich.
    static func year(ofSecond second: Int64) -> Int {
        let day = Int(second >= 0 ? second / 86400 : (second - 86399) / 86400)
        var year = 1970 + day / 366
        while days(year: year + 1, month: 1, day: 1) <= day { year += 1 }
        while days(year: year, month: 1, day: 1) > day { year -= 1 }
        return year
    }
}
