// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The forms of date and time that stand at the beginning of log lines.
extension Span<UInt8> {
    /// Reads a time at the index and moves behind it, without the blank that follows.
    ///
    /// Forms: `Mar 15 20:55:15` (RFC 3164), the same with a fraction, a weekday before it, a year
    /// behind the day or the time; RFC 3339 and its relatives (`T` or a blank, `.` or `,` before the
    /// fraction, `+0200`, a zone's name behind a weekday); seconds since 1970 with a fraction.
    func wallTime(_ index: inout Int) -> LogStamp.Wall? {
        guard let first = byte(at: index) else { return nil }
        var next = index
        let found: LogStamp.Wall?
        if first &- 0x30 < 10 {
            found = dateTime(&next, named: false).map { .civil($0) } ?? unixTime(&next)
        } else {
            let named = skipWeekday(&next)
            found =
                isDigit(at: next)
                ? dateTime(&next, named: named).map { .civil($0) }
                : monthTime(&next).map { .civil($0) }
        }
        if found != nil { index = next }
        return found
    }

    private func skipWeekday(_ index: inout Int) -> Bool {
        var next = index
        guard let word = threeLetters(&next) else { return false }
        switch word {
        case 0x4d6f6e, 0x547565, 0x576564, 0x546875, 0x467269, 0x536174, 0x53756e: break
        default: return false
        }
        if byte(at: next) == UInt8(ascii: ",") { next += 1 }
        guard byte(at: next) == 0x20 else { return false }
        skipSpaces(&next)
        index = next
        return true
    }

    private func threeLetters(_ index: inout Int) -> Int? {
        guard index + 3 <= count else { return nil }
        let word = Int(self[index]) << 16 | Int(self[index + 1]) << 8 | Int(self[index + 2])
        index += 3
        return word
    }

    private func monthTime(_ index: inout Int) -> CivilTime? {
        guard let month = month(&index), byte(at: index) == 0x20 else { return nil }
        skipSpaces(&index)
        guard let day = digits(&index), (1...31).contains(day), byte(at: index) == 0x20 else {
            return nil
        }
        skipSpaces(&index)
        var year: Int?
        var afterYear = index
        if let number = digits(&afterYear, exactly: 4), byte(at: afterYear) == 0x20 {
            year = number
            index = afterYear
            skipSpaces(&index)
        }
        guard let clock = clock(&index) else { return nil }
        if year == nil {
            var behind = index
            skipSpaces(&behind)
            if behind > index, let number = digits(&behind, exactly: 4), 1970...9999 ~= number,
                byte(at: behind) == 0x20 || byte(at: behind) == UInt8(ascii: "]")
            {
                year = number
                index = behind
            }
        }
        return valid(
            CivilTime(
                year: year, month: month, day: Int(day), secondOfDay: clock.second,
                nanoseconds: clock.fraction))
    }

    private func dateTime(_ index: inout Int, named: Bool) -> CivilTime? {
        var next = index
        guard let year = digits(&next, exactly: 4), byte(at: next) == UInt8(ascii: "-") else {
            return nil
        }
        next += 1
        guard let month = digits(&next, exactly: 2), byte(at: next) == UInt8(ascii: "-") else {
            return nil
        }
        next += 1
        guard let day = digits(&next, exactly: 2), let separator = byte(at: next),
            separator == UInt8(ascii: "T") || separator == 0x20
        else { return nil }
        next += 1
        guard let clock = clock(&next) else { return nil }
        var behind = next
        if named { skipSpaces(&behind) }
        var offset = zone(&behind)
        if offset == nil, named, let name = zoneName(&behind) { offset = name }
        if offset != nil || named { next = behind }
        index = next
        return valid(
            CivilTime(
                year: year, month: month, day: day, secondOfDay: clock.second,
                nanoseconds: clock.fraction, utcOffset: offset))
    }

    private func valid(_ time: CivilTime) -> CivilTime? {
        guard (1...12).contains(time.month), (1...31).contains(time.day) else { return nil }
        if let year = time.year, time.seconds(year: year) == nil { return nil }
        return time
    }

    private func month(_ index: inout Int) -> Int? {
        switch threeLetters(&index) {
        case 0x4a616e: 1
        case 0x466562: 2
        case 0x4d6172: 3
        case 0x417072: 4
        case 0x4d6179: 5
        case 0x4a756e: 6
        case 0x4a756c: 7
        case 0x417567: 8
        case 0x536570: 9
        case 0x4f6374: 10
        case 0x4e6f76: 11
        case 0x446563: 12
        default: nil
        }
    }

    private func clock(_ index: inout Int) -> (second: Int, fraction: Int64?)? {
        guard let hour = digits(&index, exactly: 2), byte(at: index) == 0x3a else { return nil }
        index += 1
        guard let minute = digits(&index, exactly: 2), byte(at: index) == 0x3a else { return nil }
        index += 1
        // A leap second is the next minute's first.
        guard let second = digits(&index, exactly: 2), hour < 24, minute < 60, second <= 60 else {
            return nil
        }
        var nanoseconds: Int64?
        if let point = byte(at: index), point == UInt8(ascii: ".") || point == UInt8(ascii: ","),
            isDigit(at: index + 1)
        {
            index += 1
            nanoseconds = fraction(&index)
        }
        return (hour * 3600 + minute * 60 + second, nanoseconds)
    }

    /// `Z`, `+02:00`, `+0200` or `+02`, in seconds; nil and nothing moved when there is none.
    private func zone(_ index: inout Int) -> Int? {
        guard let sign = byte(at: index) else { return nil }
        if sign == UInt8(ascii: "Z") {
            index += 1
            return 0
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        var next = index + 1
        guard let hours = digits(&next, exactly: 2), hours <= 14 else { return nil }
        if byte(at: next) == 0x3a { next += 1 }
        let minutes = digits(&next, exactly: 2) ?? 0
        index = next
        let offset = hours * 3600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -offset : offset
    }

    /// Moves over a zone's name; only Greenwich's can be told without a database of zones.
    private func zoneName(_ index: inout Int) -> Int? {
        let start = index
        while let letter = byte(at: index), letter != 0x20 { index += 1 }
        return holds("UTC", at: start) || holds("GMT", at: start) ? 0 : nil
    }

    private func unixTime(_ index: inout Int) -> LogStamp.Wall? {
        var next = index
        guard let seconds = digits(&next), (9...11).contains(next - index),
            byte(at: next) == UInt8(ascii: "."), isDigit(at: next + 1)
        else { return nil }
        next += 1
        let nanoseconds = fraction(&next)
        index = next
        return .exact(Timestamp(seconds: seconds, nanoseconds: nanoseconds))
    }
}
