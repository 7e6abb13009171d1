// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// A moment as calendar and clock show it at a fixed distance from UTC.
///
/// Range: the years 1677 to 2262 of ``Timestamp``, so that a year has four digits.
/// Source: the proleptic Gregorian calendar of ISO 8601; its era of 400 years has 146,097 days.
package struct CivilTime {
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
    package init(_ time: Timestamp, offset: Duration = .zero) {
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
    package var date: String { text { writeDate(to: &$0) } }

    /// `13:16:38`.
    package var clock: String { text { writeClock(to: &$0) } }

    /// `Z`, or `+02:00`.
    package var zone: String { text { writeZone(to: &$0) } }

    func writeDate(to bytes: inout [UInt8]) {
        bytes.write(year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.write(month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.write(day, digits: 2)
    }

    func writeClock(to bytes: inout [UInt8]) {
        bytes.write(hour, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.write(minute, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.write(second, digits: 2)
    }

    /// `13:16:38.341`.
    func writeMilliseconds(to bytes: inout [UInt8]) {
        writeClock(to: &bytes)
        bytes.append(UInt8(ascii: "."))
        bytes.write(nanosecond / 1_000_000, digits: 3)
    }

    /// `13:16:38.341511`.
    func writeMicroseconds(to bytes: inout [UInt8]) {
        writeClock(to: &bytes)
        bytes.append(UInt8(ascii: "."))
        bytes.write(nanosecond / 1000, digits: 6)
    }

    func writeZone(to bytes: inout [UInt8]) {
        if offset == 0 {
            bytes.append(UInt8(ascii: "Z"))
            return
        }
        let size = abs(offset)
        bytes.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        bytes.write(size / 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.write(size % 60, digits: 2)
    }

    /// `2010-10-25T13:16:38.341511`.
    func writeDateTime(to bytes: inout [UInt8]) {
        writeDate(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        writeMicroseconds(to: &bytes)
    }

    /// `2010-10-25T13:16:38.341511+0000`, of a time in UTC.
    var dateTimeInUTC: String {
        text {
            writeDateTime(to: &$0)
            $0.write("+0000")
        }
    }

    private func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Timestamp {
    /// RFC 3339 in UTC with microseconds: `2010-10-25T13:16:38.341511Z`.
    package var rfc3339: String {
        var bytes: [UInt8] = []
        writeRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func writeRFC3339(to bytes: inout [UInt8]) {
        CivilTime(self).writeDateTime(to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }
}
