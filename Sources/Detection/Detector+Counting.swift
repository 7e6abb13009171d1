// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Detector {
    /// Counts a probe or an ambiguous packet for its source.
    mutating func count(_ event: PacketEvent, _ circumstances: Circumstances) {
        // Strays come to ports that are in use; only a probe says something there.
        if !circumstances.isProbe, grader.host.serves(event) { return }
        let evidence = Evidence(
            of: event, circumstances, direction: grader.host.direction(of: event),
            now: clock.now)
        let key = grader.host.key(of: event.source)
        let hash = table.hash(of: key)
        guard let seat = seat(for: evidence, key, hash) else {
            noteCrowds(event, evidence, from: hash, isNewTarget: true, packets: 1)
            return
        }
        let number = seat.number
        let taken = take(evidence, seat)
        if taken.isCounted {
            settle(number)
            let isNew = taken.novelty == .new
            let packets = table.records[Int(number)].totalPackets
            if isNew || packets <= 2
                || !crowds.hasHeard(evidence, from: seat.hash, hash: table.hash)
            {
                noteCrowds(event, evidence, from: seat.hash, isNewTarget: isNew, packets: packets)
            }
            judge(seat, taken.novelty, at: event.time)
        }
        if let alert = taken.alert, !isHeld(seat.hash) {
            report(.attemptsRepeated(packets: alert), number, at: event.time)
        }
    }

    /// Takes a packet into its source's record.
    @inline(__always)
    private mutating func take(_ evidence: Evidence, _ seat: Seat) -> Taken {
        let place = Int(seat.number)
        let bucket = attemptBucket(at: clock.now)
        if table.records[place].tally == SourceRecord.noTally,
            !table.records[place].traits.contains(.frozen),
            let taken = table.records[place].take(
                evidence, begins: seat.begins, hash: table.hash, bucket: bucket,
                limit: limits.attempts)
        {
            return taken
        }
        return takeSixth(evidence, seat, bucket)
    }

    /// The same for a source that has more than five targets, or gets its sixth.
    @inline(never)
    private mutating func takeSixth(_ evidence: Evidence, _ seat: Seat, _ bucket: UInt32) -> Taken {
        let place = Int(seat.number)
        let target = StoredTarget(
            evidence, high: table.records[place].targetHigh, hash: table.hash)
        let novelty = note(target, of: seat.number)
        return table.records[place].take(
            evidence, novelty, begins: seat.begins, bucket: bucket, limit: limits.attempts)
    }

    /// The bucket of the attempt window that is now.
    @inline(__always)
    mutating func attemptBucket(at now: Int64) -> UInt32 {
        if now >= bucketEnd || now < bucketStart {
            bucket = limits.attempts.bucket(at: now)
            let width = limits.attempts.bucketNanoseconds
            bucketStart = now / width * width
            bucketEnd = bucketStart.addingSaturating(width)
        }
        return bucket
    }

    /// Puts a record where it belongs after a counted packet; mostly it stands there.
    @inline(__always)
    private mutating func settle(_ number: UInt32) {
        let place = Int(number)
        if table.records[place].isScanning {
            // Slow scans are few, and stand in the order of their last packets.
            if table.records[place].traits.contains(.slow) { move(number, to: .scanning) }
        } else if table.records[place].list == .oneTarget, table.records[place].targetCount > 1 {
            move(number, to: .severalTargets)
        }
    }

    mutating func move(_ number: UInt32, to list: Usefulness) {
        table.filing.take(number, in: &table.records)
        table.records[Int(number)].list = list
        table.filing.file(number, in: &table.records)
    }

    /// Sees whether the source is scanning now, or scanning worse.
    @inline(__always)
    private mutating func judge(_ seat: Seat, _ novelty: Novelty, at time: Timestamp) {
        let number = seat.number
        let place = Int(number)
        let packets = table.records[place].totalPackets
        if table.records[place].isScanning {
            if novelty == .new { quicken(number) }
            let level = table.records[place].level
            // A target that was known brings no host; to ask for their number costs a look at memory
            // that this packet has not touched.
            let isKnown = novelty == .repeated || novelty == .stronger
            guard level < 5,
                limits.mayExceed(
                    level, packets: packets, hosts: isKnown ? 0 : hostBound(number))
                    || table.records[place].level(counted: 0) > level
            else { return }
            let reached = table.records[place].level(
                counted: limits.level(packets: packets, hosts: hostCount(number)))
            guard reached > level else { return }
            table.records[place].level = reached
            report(.scanEscalated, number, at: time)
        } else if novelty != .repeated || crowds.sets.used > 0, reachesThreshold(number),
            !isHeld(seat.hash)
        {
            if table.records[place].remembered > 0 {
                table.records[place].traits.insert(.slow)
                quicken(number)
            }
            table.records[place].level = table.records[place].level(
                counted: limits.level(packets: packets, hosts: hostCount(number)))
            move(number, to: .scanning)
            report(.scanDetected, number, at: time)
        }
    }

    /// A slow scan whose targets since it came back are enough of themselves is a scan like others.
    private mutating func quicken(_ number: UInt32) {
        let place = Int(number)
        guard table.records[place].traits.contains(.slow),
            distinctTargets(number) - Int(table.records[place].remembered) >= limits.targets
        else { return }
        table.filing.take(number, in: &table.records)
        table.records[place].traits.remove(.slow)
        table.records[place].remembered = 0
        table.filing.file(number, in: &table.records)
    }

    func reachesThreshold(_ number: UInt32) -> Bool {
        let place = Int(number)
        let accepted = table.records[place].acceptedCount
        let isHome = table.records[place].traits.contains(.home)
        let weight = weight(of: number)
        if table.records[place].traits.contains(.onlyEcho) {
            // From home to the outside an ordinary host may ping as many as it may connect to.
            let hosts =
                isHome && weight.inside * 2 < weight.all
                ? max(limits.echoHosts, limits.outboundTargets) : limits.echoHosts
            return hostCount(number) >= limits.raised(hosts, accepted: accepted)
        }
        let threshold = 4 * limits.raised(limits.targets, accepted: accepted)
        guard isHome else { return weight.all >= threshold }
        return weight.inside >= threshold
            || weight.all >= 4 * limits.raised(limits.outboundTargets, accepted: accepted)
    }

    /// Takes an accepted first packet as proof of good customers.
    ///
    /// Only what goes to a port that no client is given opens a connection; the same (host, port)
    /// proves nothing new.
    mutating func credit(_ event: PacketEvent) {
        let wire = Wire(event)
        guard wire.hasPorts, !event.has(.laterFragment), !event.has(.shortTransport),
            !grader.host.isEphemeral(event.destinationPort), !grader.isMartian(event),
            wire != .tcp || event.control & Control.rst == 0
        else { return }
        let salt = UInt64(event.ipProtocol.rawValue) << 16 | UInt64(event.destinationPort)
        let mark = UInt16(truncatingIfNeeded: table.hash(event.destination, salt) >> 40)
        guard let number = seat(forCredit: mark, of: event) else { return }
        guard table.records[Int(number)].accept(mark) else { return }
        // A source that only had connections lives on with them; a scan does not.
        if table.records[Int(number)].targetCount == 0 {
            table.records[Int(number)].lastCounted = clock.now
        }
    }
}
