// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Detector {
    /// Ends what is over by now: scans in the order of their ends, the rest by the way.
    mutating func passTime() {
        let now = clock.now
        _ = table.probation.ripen(before: now.subtractingSaturating(limits.lifetime))
        let time = now / table.filing.span
        while true {
            let isOpen = table.filing.open >= time
            let closing = (table.filing.open &+ 1).multipliedSaturating(by: table.filing.span)
            endScans(until: isOpen ? now : min(now, closing &- 1))
            if isOpen { break }
            sweep(.oneTarget)
            sweep(.severalTargets)
            table.filing.openNext(upTo: time, in: &table.records)
        }
        forgetSleepers()
        nextLook = look
    }

    /// Something may live from now on, after nothing did: the wheels are turned to the present.
    mutating func begin() {
        passTime()
        nextLook = min(nextLook, nextSpan)
    }

    private var nextSpan: Int64 {
        let span = table.filing.span
        return (clock.now / span &+ 1).multipliedSaturating(by: span)
    }

    /// The stream time at which something may have to end, or the wheels have to be turned on.
    private var look: Int64 {
        var next = table.liveCount > 0 ? nextSpan : Int64.max
        if let began = table.probation.nextToRipen {
            next = min(next, began.addingSaturating(limits.lifetime))
        }
        if let time = table.filing.nextLook(table.records) { next = min(next, time) }
        if let slow = table.filing.first(on: table.filing.slow) {
            next = min(next, table.records[Int(slow)].lastCounted.addingSaturating(limits.memory))
        }
        return next
    }

    private mutating func endScans(until limit: Int64) {
        while true {
            let due = table.filing.firstDue(in: &table.records)
            let slow = table.filing.first(on: table.filing.slow)
            let dueEnd = due.map { endOfLifetime($0) } ?? .max
            let slowEnd = slow.map { endOfLifetime($0) } ?? .max
            guard min(dueEnd, slowEnd) <= limit, let number = dueEnd <= slowEnd ? due : slow
            else { return }
            lapse(number)
        }
    }

    /// Takes the records of one list off the open shelf, whose time is over.
    private mutating func sweep(_ list: Usefulness) {
        let close = (table.filing.open &+ 1).multipliedSaturating(by: table.filing.span)
        while let number = table.filing.firstOpen(of: list) {
            if endOfLifetime(number) < close {
                lapse(number)
            } else {
                refile(number)
            }
        }
    }

    private mutating func refile(_ number: UInt32) {
        table.filing.take(number, in: &table.records)
        table.filing.file(number, in: &table.records)
    }

    private mutating func forgetSleepers() {
        for list in [Usefulness.oneTarget, .severalTargets] {
            while let number = table.filing.first(on: table.filing.asleep(list)),
                table.records[Int(number)].lastCounted.addingSaturating(limits.memory) <= clock.now
            {
                discard(number)
            }
        }
    }

    /// Stream time at which a live source's lifetime is over, or a sleeping one is forgotten.
    @inline(__always)
    func endOfLifetime(_ number: UInt32) -> Int64 {
        let traits = table.records[Int(number)].traits.rawValue
        let long = SourceRecord.Traits.asleep.rawValue | SourceRecord.Traits.slow.rawValue
        return table.records[Int(number)].lastCounted.addingSaturating(
            traits & long != 0 ? limits.memory : limits.lifetime)
    }

    /// A source's lifetime is over: a scan has ended, another goes to sleep or is forgotten.
    ///
    /// - Returns: whether the record is still there, asleep or with its attempts only.
    @discardableResult
    mutating func lapse(_ number: UInt32) -> Bool {
        let place = Int(number)
        if table.records[place].isAsleep {
            discard(number)
            return false
        }
        // Judged at the moment of the end, whenever that is noticed: a replay does the same.
        let moment = endOfLifetime(number)
        reportEnd(of: number, .lifetimeOver)
        if sleep(number) { return true }
        let attempts = table.records[place].attempts
        guard attempts.isRunning, moment < .max,
            limits.attempts.bucket(at: moment) &- attempts.epoch < 12
        else {
            discard(number)
            return false
        }
        // Attempts that did not count go on being watched, in a record that knows nothing else, so
        // that their alert comes once a window.
        release(number)
        table.filing.take(number, in: &table.records)
        var fresh = SourceRecord(
            key: table.records[place].key, firstAddress: table.records[place].firstAddress,
            start: table.records[place].last, now: moment)
        fresh.attempts = attempts
        table.records[place] = fresh
        table.filing.file(number, in: &table.records)
        return true
    }

    /// Keeps what a source asked for until now, in case that it comes back; false when there is
    /// nothing that should be kept.
    ///
    /// A scan that was told of begins anew, alone or as one of a set. Home sources ask for so many
    /// things in days that it proves nothing; and what only ambiguous packets asked for may be
    /// strays of as many connections.
    private mutating func sleep(_ number: UInt32) -> Bool {
        let place = Int(number)
        guard limits.memory > limits.lifetime, !table.records[place].isScanning,
            !table.records[place].traits.contains(.home),
            !isHeld(table.hash(of: table.records[place].key)), !reachesThreshold(number)
        else { return false }
        if !table.records[place].traits.contains(.onlyEcho) {
            release(number)
            table.records[place].keepProbes()
        }
        guard table.records[place].targetCount > 0 else { return false }
        table.filing.take(number, in: &table.records)
        table.records[place].traits.insert(.asleep)
        table.records[place].list =
            table.records[place].targetCount > 1 ? .severalTargets : .oneTarget
        table.filing.file(number, in: &table.records)
        return true
    }

    /// A sleeping source asks again: its lifetime begins anew, and its targets count on.
    mutating func wake(_ number: UInt32) {
        let place = Int(number)
        table.filing.take(number, in: &table.records)
        table.records[place].traits.remove(.asleep)
        table.records[place].lastCounted = clock.now
        table.records[place].remembered = UInt8(clamping: distinctTargets(number))
        table.filing.file(number, in: &table.records)
    }

    /// Ends a source, and reports a scan.
    mutating func end(_ number: UInt32, _ reason: Finding.EndReason) {
        reportEnd(of: number, reason)
        discard(number)
    }

    private mutating func discard(_ number: UInt32) {
        release(number)
        table.remove(number)
    }

    private mutating func reportEnd(of number: UInt32, _ reason: Finding.EndReason) {
        guard table.records[Int(number)].isScanning else { return }
        let last = table.records[Int(number)].last
        let time: Timestamp =
            switch reason {
            case .lifetimeOver:
                last.advanced(
                    byNanoseconds: table.records[Int(number)].traits.contains(.slow)
                        ? limits.memory : limits.lifetime)
            case .inputEnded, .memoryFull, .joined: clock.time ?? last
            }
        report(.scanEnded(reason), number, at: time)
    }
}
