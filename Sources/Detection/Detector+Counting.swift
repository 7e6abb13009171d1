// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

extension Detector {
    /// Counts a probe or an ambiguous packet for its source.
    mutating func count(_ event: PacketEvent, isProbe: Bool) {
        // Strays come to ports that are in use; only a probe says something there.
        if !isProbe, grader.host.serves(event) { return }
        let number = record(for: event, isProbe: isProbe)
        let place = Int(number)
        let target = Target(of: event)
        let direction = grader.host.direction(of: event)
        if direction != .inbound { table.records[place].traits.insert(.home) }
        let novelty = note(
            StoredTarget(
                target, isProbe: isProbe, isInside: direction == .internal,
                hash: table.hash, high: table.records[place].homeOfTargets(target)),
            of: number)

        let alert = table.records[place].attempts.add(at: clock.now, limit: limits.attempts)
        if counts(novelty, number) {
            table.records[place].count(event, at: clock.now)
            table.move(number, to: usefulness(of: number))
            if table.records[place].tally != SourceRecord.noTally {
                tallies.touch(table.records[place].tally)
            }
            noteCrowds(
                event, from: table.records[place].source, isProbe: isProbe, direction: direction,
                isNewTarget: novelty == .new, packets: table.records[place].totalPackets)
            judge(number, at: event.time)
        }
        if let alert, !isHeld(table.records[place].source) {
            report(.attemptsRepeated(packets: alert), number, at: event.time)
        }
    }

    /// Whether a packet counts: its target is new, or new targets keep coming.
    private mutating func counts(_ novelty: Novelty, _ number: UInt32) -> Bool {
        let seconds = UInt32(clamping: clock.now / 1_000_000_000)
        switch novelty {
        case .new, .stronger:
            table.records[Int(number)].lastNovelty = seconds
            return true
        case .unknown:
            return true
        case .repeated:
            return seconds - min(seconds, table.records[Int(number)].lastNovelty)
                <= Limits.repeatSeconds
        }
    }

    /// Sees whether the source is scanning now, or scanning worse.
    private mutating func judge(_ number: UInt32, at time: Timestamp) {
        let place = Int(number)
        let isNew = !table.records[place].isScanning
        if isNew, !reachesThreshold(number) || isHeld(table.records[place].source) { return }
        // A scan is level 1 even where the settings let the levels begin later.
        let level = UInt8(
            max(
                1,
                limits.level(packets: table.records[place].totalPackets, hosts: hostCount(number))))
        if isNew {
            table.records[place].level = level
            table.move(number, to: .scanning)
            report(.scanDetected, number, at: time)
        } else if level > table.records[place].level {
            table.records[place].level = level
            report(.scanEscalated, number, at: time)
        }
    }

    private func reachesThreshold(_ number: UInt32) -> Bool {
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

    private func usefulness(of number: UInt32) -> Usefulness {
        if table.records[Int(number)].isScanning { return .scanning }
        return table.records[Int(number)].targetCount > 1 ? .severalTargets : .oneTarget
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
        let number = record(for: event, isProbe: false)
        let salt = UInt64(event.ipProtocol.rawValue) << 16 | UInt64(event.destinationPort)
        let mark = UInt16(truncatingIfNeeded: table.hash(event.destination, salt) >> 40)
        guard table.records[Int(number)].accept(mark) else { return }
        // A source that only had connections lives on with them; a scan does not.
        if table.records[Int(number)].targetCount == 0 {
            table.records[Int(number)].lastCounted = clock.now
            table.move(number, to: .oneTarget)
        }
    }
}
