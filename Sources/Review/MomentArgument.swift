// SPDX-License-Identifier: GPL-3.0-or-later

import Configuration
import Packets

/// A moment as people write it: the one place that reads them from a command line.
///
/// - how long ago: `90s`, `10m`, `24h`, `2d`, `1w`
/// - a day or a moment of ISO 8601: `2026-12-01`, `2026-12-01T13:30`, `2026-12-01 13:30:05.5`,
///   with a zone (`Z`, `+02:00`, `+0200`, `+02`) or without, which is local time
package struct MomentArgument: Sendable {
    private let now: Timestamp
    private let localOffset: @Sendable (Timestamp) -> Int

    /// - Parameter localOffset: how many seconds local time is ahead of UTC at a moment.
    package init(now: Timestamp, localOffset: @escaping @Sendable (Timestamp) -> Int) {
        self.now = now
        self.localOffset = localOffset
    }

    /// Throws: ``ArgumentError``.
    package func read(_ text: String) throws(ArgumentError) -> Timestamp {
        if let age = Quantity.duration(text) {
            let (seconds, attoseconds) = age.components
            let nanoseconds = Timestamp(
                seconds: seconds, nanoseconds: attoseconds / 1_000_000_000
            ).nanoseconds
            return now.advanced(byNanoseconds: Int64(0).subtractingSaturating(nanoseconds))
        }
        guard let moment = moment(text) else {
            throw ArgumentError(
                "a time", text,
                "expected how long ago, such as 30m, 24h or 2d, or a moment such as 2026-12-01, "
                    + "2026-12-01T13:30 (local time) or 2026-12-01T13:30:00Z")
        }
        return moment
    }

    private func moment(_ text: String) -> Timestamp? {
        var reader = Digits(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
            reader.skip("-"), let day = reader.number(2),
            let days = MomentArgument.days(year, month, day)
        else { return nil }
        var seconds = Int64(days) * 86_400
        var fraction: Int64 = 0
        if reader.skip("T") || reader.skip("t") || reader.skip(" ") {
            guard let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2),
                hour < 24, minute < 60
            else { return nil }
            seconds += Int64(hour * 3600 + minute * 60)
            if reader.skip(":") {
                guard let second = reader.number(2), second <= 60 else { return nil }
                seconds += Int64(second)
                if reader.skip(".") || reader.skip(",") {
                    guard let part = reader.fraction() else { return nil }
                    fraction = part
                }
            }
        }
        let time = Timestamp(seconds: seconds, nanoseconds: fraction)
        if reader.isAtEnd { return inLocalTime(time) }
        guard let offset = reader.zone(), reader.isAtEnd else { return nil }
        return time.advanced(byNanoseconds: Int64(-offset) * 1_000_000_000)
    }

    /// A moment that was read as if it were UTC.
    private func inLocalTime(_ time: Timestamp) -> Timestamp {
        // The offset of a moment that is not known yet: twice, for days on which clocks change.
        var result = time
        for _ in 0..<2 {
            result = time.advanced(byNanoseconds: -Int64(localOffset(result)) * 1_000_000_000)
        }
        return result
    }

    /// Days since 1970; nil for a day that no calendar has.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        guard (1..<2262).contains(year), year >= 1678, (1...12).contains(month) else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month - 1]).contains(day) else { return nil }
        // Years begin on 1 March here, so that a leap day is the last day of its year; 719,468 days
        // lie between 0000-03-01 and 1970-01-01.
        let marchYear = month <= 2 ? year - 1 : year
        let marchMonth = (month + 9) % 12
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear
            - 719_468
    }
}

/// Numbers of fixed width, one behind the other.
private struct Digits {
    private var rest: Substring

    init(_ text: String) { rest = Substring(text) }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.utf8.count == width, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        rest.removeFirst(width)
        return Int(digits)
    }

    /// Up to nine digits. Unit: nanoseconds.
    mutating func fraction() -> Int64? {
        let digits = rest.prefix { ("0"..."9").contains($0) && $0.isASCII }
        guard (1...9).contains(digits.count), let value = Int64(digits) else { return nil }
        rest.removeFirst(digits.count)
        return (digits.count..<9).reduce(value) { sum, _ in sum * 10 }
    }

    /// `Z`, `+02:00`, `+0200` or `+02`. Unit: seconds east of UTC.
    mutating func zone() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let isWest = rest.first == "-"
        guard skip("+") || skip("-"), let hours = number(2) else { return nil }
        _ = skip(":")
        let minutes = isAtEnd ? 0 : number(2)
        guard let minutes, hours <= 18, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }
}
