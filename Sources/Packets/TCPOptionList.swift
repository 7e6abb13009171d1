// SPDX-License-Identifier: GPL-3.0-or-later

/// The options of a TCP header, in their order.
///
/// Bound: a header has at most 40 bytes of options, and so at most 40 options; all is inline.
/// Source: RFC 9293 section 3.1; RFC 7323; RFC 2018.
package struct TCPOptionList: Sendable {
    private var kindBytes = InlineArray<40, UInt8>(repeating: 0)
    /// How many options there are, padding and the end of the list included.
    package private(set) var count = 0
    /// Which there are; `.malformed` when a length runs out of the header or is not the kind's own.
    package private(set) var kinds: TCPOptionKinds = []
    /// Nil when the option is not there, or has a wrong length.
    package private(set) var maximumSegmentSize: UInt16?
    /// The shift as sent. Range: RFC 7323 allows 0...14; more is sent by some.
    package private(set) var windowScale: UInt8?
    package private(set) var timestampValue: UInt32?
    package private(set) var timestampEcho: UInt32?
    /// Bytes behind an end-of-list option.
    package private(set) var bytesAfterEnd = 0
    /// Whether one of these bytes is not zero.
    package private(set) var hasDataAfterEnd = false

    /// The kind of one option, as its number.
    ///
    /// Range: the index is below ``count``.
    package func kind(_ index: Int) -> UInt8 { kindBytes[index] }

    package var isMalformed: Bool { kinds.contains(.malformed) }
    package var permitsSACK: Bool { kinds.contains(.sackPermitted) }

    /// The options that these bytes are; bytes beyond 40 are no options.
    package init(_ options: RawSpan) {
        let bytes = PacketBytes(options)
        self.init(bytes, 0..<bytes.count)
    }

    /// The options of a packet's TCP header; nil when it has no whole TCP header.
    package init?(of event: PacketEvent, in packet: RawSpan) {
        let bytes = PacketBytes(packet)
        let start = Int(event.transportOffset)
        guard event.ipProtocol == .tcp, !event.traits.contains(.refused), start > 0,
            start + 20 <= bytes.count
        else { return nil }
        let end = start + Int(bytes.byte(start + 12) >> 4) * 4
        guard end >= start + 20, end <= bytes.count else { return nil }
        self.init(bytes, start + 20..<end)
    }

    init(_ bytes: PacketBytes, _ range: Range<Int>) {
        let end = min(range.upperBound, range.lowerBound + 40)
        var offset = range.lowerBound
        while offset < end {
            let kind = bytes.byte(offset)
            kindBytes[count] = kind
            count += 1
            if kind == Kind.endOfList {
                bytesAfterEnd = end - offset - 1
                for index in offset + 1..<end where bytes.byte(index) != 0 {
                    hasDataAfterEnd = true
                }
                return
            }
            if kind == Kind.noOperation {
                offset += 1
                continue
            }
            let size = offset + 1 < end ? Int(bytes.byte(offset + 1)) : 0
            guard size >= 2, offset + size <= end else {
                kinds.insert(.malformed)
                return
            }
            read(kind, size, bytes, at: offset + 2)
            offset += size
        }
    }

    private mutating func read(_ kind: UInt8, _ size: Int, _ bytes: PacketBytes, at offset: Int) {
        switch (kind, size) {
        case (Kind.maximumSegmentSize, 4):
            kinds.insert(.maximumSegmentSize)
            maximumSegmentSize = bytes.half(offset)
        case (Kind.windowScale, 3):
            kinds.insert(.windowScale)
            windowScale = bytes.byte(offset)
        case (Kind.sackPermitted, 2): kinds.insert(.sackPermitted)
        case (Kind.timestamps, 10):
            kinds.insert(.timestamps)
            timestampValue = bytes.word(offset)
            timestampEcho = bytes.word(offset + 4)
        case (Kind.maximumSegmentSize, _), (Kind.windowScale, _), (Kind.sackPermitted, _),
            (Kind.timestamps, _):
            kinds.insert(.malformed)
        default: kinds.insert(.other)
        }
    }

    /// Source: IANA, TCP Option Kind Numbers.
    package enum Kind {
        package static let endOfList: UInt8 = 0
        package static let noOperation: UInt8 = 1
        package static let maximumSegmentSize: UInt8 = 2
        package static let windowScale: UInt8 = 3
        package static let sackPermitted: UInt8 = 4
        package static let timestamps: UInt8 = 8
    }
}
