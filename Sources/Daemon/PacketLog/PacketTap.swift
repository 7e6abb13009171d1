// SPDX-License-Identifier: GPL-3.0-or-later

import NFLog
import Packets
import Ring

/// The reader's end of the packet log: copies what a line needs into a block.
///
/// Bound: its block and those of the exchange; what finds no room is counted.
/// Thread: the reader's alone.
final class PacketTap {
    private var block: PacketBlock
    private let hand: (PacketBlock) -> PacketBlock?
    private let lose: (Int) -> Void

    /// As much of a packet shows in a line: headers, options, a quoted packet's. Unit: bytes.
    private static let limit = 512

    init(
        block: PacketBlock, hand: @escaping (PacketBlock) -> PacketBlock?,
        lose: @escaping (Int) -> Void
    ) {
        self.block = block
        self.hand = hand
        self.lose = lose
    }

    func note(
        linkHeader: RawSpan, _ packet: RawSpan, time: Timestamp, origin: OriginID, mark: UInt32
    ) {
        let header = PacketBlock.Header(
            kind: 0, extra: UInt8(clamping: linkHeader.byteCount), time: time, origin: origin,
            number: mark)
        if block.append(header, linkHeader, packet, limit: PacketTap.limit) { return }
        handOver()
        if !block.append(header, linkHeader, packet, limit: PacketTap.limit) { lose(1) }
    }

    /// Gives what is there to whoever writes it, without waiting.
    func handOver() {
        guard !block.isEmpty, let fresh = hand(block) else { return }
        block = fresh
    }
}
