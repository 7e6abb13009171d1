// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// How the last messages of a group began, so that what the kernel repeats is read only once.
///
/// Up to the time of the packet a message says by which rule, interface and link it came: the same
/// bytes for most packets of a flood. A message that begins like one before it needs only its
/// time, sequence number and payload read, and these must stand where they stood, right behind.
/// Comparing is a tenth of reading: measured in docs/PERFORMANCE.md.
///
/// Bound: ``count`` openings of at most ``longest`` bytes; when none fits, the oldest is replaced.
/// Safety: both places are made in `init` and freed in `deinit`, and indexes stay below ``count``.
@safe
struct Openings: ~Copyable {
    static let count = 4
    static let longest = 256

    private struct Opening: BitwiseCopyable {
        var fields = MessageFields()
        /// How many bytes are the same; 0 when the next message must be read in full.
        var length = 0
        var hasTime = false
    }

    private let entries: UnsafeMutablePointer<Opening>
    private let kept: UnsafeMutableRawPointer
    private var latest = 0
    private var newest = 0

    init() {
        unsafe entries = .allocate(capacity: Openings.count)
        unsafe entries.initialize(repeating: Opening(), count: Openings.count)
        unsafe kept = .allocate(byteCount: Openings.count * Openings.longest, alignment: 64)
    }

    deinit {
        unsafe entries.deallocate()
        unsafe kept.deallocate()
    }

    /// Reads what stands after a netlink header, from the family on.
    ///
    /// Returns: whether it began like an earlier message. The fields are lent by ``withLatest(_:)``.
    @inline(__always)
    mutating func read(_ bytes: RawSpan) -> Bool {
        if readAgain(bytes, as: latest) { return true }
        return readOther(bytes)
    }

    /// Lends the fields of the message that was read last.
    @inline(__always)
    func withLatest(_ body: (UnsafePointer<MessageFields>, Int) -> Void) {
        unsafe withUnsafePointer(to: entries[latest].fields) { unsafe body($0, latest) }
    }

    /// Reads a message that begins like this entry's; false, and nothing has changed, when it does
    /// not, or goes on in another way.
    @inline(__always)
    private func readAgain(_ bytes: RawSpan, as number: Int) -> Bool {
        let entry = unsafe entries + number
        let length = unsafe entry.pointee.length
        let sequence = unsafe length + (entry.pointee.hasTime ? Openings.timeBytes : 0)
        let payload = sequence + Openings.sequenceBytes
        guard length > 0, payload + Attribute.headerLength <= bytes.byteCount,
            isHeader(bytes, at: sequence, .sequence, Openings.sequenceBytes),
            bytes.host16(at: payload + 2) == Attribute.payload.rawValue
        else { return false }
        // The payload is the last attribute.
        let count = Int(bytes.host16(at: payload))
        guard count >= Attribute.headerLength, count <= bytes.byteCount - payload,
            bytes.byteCount - payload - count < Attribute.headerLength, same(bytes, number, length)
        else { return false }
        if unsafe entry.pointee.hasTime {
            guard isHeader(bytes, at: length, .timestamp, Openings.timeBytes) else { return false }
            unsafe entry.pointee.fields.timestamp = MessageFields.timestamp(
                bytes, at: length + Attribute.headerLength)
        }
        unsafe entry.pointee.fields.sequence = bytes.network32(
            at: sequence + Attribute.headerLength)
        unsafe entry.pointee.fields.payload = MessageFields.Piece(
            start: payload + Attribute.headerLength, count: count - Attribute.headerLength)
        return true
    }

    @inline(never)
    private mutating func readOther(_ bytes: RawSpan) -> Bool {
        for number in 0..<Openings.count where number != latest && readAgain(bytes, as: number) {
            latest = number
            return true
        }
        newest = (newest + 1) % Openings.count
        latest = newest
        var entry = Opening()
        entry.fields = MessageFields(reading: bytes)
        if let length = Openings.length(of: entry.fields, bytes) {
            entry.length = length
            entry.hasTime = entry.fields.timestamp != nil
            unsafe bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe (kept + latest * Openings.longest).copyMemory(
                    from: start, byteCount: length)
            }
        }
        unsafe entries[latest] = entry
        return false
    }

    /// How many bytes stand before time, sequence number and payload; nil when something else
    /// stands between or behind these.
    private static func length(of fields: MessageFields, _ bytes: RawSpan) -> Int? {
        guard !fields.isMalformed, fields.hasPayload, fields.sequence != nil else { return nil }
        let payload = fields.payload.start - Attribute.headerLength
        let sequence = payload - sequenceBytes
        let length = sequence - (fields.timestamp != nil ? timeBytes : 0)
        guard fields.sequenceStart == sequence + Attribute.headerLength, length > 0,
            fields.timestamp == nil || fields.timestampStart == length + Attribute.headerLength,
            bytes.byteCount - fields.payload.start - fields.payload.count < Attribute.headerLength,
            length <= longest
        else { return nil }
        return length
    }

    /// Precondition: there are so many bytes.
    @inline(__always)
    private func same(_ bytes: RawSpan, _ number: Int, _ length: Int) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memcmp(start, kept + number * Openings.longest, length) == 0
        }
    }

    @inline(__always)
    private func isHeader(
        _ bytes: RawSpan, at offset: Int, _ attribute: Attribute, _ length: Int
    ) -> Bool {
        bytes.host16(at: offset) == UInt16(length)
            && bytes.host16(at: offset + 2) == attribute.rawValue
    }

    /// With their headers: two numbers of 64 bits, one of 32.
    private static let timeBytes = 20
    private static let sequenceBytes = 8
}
