// SPDX-License-Identifier: GPL-3.0-or-later

import Decisions
import Packets

/// Numbers, times and names as every form of the report says them.
struct ReportWords {
    /// Unit: seconds east of UTC.
    let offset: Int

    private func civil(_ time: Timestamp) -> CivilTime {
        CivilTime(time, offset: .seconds(offset))
    }

    /// `2026-11-21 04:07`.
    func minute(_ time: Timestamp) -> String {
        let civil = civil(time)
        return "\(civil.date) \(civil.clock.prefix(5))"
    }

    /// `11-21 04:07`, where the year is told elsewhere.
    func short(_ time: Timestamp) -> String { String(minute(time).dropFirst(5)) }

    /// `2026-11-21 04:07:30`.
    func second(_ time: Timestamp) -> String {
        let civil = civil(time)
        return "\(civil.date) \(civil.clock)"
    }

    /// `2026-11-21T04:07:30Z`.
    static func utc(_ time: Timestamp) -> String {
        let civil = CivilTime(time)
        return "\(civil.date)T\(civil.clock)Z"
    }

    /// The zone of all times: `UTC`, or `UTC+02:00`.
    func zone(_ time: Timestamp) -> String {
        let zone = civil(time).zone
        return zone == "Z" ? "UTC" : "UTC\(zone)"
    }

    /// What one piece of the timeline is called: by its day, or by its time.
    func piece(_ time: Timestamp, width: Int64) -> String {
        width >= 86_400_000_000_000 ? civil(time).date : minute(time)
    }

    /// `an hour`, `6 hours`, `a day`.
    func width(_ nanoseconds: Int64) -> String {
        let minutes = nanoseconds / 60_000_000_000
        let (count, unit) =
            minutes % (7 * 1440) == 0
            ? (minutes / (7 * 1440), "week")
            : minutes % 1440 == 0
                ? (minutes / 1440, "day")
                : minutes % 60 == 0 ? (minutes / 60, "hour") : (minutes, "minute")
        if count == 1 { return unit == "hour" ? "an hour" : "a \(unit)" }
        return "\(count) \(unit)s"
    }

    func span(_ figures: Figures) -> String {
        ReadableDuration(nanoseconds: figures.end.nanoseconds(since: figures.start)).description
    }

    /// `12,345`.
    static func number(_ value: some BinaryInteger) -> String {
        let digits = String(value)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            let rest = digits.count - index
            if index > 0, rest % 3 == 0, digits[digits.startIndex] != "-" || index > 1 {
                grouped.append(",")
            }
            grouped.append(digit)
        }
        return grouped
    }

    /// `1 scan`, `12,345 scans`.
    static func counted(_ value: some BinaryInteger, _ noun: String) -> String {
        "\(number(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// What kind of thing a source did: its kinds, or that its attempts were no scan.
    static func kinds(_ source: Figures.Source) -> String {
        source.kinds.isEmpty ? "repeated attempts" : source.kinds.joined(separator: ", ")
    }

    /// An estimate is marked as one.
    static func estimate(_ value: Int, isExact: Bool) -> String {
        isExact || value <= 256 ? number(value) : "~\(number(value))"
    }

    /// What was lost, in a sentence; nil when nothing was.
    static func losses(_ losses: Figures.Losses) -> String? {
        let counts = losses.counts
        var parts: [String] = []
        if counts.gap > 0 { parts.append("\(number(counts.gap)) in the kernel") }
        if counts.drop > 0 { parts.append("\(number(counts.drop)) in the ring") }
        if counts.refused > 0 { parts.append("\(number(counts.refused)) refused by the parser") }
        if parts.isEmpty {
            return losses.isComplete ? nil : "not known: the first decisions of the run are missing"
        }
        return (losses.isComplete ? "" : "at least ") + parts.joined(separator: ", ")
    }
}
