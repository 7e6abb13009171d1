// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Packets on their way to a slow reader, such as a disk: filled by one thread, then read by another.
///
/// Shape: records one behind the other, each at a multiple of eight bytes: 24 bytes and what was given.
/// Bound: `capacity` bytes, reserved once; what does not fit is refused.
/// Thread: whoever has taken it from the queue that it goes through; never two at a time.
/// Safety: a record is written and read only below `end`, which is at most the capacity.
@safe
package final class PacketBlock: @unchecked Sendable {
    /// What stands before the bytes of a record. What `file`, `kind`, `extra` and `number` mean, the
    /// two ends agree on.
    package struct Header: BitwiseCopyable {
        package var file: UInt32
        package var count: UInt16 = 0
        package var kind: UInt8
        package var extra: UInt8 = 0
        package var time: Int64 = 0
        package var origin: UInt16 = 0
        private var unused: UInt16 = 0
        package var number: UInt32 = 0

        package init(
            file: UInt32 = 0, kind: UInt8, extra: UInt8 = 0,
            time: Timestamp = Timestamp(nanoseconds: 0),
            origin: OriginID = .unknown, number: UInt32 = 0
        ) {
            self.file = file
            self.kind = kind
            self.extra = extra
            self.time = time.nanoseconds
            self.origin = origin.rawValue
            self.number = number
        }
    }

    package let capacity: Int
    private let start: UnsafeMutableRawPointer
    private var end = 0
    package private(set) var records = 0

    package init(capacity: Int) {
        self.capacity = capacity & ~7
        unsafe start = UnsafeMutableRawPointer.allocate(
            byteCount: max(64, self.capacity), alignment: 64)
    }

    deinit { unsafe start.deallocate() }

    package var isEmpty: Bool { end == 0 }
    package var bytes: Int { end }
    package var room: Int { capacity - end }

    package func removeAll() {
        end = 0
        records = 0
    }

    /// Appends a record of these bytes, and more behind them; false when there is no room.
    @discardableResult
    package func append(_ header: Header, _ packet: RawSpan, limit: Int = .max) -> Bool {
        append(header, RawSpan(), packet, limit: limit)
    }

    /// - Parameter limit: how many bytes of the packet at most.
    @discardableResult
    package func append(
        _ header: Header, _ before: RawSpan, _ packet: RawSpan, limit: Int = .max
    ) -> Bool {
        let first = min(before.byteCount, 255)
        let second = min(packet.byteCount, limit, Int(UInt16.max) - first)
        let size = 24 + (first + second + 7) & ~7
        guard size <= room else { return false }
        var header = header
        header.count = UInt16(first + second)
        let place = unsafe start + end
        unsafe place.storeBytes(of: header, as: Header.self)
        unsafe copy(before, first, to: place + 24)
        unsafe copy(packet, second, to: place + 24 + first)
        end += size
        records += 1
        return true
    }

    /// Hands over all records, in the order in which they came.
    package func read(_ body: (Header, RawSpan) -> Void) {
        var offset = 0
        while offset < end {
            let header = unsafe (start + offset).load(as: Header.self)
            let bytes = unsafe UnsafeRawBufferPointer(
                start: start + offset + 24, count: Int(header.count))
            unsafe body(header, bytes.bytes)
            offset += 24 + (Int(header.count) + 7) & ~7
        }
    }

    private func copy(_ bytes: RawSpan, _ count: Int, to place: UnsafeMutableRawPointer) {
        guard count > 0 else { return }
        unsafe bytes.withUnsafeBytes { bytes in
            guard let from = bytes.baseAddress else { return }
            unsafe place.copyMemory(from: from, byteCount: count)
        }
    }
}
