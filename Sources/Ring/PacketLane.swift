// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// Records of packets one behind the other in a fixed memory; the newest overwrite the oldest.
///
/// Shape: a record begins at a multiple of eight bytes and does not run over the lane's end: tag,
/// previous position (4 bytes each), time (8), origin (2), length (2), number (4), packet.
/// Bound: a power of two of words, 2^28 at most, so that a position of 32 bits tells old from new.
/// Safety: the memory belongs to the lane's one owner; reads stay inside it whatever a record says.
@safe
struct PacketLane {
    /// What stands before a packet.
    struct Header: BitwiseCopyable {
        var tag: UInt32
        var previous: UInt32
        var time: Int64
        var origin: UInt16
        var count: UInt16
        var number: UInt32
    }

    private let memory: Allocation
    private let words: UInt32
    /// Where the next record goes; positions are words since the start, and 0 is none.
    private var end: UInt32 = 0

    private static let headerWords: UInt32 = 3

    /// Frees the memory with the last user of it.
    @safe
    private final class Allocation: @unchecked Sendable {
        let start: UnsafeMutableRawPointer

        init(bytes: Int) {
            unsafe start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        }

        deinit { unsafe start.deallocate() }
    }

    private let start: UnsafeMutableRawPointer

    init(words count: Int) {
        precondition(count > 32 && count & (count - 1) == 0 && count <= 1 << 28)
        words = UInt32(count)
        memory = Allocation(bytes: count * 8)
        unsafe start = memory.start
        // Position 0 is nobody's.
        end = PacketLane.headerWords
    }

    var bytes: Int { Int(words) * 8 }

    @inline(__always)
    private func at(_ position: UInt32) -> UnsafeMutableRawPointer {
        unsafe start + Int(position & (words &- 1)) &* 8
    }

    /// Whether the record at a position is not overwritten yet.
    @inline(__always)
    func holds(_ position: UInt32) -> Bool {
        let age = end &- position
        guard position != 0, age >= PacketLane.headerWords, age <= words else { return false }
        return words &- (position & (words &- 1)) >= PacketLane.headerWords
    }

    func holds(_ position: UInt32, tag: UInt32) -> Bool {
        holds(position) && header(position).tag == tag
    }

    func header(_ position: UInt32) -> Header {
        unsafe at(position).load(as: Header.self)
    }

    @inline(__always)
    mutating func append(
        _ time: Timestamp, _ origin: OriginID, _ packet: RawSpan, tag: UInt32, previous: UInt32,
        _ number: UInt32
    ) -> UInt32 {
        let count = min(packet.byteCount, EventRing.keptBytes)
        let place = room(for: count)
        unsafe at(place).storeBytes(
            of: Header(
                tag: tag, previous: previous, time: time.nanoseconds, origin: origin.rawValue,
                count: UInt16(truncatingIfNeeded: count), number: number), as: Header.self)
        if count > 0 {
            unsafe packet.withUnsafeBytes { bytes in
                guard let from = bytes.baseAddress else { return }
                unsafe (at(place) + 24).copyMemory(from: from, byteCount: count)
            }
        }
        return place
    }

    /// Takes a record over from another lane, which holds it.
    mutating func copy(
        from other: PacketLane, _ position: UInt32, tag: UInt32, previous: UInt32
    ) -> UInt32 {
        let header = other.header(position)
        var place: UInt32 = 0
        other.read(position) { time, origin, packet in
            place = append(
                time, origin, packet, tag: tag, previous: previous, header.number)
        }
        return place
    }

    func read(_ position: UInt32, _ body: (Timestamp, OriginID, RawSpan) -> Void) {
        let header = header(position)
        let rest = Int(words &- (position & (words &- 1))) * 8 - 24
        let count = min(Int(header.count), EventRing.keptBytes, rest)
        let bytes = unsafe UnsafeRawBufferPointer(start: at(position) + 24, count: count)
        unsafe body(
            Timestamp(nanoseconds: header.time), OriginID(rawValue: header.origin), bytes.bytes)
    }

    /// Moves the end behind a record of so many packet bytes.
    @inline(__always)
    private mutating func room(for count: Int) -> UInt32 {
        let size = PacketLane.headerWords &+ UInt32(truncatingIfNeeded: (count &+ 7) >> 3)
        let left = words &- (end & (words &- 1))
        if left < size { end = end &+ left }
        // After 32 GiB the count begins anew; its first position would be taken for none.
        if end == 0 { end = PacketLane.headerWords }
        let place = end
        end = end &+ size
        return place
    }
}
