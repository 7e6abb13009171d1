// SPDX-License-Identifier: GPL-3.0-or-later

import Packets

/// The latest packets of many sources in a fixed memory, found again by their source: what was sent
/// before anybody knew that it begins a scan.
///
/// A source's first packet goes to one lane, and from the second on all go to another, with the first:
/// so a flood of sources with one packet each pushes out nobody who came twice.
///
/// Shape: two lanes of records that overwrite the oldest ones, and a table of 16-byte entries that says
/// where the latest record of a source stands. A record has 24 bytes and the packet's first ones,
/// padded to eight; it names the record before it of the same entry.
/// Bound: memory is reserved once, and one packet costs one entry and one record, whoever sends.
/// Safety: positions are counted in words that were ever written; a record is read only while its lane
/// has not come round to it, and never beyond the lane's end.
@safe
package struct PacketMemory: ~Copyable, @unchecked Sendable {
    /// Where a record stands, for as long as nothing is noted.
    package struct Place: BitwiseCopyable {
        fileprivate let position: UInt32
        fileprivate let isSingle: Bool
        /// Counts up with each packet that is noted.
        package let number: UInt32
    }

    private struct Entry: BitwiseCopyable {
        /// Of the source with one packet that came last, and its record; 0: none.
        var singleTag: UInt32 = 0
        var single: UInt32 = 0
        /// Of the source with several packets that came last, and its latest record.
        var tag: UInt32 = 0
        var latest: UInt32 = 0
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let entryMask: Int
    private var singles: PacketLane
    private var repeats: PacketLane
    private var number: UInt32 = 0

    /// How many records of other sources are passed over in search of one source's.
    private static let patience = 4096

    /// - Parameter bytes: of memory in all; at least 64 KiB are taken.
    package init(bytes: Int) {
        let bytes = max(64 << 10, bytes)
        // A sixteenth for the table; of the rest a third for sources with one packet.
        let count = PacketMemory.powerOfTwo(below: bytes / 16 / MemoryLayout<Entry>.stride)
        unsafe entries = UnsafeMutablePointer<Entry>.allocate(capacity: count)
        unsafe entries.initialize(repeating: Entry(), count: count)
        entryMask = count - 1
        singles = PacketLane(words: PacketMemory.powerOfTwo(below: bytes / 4 / 8))
        repeats = PacketLane(words: PacketMemory.powerOfTwo(below: bytes / 2 / 8))
    }

    deinit { unsafe entries.deallocate() }

    package var bytes: Int {
        (entryMask + 1) * MemoryLayout<Entry>.stride + singles.bytes + repeats.bytes
    }

    /// Remembers a packet of the source that has this hash.
    @inline(__always)
    package mutating func note(
        _ event: borrowing PacketEvent, _ packet: RawSpan, hash: UInt64
    ) {
        let tag = UInt32(truncatingIfNeeded: hash >> 32) | 1
        let entry = unsafe entries + (Int(truncatingIfNeeded: hash) & entryMask)
        number &+= 1
        let (time, origin) = (event.time, event.origin)
        if unsafe entry.pointee.tag == tag {
            unsafe entry.pointee.latest = repeats.append(
                time, origin, packet, tag: tag, previous: entry.pointee.latest, number)
        } else if unsafe entry.pointee.singleTag == tag {
            var previous = unsafe entry.pointee.latest
            let first = unsafe entry.pointee.single
            if singles.holds(first, tag: tag) {
                previous = repeats.copy(from: singles, first, tag: tag, previous: previous)
            }
            unsafe entry.pointee.latest = repeats.append(
                time, origin, packet, tag: tag, previous: previous, number)
            unsafe entry.pointee.tag = tag
            unsafe entry.pointee.singleTag = 0
        } else {
            unsafe entry.pointee.single = singles.append(
                time, origin, packet, tag: tag, previous: 0, number)
            unsafe entry.pointee.singleTag = tag
        }
    }

    /// Reads what ``note(_:_:hash:)`` will ask first, so that it is in the cache by then.
    @inline(__always)
    package func touch(hash: UInt64) -> UInt32 {
        unsafe entries[Int(truncatingIfNeeded: hash) & entryMask].tag
    }

    /// Hands over what is known of the source, the latest packet first, until the body says no.
    package func visit(
        hash: UInt64, _ body: (Place, Timestamp, OriginID, RawSpan) -> Bool
    ) {
        let tag = UInt32(truncatingIfNeeded: hash >> 32) | 1
        let entry = unsafe entries[Int(truncatingIfNeeded: hash) & entryMask]
        // Its only packet, or one that came while another source had the entry's place.
        var single = entry.singleTag == tag && singles.holds(entry.single, tag: tag)
        var position = entry.latest
        var steps = 0
        while position != 0, steps < PacketMemory.patience, repeats.holds(position) {
            let header = repeats.header(position)
            steps += 1
            if header.tag == tag {
                if single, newer(singles.header(entry.single).number, than: header.number) {
                    single = false
                    guard hand(singles, entry.single, true, body) else { return }
                }
                guard hand(repeats, position, false, body) else { return }
            }
            position = header.previous
        }
        if single { _ = hand(singles, entry.single, true, body) }
    }

    /// The packet at a place that ``visit(hash:_:)`` has named since the last note.
    package func read(_ place: Place, _ body: (Timestamp, OriginID, RawSpan) -> Void) {
        let lane = place.isSingle ? singles : repeats
        guard lane.holds(place.position) else { return }
        lane.read(place.position, body)
    }

    private func hand(
        _ lane: PacketLane, _ position: UInt32, _ isSingle: Bool,
        _ body: (Place, Timestamp, OriginID, RawSpan) -> Bool
    ) -> Bool {
        var goOn = true
        let number = lane.header(position).number
        lane.read(position) { time, origin, packet in
            goOn = body(
                Place(position: position, isSingle: isSingle, number: number), time, origin, packet)
        }
        return goOn
    }

    private func newer(_ one: UInt32, than other: UInt32) -> Bool {
        Int32(bitPattern: one &- other) > 0
    }

    private static func powerOfTwo(below limit: Int) -> Int {
        var size = 64
        while size * 2 <= limit { size *= 2 }
        return size
    }
}
