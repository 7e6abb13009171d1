// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Scans by the time at which they were found, in pieces that begin at full hours or days.
struct Timeline {
    /// Unit: nanoseconds.
    let width: Int64
    private let first: Timestamp
    private var levels: [[Int]]

    private static let minute: Int64 = 60_000_000_000
    /// Widths, and how many pieces of each are still easy to read.
    private static let choices: [(width: Int64, pieces: Int64)] = [
        (minute, 30), (5 * minute, 36), (15 * minute, 32), (60 * minute, 50),
        (360 * minute, 32), (1440 * minute, 100), (7 * 1440 * minute, 60),
    ]
    /// Bound: a period of more weeks is shown in wider pieces.
    private static let maximumPieces: Int64 = 60

    /// - Parameter offset: of the zone in which hours and days begin. Unit: seconds.
    init(from start: Timestamp, to end: Timestamp, offset: Int) {
        let span = max(1, end.nanoseconds(since: start))
        let choice = Timeline.choices.first { span / $0.width < $0.pieces }
        let widest = Timeline.choices.last?.width ?? 1
        let weeks = max(1, span / widest / Timeline.maximumPieces + 1)
        width = choice?.width ?? weeks.multipliedReportingOverflow(by: widest).partialValue
        // Days begin at the zone's midnight, weeks on Mondays: 1970-01-01 was a Thursday.
        let shift =
            Int64(offset) * 1_000_000_000 + (width >= widest ? 3 * 1440 * Timeline.minute : 0)
        let local = start.advanced(byNanoseconds: shift).nanoseconds
        let into = local % width
        first = start.advanced(byNanoseconds: -(into < 0 ? into + width : into))
        let last = end.advanced(byNanoseconds: -1)
        let count = max(0, last.nanoseconds(since: first)) / width + 1
        levels = Array(
            repeating: [0, 0, 0, 0, 0, 0], count: Int(min(count, 2 * Timeline.maximumPieces)))
    }

    mutating func note(_ time: Timestamp, level: Int) {
        let place = Int(clamping: time.nanoseconds(since: first) / width)
        levels[max(0, min(place, levels.count - 1))][max(0, min(level, 5))] += 1
    }

    var pieces: [Figures.Piece] {
        levels.enumerated().map { place, levels in
            Figures.Piece(
                start: first.advanced(byNanoseconds: Int64(place) * width), levels: levels)
        }
    }
}
