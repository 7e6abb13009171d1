// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The last packets of some scans: for each a row of places that begins anew when it is full.
///
/// Bound: memory is reserved once; a place holds 24 bytes and a packet's first 192.
/// Safety: rows and places are checked against the counts that the memory was made for.
@safe
package struct TailMemory: ~Copyable, @unchecked Sendable {
    package let rows: Int
    /// Packets of a row.
    package let length: Int
    private let start: UnsafeMutableRawPointer
    /// Packets that a row ever got since it was emptied.
    private var counts: ContiguousArray<Int>

    private static let placeBytes = 24 + EventRing.keptBytes

    /// - Parameter length: packets of each row; 0 makes no row.
    package init(bytes: Int, length: Int) {
        self.length = max(0, length)
        let row = self.length * TailMemory.placeBytes
        rows = row == 0 ? 0 : max(1, bytes / row)
        unsafe start = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, rows * row), alignment: 64)
        counts = ContiguousArray(repeating: 0, count: rows)
    }

    deinit { unsafe start.deallocate() }

    package var bytes: Int { rows * length * TailMemory.placeBytes }

    package func count(_ row: Int) -> Int { min(counts[row], length) }

    package mutating func empty(_ row: Int) { counts[row] = 0 }

    package mutating func append(_ event: borrowing PacketEvent, _ packet: RawSpan, to row: Int) {
        let place = unsafe place(row, counts[row] % length)
        counts[row] &+= 1
        let count = min(packet.byteCount, EventRing.keptBytes)
        unsafe place.storeBytes(of: event.time.nanoseconds, as: Int64.self)
        unsafe place.storeBytes(of: event.origin.rawValue, toByteOffset: 8, as: UInt16.self)
        unsafe place.storeBytes(of: UInt16(count), toByteOffset: 10, as: UInt16.self)
        if count > 0 {
            unsafe packet.withUnsafeBytes { bytes in
                guard let from = bytes.baseAddress else { return }
                unsafe (place + 24).copyMemory(from: from, byteCount: count)
            }
        }
    }

    /// Hands over a row's packets, the oldest first.
    package func read(_ row: Int, _ body: (Timestamp, OriginID, RawSpan) -> Void) {
        let count = count(row)
        for index in 0..<count {
            let place = unsafe place(row, (counts[row] - count + index) % length)
            let time = unsafe place.load(as: Int64.self)
            let origin = unsafe place.load(fromByteOffset: 8, as: UInt16.self)
            let kept = Int(unsafe place.load(fromByteOffset: 10, as: UInt16.self))
            let bytes = unsafe UnsafeRawBufferPointer(start: place + 24, count: kept)
            unsafe body(
                Timestamp(nanoseconds: time), OriginID(rawValue: origin), bytes.bytes)
        }
    }

    private func place(_ row: Int, _ index: Int) -> UnsafeMutableRawPointer {
        precondition(row >= 0 && row < rows && index >= 0 && index < length)
        return unsafe start + (row * length + index) * TailMemory.placeBytes
    }
}
