// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// How the last messages of a group began, so that what the kernel repeats is read only once.
///
/// Up to the time of the packet a message says by which rule, interface and link it came: the same
/// bytes for most packets of a flood. A message that begins like one before it needs only its
/// time, sequence number and payload read, and these must stand where they stood, right behind.
/// A message then takes 18 ns instead of 70: docs/PERFORMANCE.md.
///
/// Bound: ``count`` openings of at most ``longest`` bytes; when none fits, the oldest is replaced.
/// Safety: both places are made in `init` and freed in `deinit`, and indexes stay below ``count``.
@safe
struct Openings: ~Copyable {
    static let count = 4
    static let longest = 256

    /// How far the next message must be the same, and what comes then.
    private struct Shape: BitwiseCopyable {
        /// Unit: bytes. 0 when the next message must be read in full.
        var length = 0
        var hasTime = false
    }

    /// Apart from the shapes, since a pointer to them is what is lent.
    private let fields: UnsafeMutablePointer<MessageFields>
    private var shapes = InlineArray<4, Shape>(repeating: Shape())
    private let kept: UnsafeMutableRawPointer
    private var latest = 0
    private var newest = 0
    /// The opening that the last message of IPv4 had, and that of IPv6: packets of both come mixed,
    /// and a guess that fails costs more than the right one.
    private var guesses = InlineArray<2, Int>(repeating: 0)

    init() {
        unsafe fields = .allocate(capacity: Openings.count)
        unsafe fields.initialize(repeating: MessageFields(), count: Openings.count)
        unsafe kept = .allocate(byteCount: Openings.count * Openings.longest, alignment: 64)
    }

    deinit {
        unsafe fields.deallocate()
        unsafe kept.deallocate()
    }

    /// Which opening the message that was read last has.
    var latestNumber: Int { latest }

    /// What it said; until the next one is read.
    var latestFields: UnsafePointer<MessageFields> { unsafe UnsafePointer(fields + latest) }

    /// Reads what stands after a netlink header, from the family on.
    ///
    /// Returns: whether it began like an earlier message.
    @inline(__always)
    mutating func read(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= MessageFields.headerLength else { return readOther(bytes, 0) }
        // The fourth bit tells NFPROTO_IPV6, 10, from NFPROTO_IPV4, 2.
        let version = Int(bytes.byte(at: 0) >> 3 & 1)
        let guess = guesses[version]
        guard readAgain(bytes, as: guess) else { return readOther(bytes, version) }
        latest = guess
        return true
    }

    /// Reads a message that begins like the last one of this opening; false, and nothing has
    /// changed, when it does not, or goes on in another way.
    @inline(__always)
    private func readAgain(_ bytes: RawSpan, as number: Int) -> Bool {
        let shape = shapes[number]
        let sequence = shape.length &+ (shape.hasTime ? Openings.timeBytes : 0)
        let payload = sequence &+ Openings.sequenceBytes
        guard shape.length > 0, payload &+ Attribute.headerLength <= bytes.byteCount,
            isHeader(bytes, at: sequence, .sequence, Openings.sequenceBytes),
            bytes.host16(at: payload &+ 2) == Attribute.payload.rawValue
        else { return false }
        // The payload is the last attribute.
        let count = Int(bytes.host16(at: payload))
        guard count >= Attribute.headerLength, count <= bytes.byteCount &- payload,
            bytes.byteCount &- payload &- count < Attribute.headerLength,
            !shape.hasTime
                || isHeader(bytes, at: shape.length, .timestamp, Openings.timeBytes),
            same(bytes, number, shape.length)
        else { return false }
        let entry = unsafe fields + number
        if shape.hasTime {
            unsafe entry.pointee.timestamp = MessageFields.timestamp(
                bytes, at: shape.length &+ Attribute.headerLength)
        }
        unsafe entry.pointee.sequence = bytes.network32(at: sequence &+ Attribute.headerLength)
        unsafe entry.pointee.payload = MessageFields.Piece(
            start: payload &+ Attribute.headerLength, count: count &- Attribute.headerLength)
        return true
    }

    @inline(never)
    private mutating func readOther(_ bytes: RawSpan, _ version: Int) -> Bool {
        for number in 0..<Openings.count where readAgain(bytes, as: number) {
            latest = number
            guesses[version] = number
            return true
        }
        newest = (newest + 1) % Openings.count
        latest = newest
        guesses[version] = newest
        let read = MessageFields(reading: bytes)
        unsafe fields[latest] = read
        shapes[latest] = Shape()
        if let length = Openings.length(of: read, bytes) {
            shapes[latest] = Shape(length: length, hasTime: read.timestamp != nil)
            unsafe bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe (kept + latest * Openings.longest).copyMemory(
                    from: start, byteCount: length)
            }
        }
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
