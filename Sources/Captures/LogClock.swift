// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// What a line says of its time.
struct LogStamp: Equatable {
    enum Wall: Equatable {
        case none
        case civil(CivilTime)
        case exact(Timestamp)
    }

    var wall = Wall.none
    /// The kernel's stamp: nanoseconds since it booted.
    var uptime: Int64?
}

/// Turns the stamps of one log into moments; the same lines always give the same moments.
///
/// A header with a fraction of a second is taken as it is. A header of whole seconds gives the day
/// and second, and the kernel's uptime beside it the fraction and the order: at the first such line
/// the boot moment is set to the header's second minus the uptime's whole seconds, and from then on a
/// line's time is that boot moment plus its uptime. When the two drift more than two seconds apart (a
/// reboot, another host, a suspended machine, a stepped clock) the boot moment is set anew.
struct LogClock {
    private let reference: Int64
    private let utcOffset: Int64
    private let bareBoot: Timestamp
    /// The header second before, with its year.
    private var previous: Int64?
    /// What the header showed of it: the same again is the same second.
    private var previousCivil: CivilTime?
    private var boot: Timestamp?
    private var last: Timestamp

    private static let day: Int64 = 86400
    private static let tolerance: Int64 = 2_000_000_000

    init(_ options: CaptureOptions) {
        reference = options.referenceTime.nanoseconds / 1_000_000_000
        utcOffset = Int64(options.utcOffsetSeconds)
        bareBoot = options.bootTime
        last = options.referenceTime
    }

    /// The line's moment; that of the line before, or else the reference, when it has no stamp.
    mutating func time(of stamp: LogStamp) -> Timestamp {
        last = moment(stamp)
        return last
    }

    private mutating func moment(_ stamp: LogStamp) -> Timestamp {
        switch stamp.wall {
        case .exact(let time): return time
        case .none:
            guard let uptime = stamp.uptime else { return last }
            return bareBoot.advanced(byNanoseconds: uptime)
        case .civil(let civil):
            let second: Int64
            if let previous, civil == previousCivil {
                second = previous
            } else {
                second = self.second(of: civil)
                previous = second
                previousCivil = civil
            }
            if let fraction = civil.nanoseconds {
                return Timestamp(seconds: second, nanoseconds: fraction)
            }
            let header = Timestamp(seconds: second)
            guard let uptime = stamp.uptime else { return header }
            if let boot {
                let time = boot.advanced(byNanoseconds: uptime)
                let drift = time.nanoseconds(since: header)
                if drift <= LogClock.tolerance && drift >= -LogClock.tolerance { return time }
            }
            let wholeSeconds = uptime - uptime % 1_000_000_000
            let boot = header.advanced(byNanoseconds: -wholeSeconds)
            self.boot = boot
            return boot.advanced(byNanoseconds: uptime)
        }
    }

    private func second(of civil: CivilTime) -> Int64 {
        let offset = civil.utcOffset.map { Int64($0) } ?? utcOffset
        if let year = civil.year {
            return (civil.seconds(year: year) ?? 0) - offset
        }
        return inferred(civil, offset: offset)
    }

    /// The moment of a header without a year: the earliest that is not more than a day before the
    /// line before it, and the latest up to the reference where there is no line before or where that
    /// would be past the reference. So December is followed by January of the next year.
    private func inferred(_ civil: CivilTime, offset: Int64) -> Int64 {
        let limit = reference + LogClock.day
        func moment(_ year: Int) -> Int64? { civil.seconds(year: year).map { $0 - offset } }
        if let previous {
            let year = CivilTime.year(ofSecond: previous + offset)
            // Eight years hold a 29th of February even around 1900 and 2100.
            for candidate in (year - 1)...(year + 8) {
                guard let second = moment(candidate), second >= previous - LogClock.day else {
                    continue
                }
                if second <= limit { return second }
                break
            }
        }
        let newest = CivilTime.year(ofSecond: limit + offset)
        for back in 0...8 {
            if let second = moment(newest - back), second <= limit { return second }
        }
        return moment(newest) ?? limit
    }
}
