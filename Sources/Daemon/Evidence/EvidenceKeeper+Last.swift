// SPDX-License-Identifier: GPL-3.0-or-later

import Packets
import Ring

/// The last packets of a scan, which are known only when no more come: kept in memory, and written
/// again and again in the place of those before.
extension EvidenceKeeper {
    /// A row is lent to another scan when its own was silent for so long. Unit: nanoseconds.
    private static let silence: Int64 = 1_000_000_000
    /// How many rows are looked at for one that can be lent.
    private static let looks = 8

    mutating func keepLast(_ event: borrowing PacketEvent, _ packet: RawSpan, of scan: Int) {
        var row = scans[scan].tail
        if row < 0 {
            guard let free = borrowRow(for: scan, at: event.time.nanoseconds) else { return }
            row = free
        }
        tails.append(event, packet, to: row)
        tailTimes[row] = event.time.nanoseconds
        if !scans[scan].hasUnwritten {
            scans[scan].hasUnwritten = true
            unwritten += 1
        }
    }

    private mutating func borrowRow(for scan: Int, at now: Int64) -> Int? {
        for _ in 0..<min(EvidenceKeeper.looks, tails.rows) {
            let row = tailHand
            tailHand = (tailHand + 1) % tails.rows
            let owner = tailOwners[row]
            if owner >= 0 {
                // Also when the clock went back.
                let silent = now.subtractingSaturating(tailTimes[row])
                guard silent.magnitude >= UInt64(EvidenceKeeper.silence) else { continue }
                writeLast(of: owner)
                releaseTail(of: owner)
            }
            tailOwners[row] = scan
            tails.empty(row)
            scans[scan].tail = row
            return row
        }
        return nil
    }

    mutating func releaseTail(of scan: Int) {
        let row = scans[scan].tail
        guard row >= 0 else { return }
        tailOwners[row] = -1
        scans[scan].tail = -1
    }

    /// Sends a scan's last packets to the disk, where they take the place of those sent before.
    mutating func writeLast(of scan: Int) {
        let row = scans[scan].tail
        guard row >= 0, scans[scan].hasUnwritten else { return }
        scans[scan].hasUnwritten = false
        unwritten -= 1
        let need = 24 + tails.count(row) * (24 + PacketEvent.keptBytes)
        if block.packets.room < need { handOver() }
        guard block.packets.room >= need else {
            lose(tails.count(row))
            return
        }
        let file = scans[scan].file
        block.packets.append(
            PacketBlock.Header(
                file: file, kind: EvidenceMark.lastBegin,
                number: UInt32(clamping: scans[scan].packets)), RawSpan())
        let packets = block.packets
        tails.read(row) { time, origin, packet in
            packets.append(
                PacketBlock.Header(file: file, kind: EvidenceMark.last, time: time, origin: origin),
                packet)
        }
    }

    /// Sends all last packets that the disk does not have, so that a crash loses a minute of them.
    package mutating func writeAllLast() {
        guard unwritten > 0 else { return }
        for row in tailOwners.indices where tailOwners[row] >= 0 {
            writeLast(of: tailOwners[row])
        }
        handOver()
    }
}
